"""`load_demo`: demonstration people and cases of every app; `--logins` prints how to come in."""

import importlib
import pkgutil
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from gimje_portal import demo
from gimje_portal.demo import services as people
from services.actions.history import acting
from services.rules.history import Actor


class Command(BaseCommand):
    help = "Loads the demonstration data; runs again without harm."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--logins", action="store_true", help="print the demonstration log-ins and load nothing")

    def handle(self, **options: Any) -> None:
        if not settings.DEMO:
            msg = "DEMO is off: demonstration people never come to a real portal."
            raise CommandError(msg)
        if options["logins"]:
            self._print_logins()
            return
        modules = sorted(module.name for module in pkgutil.iter_modules(demo.__path__))
        for name in sorted(modules, key=lambda name: name != "services"):  # staff first: cases need officers
            with acting(Actor.system("demo")):
                importlib.import_module(f"gimje_portal.demo.{name}").load()
            self.stdout.write(f"{name}: loaded")

    def _print_logins(self) -> None:
        for login in people.logins():
            self.stdout.write(f"{login.username:<22} {login.role} ({login.name})")
        self.stdout.write(
            f"password of all: {people.PASSWORD}; second factor and text messages: {settings.SITE_URL}/demo/"
        )
