"""Show the SQL of our migrations to squawk, which knows what locks a table of a running portal. Runs with Django."""

import io
import subprocess
import sys
from pathlib import Path

import django
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

ROOT = Path(__file__).resolve().parents[2]


def main(directory: Path) -> int:
    """Write one file a migration and let squawk judge them; .squawk.toml says which rules do not apply, and why."""
    django.setup()
    files = write_sql(directory)
    if not files:
        return 0
    squawk = Path(sys.executable).with_name("squawk")
    return subprocess.run([squawk, "--config", ROOT / ".squawk.toml", *files], check=False).returncode


def write_sql(directory: Path) -> list[Path]:
    """The initial migrations are left out: nobody can be locked out of a table that is only being made."""
    directory.mkdir(exist_ok=True)
    ours = {config.label for config in apps.get_app_configs() if Path(config.path).parent == ROOT}
    files = []
    for (label, name), migration in sorted(MigrationLoader(connection).graph.nodes.items()):
        if label in ours and not migration.initial:
            text = io.StringIO()
            call_command("sqlmigrate", label, name, stdout=text, no_color=True)
            file = directory / f"{label}.{name}.sql"
            file.write_text(text.getvalue())
            files.append(file)
    return files


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
