"""Settings are checked at start: one table says what may stand there, and docs, settings and table are the same."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.checks import run_checks
from django.core.management import call_command

from consultations.rules.reminders import reminder_of
from gimje_portal import environment
from gimje_portal.environment import TABLE, Needed, Wrong, read

ROOT = Path(settings.BASE_DIR)
KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
LEAST = {"SECRET_KEY": "x", "BLIND_INDEX_KEY": "y", "FIELD_KEYS": KEY}
OPERATIONS = ROOT / "docs" / "operations.md"


def test_what_must_be_set_is_enough():
    values = read(LEAST)
    assert values.keys() == TABLE.keys()
    assert values["CONSULTATION_REMINDERS"] == ["3d 10:00", "1d 10:00", "2h"]
    assert values["NOTICE_HOURS"] == (9, 20)
    assert values["SMS_FROM"] == values["CONSULTATION_PHONE"] == "063-540-3114"
    assert read(LEAST | {"SITE_PHONE": "063-540-0000"})["CONSULTATION_PHONE"] == "063-540-0000"


@pytest.mark.parametrize("name", LEAST)
@pytest.mark.parametrize("given", [{}, {"x": ""}, {"x": "  "}])
def test_without_a_key_nothing_starts(name, given):
    rest = {other: value for other, value in LEAST.items() if other != name}
    with pytest.raises(Wrong, match=rf"^{name}: must be set"):
        read(rest | dict.fromkeys([name] * len(given), "".join(given.values())))


WRONG = [
    ("NOTICE_HOURS", ["21,8", "9", "9-9", "9-25", "-1-8", "9-20-21", "neun-20"]),
    (
        "CONSULTATION_REMINDERS",
        ["3d", "3d 25:00", "3d@10:60", "0d@10:00", "24h", "2 hours", "3d@10:00;2h", "１h"],
    ),
    ("FIELD_KEYS", ["notakey", f"{KEY},short", KEY[:-4], ",", "키"]),
    ("DATA_DIR", ["files", "/etc/passwd", "/etc/passwd/files"]),
    ("PROXY_COUNT", ["-1", "11", "one", "1.0", "１"]),
    ("SMS_SENDER", ["Solapi", "twilio", "none"]),
    ("HTTPS", ["2", "ja", "on off"]),
    ("DATABASE_URL", ["mysql://host/name", "gimje", "sqlite:///x"]),
    ("REDIS_URL", ["http://host", "redis", "amqp://host"]),
    ("SITE_URL", ["portal.example", "ftp://portal", "https://portal.example/path"]),
    ("ALLOWED_HOSTS", ["https://portal.example", "portal.example/", "a b"]),
    ("CSRF_TRUSTED_ORIGINS", ["portal.example", "https://a,b"]),
    ("EMAIL_URL", ["host", "http://host", "smtpx://host"]),
    ("DEFAULT_FROM_EMAIL", ["nobody", "a b@c"]),
    ("ALIMTALK_TEMPLATES", ["x", "a=", "=b", '{"a": 1}', "{a}", "[]"]),
    ("CLAMAV_SOCKET", ["socket", "host:port"]),
    ("LOG_LEVEL", ["info", "TRACE"]),
    ("NOTICE_LEASE_SECONDS", ["3601", "0"]),
    ("CONSULTATION_TEXT_DAYS", ["0", "-5", "36501", "3 years"]),
    ("DOCUMENT_MAX_MB", ["0", "101"]),
    ("SITE_NAME", ["a\nb"]),
    ("S3_BUCKET", ["A bucket", "x"]),
]


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG for value in values])
def test_a_wrong_value_is_one_sentence_that_names_the_variable(name, value):
    with pytest.raises(Wrong) as refused:
        read(LEAST | {name: value})
    sentence = str(refused.value)
    assert sentence.startswith(f"{name}: ")
    assert sentence.endswith(".")
    assert "\n" not in sentence.replace(value, "")


@pytest.mark.parametrize("name", [name for name, setting in TABLE.items() if re.search(r"\d+ to \d+$", setting.form)])
def test_each_number_is_held_to_the_range_that_the_table_names(name):
    least, most = (int(bound) for bound in re.findall(r"\d+", TABLE[name].form)[-2:])
    assert (read(LEAST | {name: str(least)})[name], read(LEAST | {name: str(most)})[name]) == (least, most)
    for beyond in (least - 1, most + 1):
        with pytest.raises(Wrong, match=f"^{name}: must be a whole number from {least} to {most}"):
            read(LEAST | {name: str(beyond)})


@pytest.mark.parametrize("name", ["FIELD_KEYS", "DATABASE_URL", "EMAIL_URL"])
def test_a_secret_never_stands_in_the_sentence(name):
    with pytest.raises(Wrong) as refused:
        read(LEAST | {name: "hunter2://user:hunter2@host"})
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"DEMO": "1", "OFFICIAL_SITE": "1"}, "DEMO: excludes OFFICIAL_SITE"),
        ({"SMS_SENDER": "solapi"}, "SMS_SENDER: needs SOLAPI_KEY and SOLAPI_SECRET as well."),
        ({"SMS_SENDER": "solapi", "SOLAPI_KEY": "k"}, "SMS_SENDER: needs SOLAPI_SECRET as well."),
        ({"OIDC_ISSUER": "https://login.example", "OIDC_CLIENT_ID": "k"}, "OIDC_ISSUER: needs OIDC_SECRET as well."),
    ],
)
def test_settings_that_contradict_each_other(given, sentence):
    with pytest.raises(Wrong, match=f"^{re.escape(sentence)}"):
        read(LEAST | given)


def test_a_folder_of_somebody_else_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("os.access", lambda path, mode: False)
    with pytest.raises(Wrong, match=r"^DATA_DIR: cannot be written"):
        read(LEAST | {"DATA_DIR": str(tmp_path / "files")})


@pytest.mark.parametrize("text", ["3d 10:00,1d 10:00,2h", "3d@10:00, 1d@10:00, 2h", " 3d@10:00,1d 10:00,2h,"])
def test_reminders_are_read_in_the_old_form_and_in_the_new(text):
    found = read(LEAST | {"CONSULTATION_REMINDERS": text})["CONSULTATION_REMINDERS"]
    assert found == ["3d 10:00", "1d 10:00", "2h"]
    assert [reminder_of(one).words for one in found]


@pytest.mark.parametrize("one", ["1d 9:05", "99d 23:59", "1h", "23h", "0d 10:00", "100d 10:00", "24h", "x"])
def test_the_table_takes_the_reminders_that_the_rule_takes(one):
    def says_yes(function, *wrong):
        try:
            return bool(function(one))
        except wrong:
            return False

    assert says_yes(environment.reminders, Wrong) == says_yes(reminder_of, ValueError)


def test_templates_are_read_as_pairs_and_as_json():
    pairs = {"slate/notices/approved": "KA01", "consultations/notices/booked": "KA02"}
    for text in (
        "slate/notices/approved=KA01,consultations/notices/booked=KA02",
        '{"slate/notices/approved": "KA01", "consultations/notices/booked": "KA02"}',
    ):
        assert read(LEAST | {"ALIMTALK_TEMPLATES": text})["ALIMTALK_TEMPLATES"] == pairs


def test_a_file_means_the_same_to_a_shell_and_to_systemd(tmp_path):
    """Every default and every example of the table, written as docs/operations.md says."""
    examples = {name: setting.default for name, setting in TABLE.items() if setting.default}
    examples |= {
        "ALIMTALK_TEMPLATES": "slate/notices/approved=KA01,consultations/notices/booked=KA02",
        "DATABASE_URL": "postgresql://user:pa55@host/name",
        "EMAIL_URL": "smtp+tls://user:pa55@host:587",
        "FIELD_KEYS": f"{KEY},{KEY}",
    }
    file = tmp_path / "gimje.env"
    lines = [
        f'{name}="{value}"' if re.search(r"[\s()]", value) else f"{name}={value}" for name, value in examples.items()
    ]
    file.write_text("\n".join(lines))
    script = f'set -a; . {shlex.quote(str(file))}; "$0" -c "import json, os; print(json.dumps(dict(os.environ)))"'
    done = subprocess.run(["/bin/sh", "-c", script, sys.executable], capture_output=True, text=True, check=True)
    import json

    seen = json.loads(done.stdout)
    assert {name: seen[name] for name in examples} == examples
    assert {name: by_systemd(line) for name, line in zip(examples, lines, strict=True)} == examples


def by_systemd(line: str) -> str:
    """systemd.exec(5), EnvironmentFile: outside of quotes a backslash escapes; in double quotes \\" \\\\ \\$ \\`."""
    value = line.partition("=")[2]
    assert not set(value) & set("\\'`$")
    return value[1:-1] if value[:1] == '"' else value.strip()


