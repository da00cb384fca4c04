"""Every variable of the environment, once: its type and range, its default, what it means, and who must set it.

settings.py reads through `read`, which refuses a wrong value with one sentence; `manage.py settings_table` prints the
table of docs/operations.md. A file of these variables is read by a shell (`set -a; . file`) and by systemd
(EnvironmentFile) alike, so no form here needs a space, a quote or another sign that one of the two would take for its
own; where a text has spaces, double quotes around it mean the same to both.
"""

import base64
import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import environ

BASE_DIR = Path(__file__).resolve().parent.parent
TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


class Wrong(ValueError):
    """A value that cannot be meant; the sentence goes on after "NAME: "."""


class Needed(StrEnum):
    """Who must set it: the portal does not start without it, or `check --deploy` asks for it."""

    TO_START = "refuses to start"
    FOR_A_CITY = "`check --deploy` refuses"
    NO = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """One variable. `default` is written as it would stand in the environment; `form` says what may stand there."""

    name: str
    meaning: str
    form: str
    read: Callable[[str], Any]
    default: str = ""
    needed: Needed = Needed.NO
    without: str = ""  # what happens without it, where the default does not say it


# Forms: each reads a text or says what is wrong with it


def text(value: str) -> str:
    return value


def switch(value: str) -> bool:
    if value.lower() not in TRUE | FALSE:
        raise Wrong(f"must be 1 or 0, not {value!r}.")
    return value.lower() in TRUE


def number(least: int, most: int) -> Callable[[str], int]:
    def read(value: str) -> int:
        if not re.fullmatch(r"-?[0-9]{1,15}", value) or not least <= int(value) <= most:
            raise Wrong(f"must be a whole number from {least} to {most}, not {value!r}.")
        return int(value)

    return read


