"""How a resident answered what the city asks agreement to."""

from django.db import models

from services.enums.moves import Move


class ConsentHow(models.TextChoices):
    WEB = "web", "누리집에서"
    PAPER = "paper", "종이로"
    SPOKEN = "spoken", "말로"


class ConsentMove(Move):
    """What may happen to a consent after it was given; stands in the history of the case it was given for."""

    WITHDRAWN = "consent_withdrawn", "동의 취소"
