"""`verify_history`: does every chain and seal of the history still hold? Exit code 1 and the first fault if not."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from services.reports.history import verify_history


class Command(BaseCommand):
    help = "Verify the hash chains and seals of the history."

    def handle(self, *args: Any, **options: Any) -> None:
        verdict = verify_history()
        if verdict.fault:
            msg = f"The history is broken. {verdict.fault}"
            raise CommandError(msg)
        self.stdout.write(f"{verdict.entries} entries, {verdict.seals} seals: all hold.")
