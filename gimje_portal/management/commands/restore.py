"""`restore FILE`: into an empty database and folder; `restore --rehearse FILE`: into a database thrown away after."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from gimje_portal import backup
from gimje_portal.postgresql import Failed


class Command(BaseCommand):
    help = "Restores a backup and compares it, row by row and file by file, with what was there; checks the keys."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="what `backup` wrote")
        parser.add_argument("--rehearse", action="store_true", help="touch nothing: restore, compare, throw away")

    def handle(self, *, file: Path, **options: Any) -> None:
        way = backup.rehearse if options["rehearse"] else backup.restore
        try:
            way(file, tell=self.stdout.write)
        except Failed as failed:
            raise CommandError(str(failed)) from failed
