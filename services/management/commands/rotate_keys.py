"""`rotate_keys`: put a new key in front of FIELD_KEYS, restart, run this, then take the old key out."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from services.actions.history import acting
from services.actions.keys import rotate
from services.rules.history import Actor


class Command(BaseCommand):
    help = "Encrypts every encrypted column again with the newest key; may be stopped and started again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--batch", type=int, default=500, help="rows in one transaction")

    def handle(self, **options: Any) -> None:
        with acting(Actor.system("rotate_keys")):
            changed = rotate(batch=options["batch"], tell=self.stdout.write)
        self.stdout.write(f"{changed} values now have the newest of {len(settings.FIELD_KEYS)} keys")
