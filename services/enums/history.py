"""Who can be the actor of a change."""

from django.db import models


class ActorKind(models.TextChoices):
    STAFF = "staff", "담당자"
    RESIDENT = "resident", "시민"
    SYSTEM = "system", "자동"
    API_KEY = "api_key", "연결된 장치"
    LINK = "link", "전용 주소로 들어온 분"