def one_of(*words: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        if value not in words:
            raise Wrong(f"must be one of {', '.join(words)}, not {value!r}.")
        return value

    return read


def like(pattern: str, form: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        if value and not re.fullmatch(pattern, value):
            raise Wrong(f"must look like {form}, not {value!r}.")
        return value

    return read


def several(read_one: Callable[[str], str]) -> Callable[[str], list[str]]:
    return lambda value: [read_one(part.strip()) for part in value.split(",") if part.strip()]


def fernet_keys(value: str) -> list[str]:
    """Never shows a key in its sentence: it would stand in a log."""
    keys = [part.strip() for part in value.split(",") if part.strip()]
    if not keys:
        raise Wrong("holds no key.")
    for place, key in enumerate(keys, 1):
        try:
            good = len(base64.urlsafe_b64decode(key.encode())) == 32
        except ValueError:
            good = False
        if not good:
            raise Wrong(f"key {place} of {len(keys)} is no Fernet key: each is 32 random bytes in url-safe base64.")
    return keys


def hours(value: str) -> tuple[int, int]:
    found = re.fullmatch(r"([0-9]{1,2}) ?[-,] ?([0-9]{1,2})", value)
    first, last = (int(hour) for hour in found.groups()) if found else (0, 0)
    if not 0 <= first < last <= 24:
        raise Wrong(f"must be two hours of one day, the earlier first, like 9-20, not {value!r}.")
    return first, last


def reminders(value: str) -> list[str]:
    """As the rule writes them ("3d 10:00"); in a file a space would end the value, so an @ may stand there."""
    found = [" ".join(part.replace("@", " ").split()) for part in value.split(",") if part.strip()]
    for one in found:
        if not re.fullmatch(r"[1-9][0-9]?d ([01]?[0-9]|2[0-3]):[0-5][0-9]|([1-9]|1[0-9]|2[0-3])h", one):
            raise Wrong(f"must be reminders like 3d@10:00,1d@10:00,2h; {one!r} is none.")
    return found


def pairs(value: str) -> dict[str, str]:
    """name=id,name=id; JSON, which a shell takes apart unless it is quoted, is still understood."""
    if value.lstrip().startswith("{"):
        try:
            found = json.loads(value)
        except ValueError:
            found = None
        if not isinstance(found, dict) or not all(isinstance(one, str) for one in found.values()):
            raise Wrong("must be name=id,name=id, or a JSON object of texts.")
        return found
    parts = [part.strip().partition("=") for part in value.split(",") if part.strip()]
    if not all(name and id_ for name, _, id_ in parts):
        raise Wrong(f"must be name=id,name=id, not {value!r}.")
    return {name.strip(): id_.strip() for name, _, id_ in parts}


def postgresql(value: str) -> dict[str, Any]:
    """Never shows the value: it holds a password."""
    if not value.startswith(("postgresql://", "postgres://")):
        raise Wrong("must look like postgresql://user:password@host/name.")
    try:
        return dict(environ.Env.db_url_config(value))
    except (ValueError, environ.ImproperlyConfigured):
        raise Wrong("must look like postgresql://user:password@host/name.") from None


def mail(value: str) -> dict[str, Any]:
    """Never shows the value: it holds a password."""
    scheme = value.partition("://")[0]
    if scheme not in environ.Env.EMAIL_SCHEMES:
        raise Wrong("must look like smtp+tls://user:password@host:587.")
    try:
        return dict(environ.Env.email_url_config(value))
    except ValueError:
        raise Wrong("must look like smtp+tls://user:password@host:587.") from None


def folder(value: str) -> Path:
    """A folder that is there and can be written, or that can be made."""
    path = Path(value)
    if not path.is_absolute():
        raise Wrong(f"must be a path from the root, like /var/lib/gimje, not {value!r}.")
    there = next(one for one in (path, *path.parents) if one.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        raise Wrong(f"cannot be written: {there} is no folder, or not one of this user's.")
    return path


WEB = like(r"https?://[^\s/,]+", "https://portal.example.go.kr")
BROKER = like(r"(rediss?|unix)://\S+", "redis://host:6379/0 or unix:///path/to.sock")
HOST = like(r"\*|\.?[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\]", "portal.example.go.kr")
LINE = like(r"[^\r\n]+", "one line of text")
DOTTED = like(r"\w+(\.\w+)+", "package.module.Class")
SCANNER = like(r"/\S+|[\w.-]+:\d{1,5}", "/run/clamav/clamd.ctl or host:3310")


def days(name: str, meaning: str, default: int, least: int = 1, most: int = 36500) -> Setting:
    return Setting(name, meaning, f"days, {least} to {most}", number(least, most), str(default))


def count(name: str, meaning: str, default: int, least: int, most: int) -> Setting:
    return Setting(name, meaning, f"{least} to {most}", number(least, most), str(default))


def flag(name: str, meaning: str, default: str, without: str = "") -> Setting:
    return Setting(name, meaning, "`1` or `0`", switch, default, without=without)


# The table, in the order of docs/operations.md
GROUPS: dict[str, list[Setting]] = {
    "What must be set": [
        Setting("SECRET_KEY", "signs sessions and links", "any long text", text, needed=Needed.TO_START),
        Setting(
            "FIELD_KEYS",
            "keys of the encrypted columns, newest first",
            "Fernet keys, comma-separated (32 random bytes each, url-safe base64)",
            fernet_keys,
            needed=Needed.TO_START,
        ),
        Setting(
            "BLIND_INDEX_KEY",
            "key by which names and phone numbers are found without being readable",
            "any long text",
            text,
            needed=Needed.TO_START,
        ),
        Setting(
            "DATABASE_URL",
            "the database",
            "`postgresql://user:password@host/name`",
            postgresql,
            "postgresql:///gimje",
            Needed.FOR_A_CITY,
        ),
        Setting(
            "REDIS_URL",
            "the broker that wakes the worker",
            "`redis://host:6379/0`, or `unix:///path/to.sock`",
            BROKER,
            "redis://127.0.0.1:6379/0",
            Needed.FOR_A_CITY,
        ),
        Setting(
            "ALLOWED_HOSTS",
            "names of the site",
            "names, comma-separated",
            several(HOST),
            "127.0.0.1,localhost,[::1]",
            Needed.FOR_A_CITY,
        ),
        Setting("SITE_URL", "address in messages", "`https://host`", WEB, "http://127.0.0.1:8000", Needed.FOR_A_CITY),
        flag(
            "HTTPS",
            "secure cookies, HSTS, redirect; trusts `X-Forwarded-Proto`",
            "0",
        ),
        Setting(
            "PROXY_COUNT",
            "number of proxies in front whose `X-Forwarded-For` is believed",
            "0 to 10",
            number(0, 10),
            "0",
            Needed.FOR_A_CITY,
            without="`0`: the peer is the client",
        ),
        Setting(
            "DATA_DIR",
            "where private files are, unless they are in a bucket",
            "a folder that can be written",
            folder,
            str(BASE_DIR / ".runtime" / "files"),
            Needed.FOR_A_CITY,
            without="`.runtime/files` below the checkout, where our units may not write",
        ),
        Setting(
            "SMS_SENDER",
            "who sends text messages; for trying out `console` writes them to the log, `file` below `DATA_DIR`",
            "`console`, `file` or `solapi`",
            one_of("console", "file", "solapi"),
            "console",
            Needed.FOR_A_CITY,
        ),
    ],
    "The site": [
        Setting("SITE_NAME", "name of the site", "one line", LINE, "김제시 생활행정"),
        Setting("SITE_PHONE", "the city's number on every page", "one line", LINE, "063-540-3114"),
        Setting("SITE_ADDRESS", "postal address", "one line", LINE, "(54390) 전북특별자치도 김제시 중앙로 40"),
        Setting(
            "CSRF_TRUSTED_ORIGINS",
            "other names that forms may come from",
            "`https://host`, comma-separated",
            several(WEB),
        ),
        flag("OFFICIAL_SITE", "shows the masthead of official sites; never with `DEMO`", "0"),
        flag("DEMO", "demonstration people and readable messages", "0", without="`0`; never set it here"),
        flag("DEBUG", "Django's pages for developers", "0", without="`0`; never set it here"),
        count("PUBLIC_PAGE_SECONDS", "for so long a public page is kept for everybody without a session", 5, 0, 60),
        Setting(
            "LOG_LEVEL",
            "JSON lines on standard error",
            "`DEBUG` to `CRITICAL`",
            one_of("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"),
            "INFO",
        ),
        Setting(
            "METRICS_TOKEN",
            "bearer token for `/metrics` from other hosts",
            "any text",
            text,
            without="this machine only",
        ),
        count(
            "BACKUP_HOURS",
            "`/readyz` names a backup (`manage.py backup`) that is older; 0: the city makes them by other means",
            26,
            0,
            720,
        ),
        count("HSTS_SECONDS", "how long browsers remember `HTTPS`", 31536000, 0, 63072000),
    ],
    "Database and files": [
        count("CONN_MAX_AGE", "seconds a connection is kept; 0 costs four to seven times the throughput", 60, 0, 3600),
        Setting(
            "PG_OPTIONS",
            "of each connection to PostgreSQL",
            "one line",
            LINE,
            "-c lock_timeout=3s -c statement_timeout=15s -c timezone=Asia/Seoul",
        ),
        Setting(
            "S3_BUCKET",
            'private files in a bucket instead; see "A bucket" for its other variables',
            "a name",
            like(r"[a-z0-9.-]{3,63}", "a bucket's name"),
            without="`DATA_DIR`",
        ),
        Setting("S3_ENDPOINT", "address of the bucket's provider", "`https://host`", WEB, without="Amazon's"),
        Setting(
            "STATICFILES_STORAGE",
            "how static files are kept; another one for tests only",
            "a class",
            DOTTED,
            "whitenoise.storage.CompressedManifestStaticFilesStorage",
        ),
        count("DOCUMENT_MAX_MB", "largest paper that people may send, in MB", 10, 1, 100),
        count("DOCUMENT_MAX_PAGES", "pages of a PDF", 30, 1, 1000),
        count("DOCUMENTS_PER_SUBJECT", "papers of one case", 30, 1, 500),
        Setting(
            "CLAMAV_SOCKET",
            "every upload is scanned, and refused when the scanner is away",
            "a path, or `host:port`",
            SCANNER,
            without="uploads are judged by content only",
        ),
        count("CLAMAV_SECONDS", "how long the scanner may take", 20, 1, 60),
    ],
    "Messages": [
        Setting(
            "SMS_FROM",
            "number that text messages come from, registered with the provider",
            "a phone number",
            like(r"[0-9+-]{8,16}", "063-540-3114"),
            without="`SITE_PHONE`",
        ),
        Setting("SOLAPI_KEY", "account of the provider", "any text", text, without="`solapi` refuses to start"),
        Setting("SOLAPI_SECRET", "its secret", "any text", text, without="`solapi` refuses to start"),
        Setting("SOLAPI_URL", "address of the provider", "`https://host`", WEB, "https://api.solapi.com"),
        Setting("ALIMTALK_PROFILE", "the city's profile for 알림톡", "any text", text, without="text messages only"),
        Setting(
            "ALIMTALK_TEMPLATES",
            "our message names and the provider's approved templates",
            "`slate/notices/approved=KA01,consultations/notices/booked=KA02`; JSON in single quotes too",
            pairs,
            without="text messages only",
        ),
        flag("ALIMTALK_BUTTON", "the templates were approved with the button 내 신청 확인", "1"),
        Setting(
            "EMAIL_URL",
            "server for e-mails",
            "`smtp+tls://user:password@host:587`",
            mail,
            "consolemail://",
            without="e-mails go to the log",
        ),
        Setting(
            "DEFAULT_FROM_EMAIL",
            "address that e-mails come from",
            "an address",
            like(r"[^\s@]+@[^\s@]+|[^\r\n<]+<[^\s@]+@[^\s@]+>", "portal@example.go.kr"),
            "portal@example.invalid",
        ),
        flag("DOORBELL", "a saved message wakes the worker at once; the clock sweeps anyway", "1"),
        Setting(
            "NOTICE_HOURS",
            "hours in which messages leave (KR-04); codes always do",
            "two hours, the earlier first: `9-20`",
            hours,
            "9-20",
        ),
        count(
            "NOTICE_LEASE_SECONDS",
            "how long a worker has a message to itself; longer than a task may live (120)",
            180,
            1,
            3600,
        ),
        days("NOTICE_DAYS", "for so long the texts of messages are kept", 730),
    ],
    "Staff and residents": [
        flag("STAFF_MFA_REQUIRED", "`0` lets staff in with a password only", "1"),
        count("STAFF_IDLE_MINUTES", "minutes without a touch until staff are logged out", 30, 1, 480),
        count("STAFF_ABSOLUTE_HOURS", "hours until staff log in anew", 10, 1, 24),
        Setting(
            "OIDC_ISSUER",
            "staff log in through the city's identity provider (existing user names only)",
            "`https://host/path`",
            like(r"https?://\S+", "https://login.example.go.kr/realm"),
            without="password and second factor",
        ),
        Setting("OIDC_CLIENT_ID", "our name there", "any text", text, without="the provider refuses to start"),
        Setting("OIDC_SECRET", "our secret there", "any text", text, without="the provider refuses to start"),
        Setting("OIDC_NAME", "what its button says", "one line", LINE, "통합 로그인"),
        count("RESIDENT_IDLE_MINUTES", "minutes without a touch until a proved phone is forgotten", 30, 1, 480),
        count("VERIFICATION_PER_PHONE_PER_DAY", "codes for one phone a day", 5, 1, 100),
        count("VERIFICATION_PER_ADDRESS_PER_HOUR", "codes for one address an hour", 20, 1, 10000),
        count("VERIFICATION_PER_DAY", "codes for the whole city a day", 2000, 1, 1000000),
        count(
            "REFERENCE_TRIES_PER_ADDRESS_PER_HOUR", "numbers of cases that one address may try an hour", 20, 1, 10000
        ),
    ],
    "Free advice": [
        Setting("CONSULTATION_PHONE", "number of the office", "one line", LINE, without="`SITE_PHONE`"),
        Setting("CONSULTATION_DEPARTMENT", "name of the office", "one line", LINE, "기획감사실"),
        Setting(
            "CONSULTATION_REMINDERS",
            "when a reminder goes out: days before and the time, or hours before",
            "`3d@10:00,1d@10:00,2h`; a space instead of the @ too",
            reminders,
            "3d@10:00,1d@10:00,2h",
        ),
        count(
            "CONSULTATION_CHANGE_HOURS",
            "how many hours before a resident may still move or cancel on the web",
            3,
            0,
            168,
        ),
        count("CONSULTATION_HOLD_HOURS", "how many hours a freed place is kept for the person in line", 24, 1, 168),
        count("CONSULTATION_MONTHS_AHEAD", "how many months ahead clinic days are made", 3, 1, 12),
        days(
            "CONSULTATION_TEXT_DAYS",
            "after the end what was asked is destroyed; the words of the consent follow",
            1095,
        ),
        days("CONSULTATION_ADVISER_DAYS", "after the end the adviser may no longer read it, and notes go", 30),
        days("CONSULTATION_NEEDS_DAYS", "after the end the help needed is destroyed", 30),
        days("CONSULTATION_ANSWER_DAYS", "for an answer to a question of law (MW-09)", 14, 1, 60),
        days("CONSULTATION_CLOSE_DAYS", "after an answer without another word", 30, 1, 365),
        days("CONSULTATION_SURVEY_DAYS", "a survey is open", 30, 1, 365),
        days("CONSULTATION_LINK_DAYS", "after the clinic day an adviser's address still opens", 3, 0, 60),
        count("CONSULTATION_API_MINUTES", "how long a proved phone opens the API", 30, 1, 1440),
        count("CONSULTATION_API_PER_PHONE_PER_DAY", "changes of one phone through the API a day", 30, 1, 10000),
        days("API_ANSWER_DAYS", "an `Idempotency-Key` is remembered", 2, 1, 90),
    ],
}
TABLE = {setting.name: setting for group in GROUPS.values() for setting in group}


def read(given: Mapping[str, str]) -> dict[str, Any]:
    """Every setting as a value. Raises Wrong with one sentence that begins with the variable's name."""
    values = {name: _value(setting, given.get(name, "").strip()) for name, setting in TABLE.items()}
    values["SMS_FROM"] = values["SMS_FROM"] or values["SITE_PHONE"]
    values["CONSULTATION_PHONE"] = values["CONSULTATION_PHONE"] or values["SITE_PHONE"]
    _refuse_contradictions(values)
    return values


def _value(setting: Setting, given: str) -> Any:
    if not given and setting.needed is Needed.TO_START:
        raise Wrong(f"{setting.name}: must be set; `python3 manage.py up` makes the keys for you.")
    try:
        return setting.read(given or setting.default)
    except Wrong as wrong:
        raise Wrong(f"{setting.name}: {wrong}") from None


def _refuse_contradictions(values: Mapping[str, Any]) -> None:
    if values["DEMO"] and values["OFFICIAL_SITE"]:
        raise Wrong("DEMO: excludes OFFICIAL_SITE: a demonstration shows messages and codes to everybody.")
    if values["HTTPS"] and not values["DEMO"] and values["SMS_SENDER"] != "solapi":
        raise Wrong("SMS_SENDER: must be solapi with HTTPS: messages would be marked as sent and reach nobody.")
    if values["SMS_SENDER"] == "solapi":
        _refuse_without(values, "SMS_SENDER", "SOLAPI_KEY", "SOLAPI_SECRET")
    if values["OIDC_ISSUER"]:
        _refuse_without(values, "OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_SECRET")


def _refuse_without(values: Mapping[str, Any], name: str, *others: str) -> None:
    if missing := [other for other in others if not values[other]]:
        raise Wrong(f"{name}: needs {' and '.join(missing)} as well.")


def markdown() -> str:
    """The table of docs/operations.md."""
    lines = ["| variable | meaning | form | without it |", "|---|---|---|---|"]
    for title, group in GROUPS.items():
        lines.append(f"| **{title}** | | | |")
        lines += [f"| `{one.name}` | {one.meaning} | {one.form} | {_without(one)} |" for one in group]
    return "\n".join(lines)


def _without(setting: Setting) -> str:
    default = setting.without or (f"`{setting.default}`" if setting.default else "empty")
    if setting.needed is Needed.TO_START:
        return setting.needed.value
    return f"{default}; {setting.needed}" if setting.needed else default
