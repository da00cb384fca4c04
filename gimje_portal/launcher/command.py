"""Any other command is Django's: run it in our environment, with the keys and servers of the portal."""

from collections.abc import Sequence

from gimje_portal.launcher import up
from gimje_portal.launcher.console import interruptible
from gimje_portal.launcher.django_steps import MANAGE, settings_environment
from gimje_portal.launcher.environment import DEVELOPER, RUN_TIME
from gimje_portal.launcher.supervisor import run_in_foreground

# These need the tools that `up` does not install (django-linear-migrations writes max_migration.txt).
DEVELOPER_COMMANDS = ("makemigrations", "rebase_migration", "squashmigrations", "create_max_migration_files")


def run(arguments: Sequence[str]) -> int:
    """`manage.py migrate`, `shell`, ...: against the `up` that runs, else against its data with servers of our own."""
    name = arguments[0] if arguments else "help"
    packages = DEVELOPER if name in DEVELOPER_COMMANDS else RUN_TIME
    with interruptible():
        packages.prepare()
    with up.attached(name) as (place, demo):
        env = settings_environment(place, demo=demo)
        return run_in_foreground([packages.python, MANAGE, *arguments], env)