def test_settings_read_what_the_table_has_and_nothing_past_it():
    source = (ROOT / "gimje_portal" / "settings.py").read_text(encoding="utf-8")
    assert set(re.findall(r'env\["([A-Z0-9_]+)"\]', source)) == TABLE.keys()
    assert source.count("os.environ") == 1


def test_the_table_of_the_operations_page_is_this_table():
    """When this fails: put the output of `manage.py settings_table` between the two marks."""
    page = OPERATIONS.read_text(encoding="utf-8")
    assert page.partition("<!-- settings -->\n")[2].partition("\n<!-- /settings -->")[0] == environment.markdown()


def test_the_command_prints_the_table(capsys):
    call_command("settings_table")
    assert capsys.readouterr().out.strip() == environment.markdown()


def test_a_wrong_value_stops_django_with_the_sentence():
    done = subprocess.run(
        [sys.executable, "-c", "import django; django.setup()"],
        cwd=ROOT,
        env=LEAST | {"DJANGO_SETTINGS_MODULE": "gimje_portal.settings", "NOTICE_HOURS": "21,8"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    last = done.stderr.strip().splitlines()[-1]
    assert last.endswith("NOTICE_HOURS: must be two hours of one day, the earlier first, like 9-20, not '21,8'.")


class TestDeploy:
    @pytest.fixture
    def city(self, db, monkeypatch, settings, tmp_path):
        for name, setting in TABLE.items():
            if setting.needed is Needed.FOR_A_CITY:
                monkeypatch.setenv(name, "set")
        monkeypatch.delenv("S3_BUCKET", raising=False)
        settings.SMS_SENDER, settings.DATA_DIR, settings.DEMO = "solapi", tmp_path, False
        settings.SITE_URL = "https://portal.example"

    def ours(self):
        found = run_checks(tags=None, include_deployment_checks=True)
        return [message.msg for message in found if str(message.id).startswith("portal.")]

    def test_a_city_that_has_said_everything_passes(self, city):
        assert self.ours() == []

    @pytest.mark.parametrize("name", [name for name, one in TABLE.items() if one.needed is Needed.FOR_A_CITY])
    def test_each_that_a_city_must_set(self, city, monkeypatch, name):
        monkeypatch.delenv(name)
        assert [message.partition(" ")[0] for message in self.ours()] == [name]

    def test_files_in_a_bucket_need_no_folder(self, city, monkeypatch, settings, tmp_path):
        monkeypatch.setenv("S3_BUCKET", "gimje")
        monkeypatch.delenv("DATA_DIR")
        settings.DATA_DIR = tmp_path / "gone"
        assert self.ours() == []

    @pytest.mark.parametrize(
        ("name", "value"),
        [("SMS_SENDER", "console"), ("DATA_DIR", Path("/nowhere")), ("DEMO", True), ("SITE_URL", "http://x")],
    )
    def test_what_is_for_trying_out_only(self, city, settings, name, value):
        setattr(settings, name, value)
        assert [message.startswith(name) for message in self.ours()] == [True]
