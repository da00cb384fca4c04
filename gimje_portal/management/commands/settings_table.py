"""`settings_table`: prints every variable of the environment as the table of docs/operations.md."""

from typing import Any

from django.core.management.base import BaseCommand

from gimje_portal.environment import markdown


class Command(BaseCommand):
    help = "Prints every variable of the environment with its meaning, form and default, as Markdown."

    def handle(self, **options: Any) -> None:
        self.stdout.write(markdown())
