"""How an application ends, whoever ends it."""

from typing import Any

from django.utils import timezone

from services.actions.moves import move
from services.rules.history import Actor
from slate.enums import ApplicationMove
from slate.models import Application


def close(application: Application, name: ApplicationMove, *, by: Actor, reason: str = "", **changes: Any) -> None:
    """Make the last move of a locked application; its buildings are free for a new one.

    Raises Refused(conflict) when the move may not be made.
    """
    move(application, name, by=by, reason=reason, closed_at=timezone.now(), closed_from=application.state, **changes)
    application.parts.update(is_live=False)
