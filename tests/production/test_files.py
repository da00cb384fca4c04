"""What docs/operations/ names is there: every path, command, option, user and number, also of the files for Docker.

Docker itself cannot be run here: its two files are read as Docker reads them, and held against the units, which run.
"""

import importlib.util
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.management import CommandError, get_commands, load_command_class

from gimje_portal import web
from gimje_portal.environment import read

ROOT = Path(settings.BASE_DIR)
FOLDER = ROOT / "docs" / "operations"
PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
UNITS = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("gimje-*.[st]*")}
COMPOSE = yaml.safe_load((FOLDER / "compose.yaml").read_text(encoding="utf-8"))
PORTAL = {name: one for name, one in COMPOSE["services"].items() if one["image"] == "gimje-portal"}
CURRENT = "/srv/gimje/current"
OURS = {"up", "test", "bench", "lint"}  # of the launcher
SERVICE_KEYS = {
    *("image", "build", "env_file", "environment", "restart", "volumes", "command", "depends_on", "healthcheck"),
    *("ports", "stop_grace_period"),
}
INSTRUCTIONS = {"FROM", "RUN", "WORKDIR", "COPY", "USER"}


def logical_lines(text: str) -> list[str]:
    """Without comments, continued lines as one."""
    kept = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    return [line.strip() for line in kept.replace("\\\n", " ").splitlines() if line.strip()]


DOCKERFILE = [line.partition(" ") for line in logical_lines((FOLDER / "Dockerfile").read_text(encoding="utf-8"))]
RUNS = [said for word, _, said in DOCKERFILE if word == "RUN"]


# Commands


def judge(argv: list[str]) -> str:
    """What is wrong with one command of the portal, or an empty text."""
    while argv and (argv[0].endswith(("python", "python3")) or argv[0] == "exec"):
        argv = argv[1:]
    if argv[:1] == ["-m"]:
        return "" if importlib.util.find_spec(argv[1]) else f"no module {argv[1]}"
    if not argv or Path(argv[0]).name != "manage.py":
        return f"no command of ours: {argv}"
    name, given = argv[1], argv[2:]
    if name in OURS:
        return ""
    if name not in get_commands():
        return f"no manage.py {name}"
    app = get_commands()[name]
    command = load_command_class(app, name) if isinstance(app, str) else app
    try:
        command.create_parser("manage.py", name).parse_args([one for one in given if one not in (">", "/dev/null")])
    except (CommandError, SystemExit) as fault:
        return f"manage.py {name} {shlex.join(given)}: {fault}"
    return ""


def options_of(name: str) -> set[str]:
    app = get_commands()[name]
    command = load_command_class(app, name) if isinstance(app, str) else app
    return set(command.create_parser("manage.py", name)._option_string_actions)


def commands_in(text: str) -> list[list[str]]:
    """Every `manage.py ...` of a text in shell or Markdown, placeholders as words."""
    text = re.sub(r'"\$\(ls -t [^)]*\)"', "newest", text)
    found = re.findall(r"manage\.py [^`\n|;&)#]+", text)
    return [one.translate(str.maketrans("'\"", "  ")).replace("...", "").split() for one in found]


def test_the_judge_knows_a_wrong_command():
    assert judge(["python3", "manage.py", "backup", "/x", "--keep", "14"]) == ""
    assert "no manage.py bakcup" in judge(["manage.py", "bakcup"])
    assert "unrecognized arguments" in judge(["manage.py", "backup", "/x", "--kep", "14"])
    assert judge(["venv/bin/python", "-m", "gunicron"]) == "no module gunicron"
    assert "no command of ours" in judge(["gunicorn"])


@pytest.mark.parametrize("path", sorted(FOLDER.iterdir()), ids=lambda path: path.name)
def test_every_command_of_the_portal_in_a_file_exists(path):
    text = "\n".join(logical_lines(path.read_text(encoding="utf-8")))
    assert [fault for argv in commands_in(text) if (fault := judge(argv))] == []


def test_every_command_of_the_portal_on_the_page_exists():
    """In sentences a command stands without what it is given: its name and its options are judged."""
    said = [argv for argv in commands_in(PAGE) if len(argv) > 1]
    assert {"backup", "restore", "migrate", "check", "create_administrator", "rotate_keys"} <= {one[1] for one in said}
    for argv in said:
        if argv[1] in OURS:
            continue
        assert argv[1] in get_commands(), argv
        assert {one for one in argv[2:] if one.startswith("--")} <= options_of(argv[1]), argv


