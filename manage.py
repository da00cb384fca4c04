#!/usr/bin/env python3
"""The one entry: `up`, `test`, `bench` and `lint` set everything up themselves; all else is a Django command."""

import os
import sys

if sys.version_info < (3, 11):  # noqa: UP036 -- said in old syntax, so that an old Python can still say it
    sys.exit("Python 3.11 or newer is needed, and this is Python %d.%d." % sys.version_info[:2])  # noqa: UP031


def main() -> None:
    from gimje_portal import launcher

    if launcher.is_wanted(sys.argv[1:]):
        sys.exit(launcher.main(sys.argv[1:]))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gimje_portal.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
