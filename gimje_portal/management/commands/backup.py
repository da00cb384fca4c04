"""`backup DIR`: database and private files in one file, with counts and digests to compare a restored one with."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from gimje_portal import backup
from gimje_portal.postgresql import Failed


class Command(BaseCommand):
    help = "Writes DIR/gimje-<moment>.tar (mode 0600) and removes older ones beyond --keep. The keys are not in it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR", help="not within DATA_DIR")
        parser.add_argument("--keep", type=int, default=14, help="how many backups stay there (14)")

    def handle(self, *, folder: Path, **options: Any) -> None:
        if options["keep"] < 1:
            msg = "--keep must be at least 1."
            raise CommandError(msg)
        try:
            backup.write(folder, keep=options["keep"], tell=self.stdout.write)
        except Failed as failed:
            raise CommandError(str(failed)) from failed
