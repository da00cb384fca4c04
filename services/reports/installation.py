"""Do keys, files, senders, proxies and backups fit this installation; for /readyz, the start and `check --deploy`."""

from datetime import timedelta

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.core.files.storage import default_storage
from django.utils import timezone

from services.enums.notices import NoticeState
from services.models import Installation, Notice, Tick, Verification, blind_index

KEY_CHECK = "김제"  # any text: it must come back
MARK_FILE = "installation"
FORWARDED = "forwarded"  # Tick: a proxy's header came and was not believed
BACKUP = "backup"  # Tick: a backup was written
CODES_WAIT_TOO_LONG_AFTER = timedelta(seconds=60)  # of three minutes that a code lives
BUDGET_IS_SHORT_FROM = 0.8
# Where these are named, people are hurt now: 503.
HURTS = frozenset({"keys", "files", "codes"})


def faults() -> dict[str, bool]:
    """By the name under which /readyz shows it; docs/operations.md has a runbook for each."""
    return {
        "keys": bool(keys_fault()),
        "files": not are_files_ours(),
        "codes": _codes_wait(),
        "code_budget": codes_today() >= settings.VERIFICATION_PER_DAY * BUDGET_IS_SHORT_FROM,
        "proxy": is_forwarded_unbelieved(),
        "backup": _backup_is_old(),
    }


def keys_fault() -> str:
    """One sentence when the keys of this process are not those of this database, else an empty text."""
    try:
        found = Installation.objects.filter(pk=1).values_list("key_check", "index_check").first()
    except InvalidToken:
        return "FIELD_KEYS: none of these keys reads this database; names and phone numbers would be lost."
    if found and found[1] != blind_index(KEY_CHECK, purpose="check"):
        return "BLIND_INDEX_KEY: is not the key of this database; nobody would be found by name or phone number."
    return ""


def are_files_ours() -> bool:
    """Whether the private files that this host sees are those of the database (a second host shares DATA_DIR)."""
    mark = Installation.objects.filter(pk=1).values_list("files_mark", flat=True).first()
    if mark is None:
        return True
    try:
        with default_storage.open(MARK_FILE) as file:
            return bool(file.read().decode() == str(mark))
    except _storage_faults():
        return False


def _storage_faults() -> tuple[type[Exception], ...]:
    """What a storage that is away raises; a bucket has its own, imported only where there is one."""
    if "FileSystemStorage" in settings.STORAGES["default"]["BACKEND"]:
        return (OSError, UnicodeDecodeError)
    from botocore.exceptions import BotoCoreError, ClientError

    return (OSError, UnicodeDecodeError, BotoCoreError, ClientError)


def codes_today() -> int:
    """Codes sent since midnight, of VERIFICATION_PER_DAY."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return Verification.objects.filter(sent_at__gte=midnight).count()


def is_forwarded_unbelieved() -> bool:
    """In the last day a proxy's header came that PROXY_COUNT does not believe: all visitors are one address."""
    return Tick.objects.filter(name=FORWARDED, at__gte=timezone.now() - timedelta(days=1)).exists()


def _codes_wait() -> bool:
    """Somebody waits for a code that nobody sends."""
    since = timezone.now() - CODES_WAIT_TOO_LONG_AFTER
    waiting = Notice.objects.filter(state__in=list(NoticeState.WAITING), is_urgent=True, created_at__lt=since)
    return waiting.filter(once_key__startswith="verification:", expires_at__gt=since).exists()


def _backup_is_old() -> bool:
    """Older than BACKUP_HOURS, or none at all on a site with HTTPS; 0: the city makes them by other means."""
    hours = settings.BACKUP_HOURS
    last = Tick.objects.filter(name=BACKUP).values_list("at", flat=True).first()
    if not hours or (last is None and (not settings.HTTPS or settings.DEMO)):
        return False
    return last is None or last < timezone.now() - timedelta(hours=hours)
