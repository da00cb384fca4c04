"""The Celery application; the beat table is in settings.py."""

import os
from typing import Any

from celery import Celery, Task, bootsteps

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gimje_portal.settings")


class ContextTask(Task):  # type: ignore[type-arg]
    """Every task runs as a system actor, so that the history triggers accept what it writes."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        from services.actions.history import acting
        from services.rules.history import Actor

        with acting(Actor.system(self.name)):
            return super().__call__(*args, **kwargs)


class KeysFit(bootsteps.StartStopStep):
    """A worker with keys that are not those of the database does not start."""

    def __init__(self, worker: Any, **kwargs: Any) -> None:
        super().__init__(worker, **kwargs)
        from services.actions.installation import refuse_wrong_keys

        refuse_wrong_keys()


app = Celery("gimje_portal", task_cls=ContextTask)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["worker"].add(KeysFit)
