"""The ground floor's tables, one module a shelf."""

from services.models.api_requests import ApiRequest
from services.models.cache import CacheRow
from services.models.calendar import Holiday
from services.models.catalogue import Announcement, ServicePage
from services.models.consents import Consent, ConsentText
from services.models.documents import Document
from services.models.encryption import EncryptedJSONField, EncryptedTextField, blind_index
from services.models.history import HistoryEntry, HistorySeal, ReadingLogEntry
from services.models.installation import Installation
from services.models.jobs import JobFault, JobRun, Tick
from services.models.notices import CallTask, ContactWish, Notice, NoticeAttempt
from services.models.people import Draft, FactProposal, PuzzleTry, Resident, Township, User, Verification
from services.models.references import Counter, ReferenceTry

__all__ = [
    "Announcement",
    "ApiRequest",
    "CacheRow",
    "CallTask",
    "Consent",
    "ConsentText",
    "ContactWish",
    "Counter",
    "Document",
    "Draft",
    "EncryptedJSONField",
    "EncryptedTextField",
    "FactProposal",
    "HistoryEntry",
    "HistorySeal",
    "Holiday",
    "Installation",
    "JobFault",
    "JobRun",
    "Notice",
    "NoticeAttempt",
    "PuzzleTry",
    "ReadingLogEntry",
    "ReferenceTry",
    "Resident",
    "ServicePage",
    "Tick",
    "Township",
    "User",
    "Verification",
    "blind_index",
]
