"""The catalogue as pages show it, and what the first page says today, asked from the apps that settings name."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from services.enums.catalogue import Schedule, ServiceGroup, ServiceState
from services.models import Announcement, ServicePage
from services.rules.korean import date_long

TONES = {
    ServiceState.OPEN: "good",
    ServiceState.SOON: "info",
    ServiceState.CLOSED: "idle",
    ServiceState.ASK: "info",
    ServiceState.VIEW: "info",
}


@dataclass(frozen=True, slots=True)
class HomeNote:
    """One sentence for a card of the first page (`consultations`, `slate`, `solar`), or for all (`top`)."""

    card: str
    text: str


def home_notes() -> dict[str, list[str]]:
    """Sentences by card (HOME_NOTE_SOURCES); each source is a function without arguments -> list[HomeNote]."""
    notes: dict[str, list[str]] = defaultdict(list)
    for path in settings.HOME_NOTE_SOURCES:
        source: Callable[[], list[HomeNote]] = import_string(path)
        for note in source():
            notes[note.card].append(note.text)
    return {card: notes[card] for card in ("top", "consultations", "slate", "solar")}


@dataclass(frozen=True, slots=True)
class ServiceCard:
    """A service as a list shows it."""

    page: ServicePage
    state: str
    tone: str
    period: str


@dataclass(frozen=True, slots=True)
class ServiceShelf:
    """The services under one heading; `anchor` is the heading's id."""

    anchor: str
    label: str
    cards: list[ServiceCard]


def service_card(page: ServicePage, today: date) -> ServiceCard:
    """State, colour and period of a service on a day."""
    return service_cards([page], today)[0]


def service_cards(pages: Iterable[ServicePage], today: date) -> list[ServiceCard]:
    """The same for several. Open is only what somebody can ask for: each app is asked once whether it takes requests.

    A page of an app that takes none is there to be looked at; without an app, people ask by telephone.
    """

    @cache
    def opens(app_page: str) -> ServiceState:
        path = settings.SERVICE_OPEN_SOURCES.get(app_page)
        if path is None:
            return ServiceState.VIEW
        return ServiceState.OPEN if import_string(path)() else ServiceState.ASK

    cards = []
    for page in pages:
        state, period = page.state_on(today), page.period_on(today)
        if state == ServiceState.OPEN and page.app_page:
            state = opens(page.app_page)
        elif state == ServiceState.OPEN and page.schedule == Schedule.ALWAYS:
            state = ServiceState.ASK
        if state in (ServiceState.VIEW, ServiceState.ASK):
            period = ""
        cards.append(ServiceCard(page, _state_words(page, state, today), TONES[state], period))
    return cards


def service_shelves(today: date) -> list[ServiceShelf]:
    """All services that are shown, by heading. One query, and one for each app that is asked."""
    cards = service_cards(ServicePage.objects.shown(), today)
    return [
        ServiceShelf(group.value, str(group.label), [card for card in cards if card.page.group == group])
        for group in ServiceGroup
    ]


def announcements_on(day: date) -> list[Announcement]:
    """What the city says on this day, newest first. One query."""
    return list(Announcement.objects.on(day).select_related("page"))


def _state_words(page: ServicePage, state: ServiceState, today: date) -> str:
    if state == ServiceState.SOON and page.opens_on:
        return f"{date_long(page.opens_on, this_year=today.year)}부터 신청"
    if state == ServiceState.CLOSED and page.closes_on and page.closes_on.year != today.year:
        return f"{page.closes_on.year}년 신청 마감"
    if state == ServiceState.OPEN and not page.app_page:
        return "전화로 신청 받는 중"
    return str(state.label)