def test_the_page_and_the_folder_name_the_same_files():
    linked = set(re.findall(r"\(operations/([\w.-]+)\)", PAGE))
    assert linked == {path.name for path in FOLDER.iterdir()}


def scripts() -> dict[str, str]:
    """Everything that a shell reads, by a name for the report."""
    blocks = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    found = {f"operations.md {n}": text for n, text in enumerate(blocks)}
    found |= {f"Dockerfile {n}": text for n, text in enumerate(RUNS)}
    found |= {name: (FOLDER / name).read_text(encoding="utf-8") for name in ("release.sh", "gimje.env.example")}
    for name, text in UNITS.items():
        found |= {f"{name} {n}": said for n, said in enumerate(re.findall(r"^ExecStart=(.*)$", text, re.MULTILINE))}
    return found


SCRIPTS = scripts()


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_shell_can_read_it(name):
    done = subprocess.run(["/bin/sh", "-n"], input=SCRIPTS[name], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


# Units


def lines_of(unit: str, key: str) -> list[str]:
    return re.findall(rf"^{key}=(.*)$", UNITS[unit], re.MULTILINE)


@pytest.mark.parametrize("unit", [name for name in UNITS if name.endswith(".service")])
def test_a_unit_starts_what_is_there(unit):
    assert lines_of(unit, "WorkingDirectory") == [CURRENT]
    assert lines_of(unit, "EnvironmentFile") == ["/etc/gimje.env"]
    assert lines_of(unit, "User") == ["gimje"]
    for said in lines_of(unit, "ExecStart"):
        argv = shlex.split(said)
        if argv[:2] == ["/bin/sh", "-c"]:
            argv = [*shlex.split(argv[2].partition('"')[0]), "newest"]
            argv.remove("exec")
        assert argv[0] == f"{CURRENT}/venv/bin/python"
        assert judge(argv) == ""


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd on this machine")
def test_systemd_can_read_the_units():
    paths = [str(FOLDER / name) for name in sorted(UNITS)]
    analyze = shutil.which("systemd-analyze") or ""
    said = subprocess.run([analyze, "verify", *paths], capture_output=True, text=True, check=False).stderr
    assert [line for line in said.splitlines() if "gimje" in line and "not executable" not in line] == []


def test_a_process_has_its_grace_before_systemd_kills_it():
    """The web finishes pages, the worker a task; KillMode=mixed tells the main process alone to stop."""
    for unit, grace in (("gimje-web.service", web.graceful_timeout), ("gimje-worker.service", 120)):
        assert lines_of(unit, "KillMode") == ["mixed"]
        assert int(lines_of(unit, "TimeoutStopSec")[0]) >= grace + 5
    assert settings.CELERY_TASK_TIME_LIMIT <= 120
    assert int(re.findall(r"statement_timeout=(\d+)s", settings.DATABASES["default"]["OPTIONS"]["options"])[0]) < 20


def test_nginx_waits_longer_than_a_restart_takes():
    conf = (FOLDER / "nginx.conf").read_text(encoding="utf-8")
    assert int(re.findall(r"proxy_read_timeout (\d+)s", conf)[0]) >= 2 * web.graceful_timeout
    assert "max_fails=0" in conf, "one slow start would turn everybody away for ten seconds"
    # A kept-alive connection would belong to the process that stops: each request has one of its own.
    assert "keepalive" not in conf
    assert lines_of("gimje-web.socket", "ListenStream") == re.findall(r"^    server (127[\d.:]+)", conf, re.MULTILINE)


# compose.yaml


def test_compose_has_only_what_it_knows():
    assert set(COMPOSE) == {"name", "x-portal", "services", "volumes"}
    for name, service in COMPOSE["services"].items():
        assert set(service) <= SERVICE_KEYS, name
        for other, condition in (service.get("depends_on") or {}).items():
            wanted = COMPOSE["services"][other]
            kind = condition["condition"]
            assert kind in ("service_healthy", "service_completed_successfully"), name
            assert ("healthcheck" in wanted) if kind == "service_healthy" else (wanted["restart"] == "no"), name
    used = {where.partition(":")[0] for one in COMPOSE["services"].values() for where in one.get("volumes", [])}
    assert {one for one in used if not one.startswith("/")} == set(COMPOSE["volumes"])


@pytest.mark.parametrize("name", sorted(PORTAL))
def test_a_container_starts_what_the_unit_starts(name):
    argv = list(PORTAL[name]["command"])
    assert argv[0] == "venv/bin/python"
    assert judge(argv) == ""
    unit = f"gimje-{name}.service"
    if unit in UNITS:
        said = shlex.split(lines_of(unit, "ExecStart")[0].replace(f"{CURRENT}/", ""))
        assert argv[: len(said)] == said
    grace = {"web": 30, "worker": 130}.get(name, 0)
    assert PORTAL[name].get("stop_grace_period", "0s") == f"{grace}s"


def test_containers_reach_one_another():
    """The addresses that the head of the file tells to write are its services, ports and folders."""
    head = (FOLDER / "compose.yaml").read_text(encoding="utf-8").partition("\nname:")[0].replace("\n# ", " ")
    said: dict[str, str] = dict(re.findall(r"([A-Z_]+)=([^\s,]+)", head))
    services: dict[str, Any] = COMPOSE["services"]
    assert re.fullmatch(r"postgresql://gimje:password@database/gimje", said["DATABASE_URL"])
    assert services["database"]["environment"]["POSTGRES_USER"] == "gimje"
    assert re.fullmatch(r"redis://broker:6379/0", said["REDIS_URL"])
    keys = {"SECRET_KEY": "x", "BLIND_INDEX_KEY": "y", "FIELD_KEYS": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="}
    read(keys | said)
    mounted = {where.partition(":")[2]: where.partition(":")[0] for where in COMPOSE["x-portal"]["volumes"]}
    assert any(Path(said["DATA_DIR"]).is_relative_to(path) for path in mounted)
    assert COMPOSE["x-portal"]["env_file"] == "/etc/gimje.env"
    assert lines_of("gimje-web.socket", "ListenStream")[0] + ":8000" == services["web"]["ports"][0]
    assert services["web"]["command"][-1] == "0.0.0.0:8000"


def test_the_database_is_one_that_the_image_can_back_up():
    """pg_dump refuses a newer server; Debian 12 has 15."""
    server = int(COMPOSE["services"]["database"]["image"].partition(":")[2])
    assert "postgresql-client" in RUNS[0]
    debian = next(said for word, _, said in DOCKERFILE if word == "FROM").rpartition("-")[2]
    assert server <= {"bookworm": 15, "trixie": 17}[debian]


# Dockerfile


def test_the_image_has_only_what_docker_knows():
    assert {word for word, _, _ in DOCKERFILE} <= INSTRUCTIONS
    assert DOCKERFILE[0][0] == "FROM"
    assert ("WORKDIR", " ", CURRENT) in DOCKERFILE
    assert DOCKERFILE[-1] == ("USER", " ", "gimje")


def test_the_image_is_built_from_what_is_there():
    build = COMPOSE["x-portal"]["build"]
    context = (FOLDER / build["context"]).resolve()
    assert context == ROOT
    assert (context / build["dockerfile"]).is_file()
    for word, _, said in DOCKERFILE:
        for source in said.split()[:-1] if word == "COPY" else []:
            assert (context / source).exists(), source
    unseen = logical_lines((FOLDER / "Dockerfile.dockerignore").read_text(encoding="utf-8"))
    needed = ("manage.py", "requirements.txt", "package-lock.json", "gimje_portal", "templates", "docs", "services")
    assert not set(unseen) & set(needed)
    assert {".git", "build", "node_modules"} <= set(unseen)


def test_the_image_is_made_as_a_release_is():
    """The same packages, assets and static files, with the same words."""
    release = " ".join(logical_lines((FOLDER / "release.sh").read_text(encoding="utf-8")))
    image = " ".join(RUNS)
    for words in (
        "venv/bin/pip install --quiet --require-hashes --only-binary=:all: -r requirements.txt",
        "venv/bin/python -m gimje_portal.assets",
        "venv/bin/python manage.py collectstatic --noinput --ignore rest_framework -v 0",
    ):
        assert words in release, words
        assert words in image, words


def test_what_the_image_builds_with_is_enough():
    """The made-up keys open the settings."""
    given = dict(re.findall(r"(SECRET_KEY|BLIND_INDEX_KEY|FIELD_KEYS)=(\S+)", " ".join(RUNS)))
    read(given)


def test_whoever_runs_the_image_may_write_where_it_writes():
    made = re.findall(r"install -d -o gimje -m 0700 ([^&]+)", RUNS[0])[0].split()
    assert "/var/lib/gimje/files" in made
    for where in COMPOSE["x-portal"]["volumes"]:
        assert where.partition(":")[2] in made
    number = re.findall(r"useradd --system --uid (\d+)", RUNS[0])[0]
    head = (FOLDER / "compose.yaml").read_text(encoding="utf-8")
    assert f"install -d -o {number} -m 0700 /var/backups/gimje" in head
