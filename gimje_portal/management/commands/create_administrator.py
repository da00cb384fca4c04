"""`create_administrator NAME`: the first administrator of an empty portal, or one who lost the second factor."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from services.actions.history import acting
from services.actions.staff import add_staff, reset_second_factor
from services.enums.people import Role
from services.models import User
from services.rules.history import Actor
from services.rules.refusal import Refused

BY = Actor.system("create_administrator")


class Command(BaseCommand):
    help = "Makes an administrator and prints the first password, once. --reset: a lost password or second factor."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", help="what the administrator types to log in")
        parser.add_argument("--name", default="", help="the name that colleagues see; without it the user name")
        parser.add_argument("--reset", action="store_true", help="a new first password and no second factor")

    def handle(self, username: str, **options: Any) -> None:
        with acting(BY):
            try:
                user, password = self._reset(username) if options["reset"] else self._add(username, options["name"])
            except Refused as refusal:
                raise CommandError(refusal.sentence) from refusal
        self.stdout.write(
            f"administrator: {user.username}\nfirst password: {password}\n"
            "log in at /staff/ of the portal and change it there; it is shown only now"
        )

    def _add(self, username: str, name: str) -> tuple[User, str]:
        roles = frozenset({Role.ADMINISTRATOR})
        return add_staff(username=username, display_name=name or username, by=BY, roles=roles)

    def _reset(self, username: str) -> tuple[User, str]:
        user = User.objects.filter(username=username, groups__name=Role.ADMINISTRATOR, is_active=True).first()
        if user is None:
            msg = f"There is no active administrator {username}; others are helped by an administrator in the portal."
            raise CommandError(msg)
        return reset_second_factor(user.pk, by=BY, reason="create_administrator --reset")
