"""Set up and run the portal with nothing but Python: the standard library only, because nothing is installed yet."""

import importlib.util
import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence

from gimje_portal.launcher.console import Interrupted, Problem, explain, say

OWN_COMMANDS = ("up", "test", "bench", "lint")


def is_wanted(arguments: Sequence[str]) -> bool:
    """Leave plain Django commands alone where Django and its keys are there: in production, and our children."""
    if arguments and arguments[0] in OWN_COMMANDS:
        return True
    if os.environ.get("PORTAL_LAUNCHED"):  # never start ourselves: a broken Django must be a plain ImportError
        return False
    return not (importlib.util.find_spec("django") and os.environ.get("SECRET_KEY"))


def main(arguments: Sequence[str]) -> int:
    """Run one command of the launcher and turn what went wrong into one sentence and a non-zero exit code."""
    try:
        return run(arguments)
    except Problem as problem:
        say(f"manage.py: {problem}", stream=sys.stderr)
    except OSError as fault:
        say(f"manage.py: {explain(fault)}", stream=sys.stderr)
    except (Interrupted, KeyboardInterrupt):
        say("manage.py: Interrupted. Run the same command again: it goes on where it was.", stream=sys.stderr)
    return 1


def run(arguments: Sequence[str]) -> int:
    """Hand over to the module of the command; each is imported only when it is asked for."""
    from gimje_portal.launcher import check, command, up

    if not arguments or arguments[0] not in OWN_COMMANDS:
        return command.run(arguments)
    name, rest = arguments[0], list(arguments[1:])
    if name == "up":
        return up.run(up_options(rest))
    return {"test": check.test, "bench": check.bench, "lint": check.lint}[name](rest)


def up_options(arguments: Sequence[str]) -> Namespace:
    """Parse what stands behind `manage.py up`."""
    parser = ArgumentParser("manage.py up", description="Set up and run the whole portal; Ctrl-C stops it.")
    parser.add_argument("--port", type=int, default=8000, help="TCP port of the web server (default: 8000)")
    parser.add_argument("--bind", default="127.0.0.1", metavar="ADDRESS", help="address to listen on (127.0.0.1)")
    parser.add_argument("--no-demo", action="store_true", help="no demonstration people and log-ins")
    parser.add_argument("--data", metavar="DIR", help="where database, broker, files, keys and logs live")
    options = parser.parse_args(arguments)
    if not 0 < options.port < 65536:
        parser.error(f"--port must be between 1 and 65535, not {options.port}")
    return options
