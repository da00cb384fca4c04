"""The three forms in steps as they are: every address in every state of its draft, and two people at one screen."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse

from services.actions import drafts
from services.forms.steps import FilesForm, Journey, Step, journeys
from services.models import Draft, Township, Verification
from services.views.steps import Walk
from tests.conftest import StrictClient
from tests.consultations.factories import ANSWERS as BOOKING
from tests.consultations.factories import clinic_day
from tests.consultations.test_enquiries import ANSWERS as ENQUIRY
from tests.services.test_verification import code_of
from tests.slate import factories as slate
from tests.slate.test_pages import CONSENTS, CONTACT, PART

OTHER = "010-9999-8888"
SECRET = {"booking": "보증금을 돌려받지", "enquiry": "옆집", "slate": "시연리 12-3"}
JUNK: list[dict[str, Any]] = [
    {},
    {"later": "1"},
    {"skip": "1"},
    {"remove": "x", "item": "99", "more": "1"},
    {"remove": "1" * 30},
    {"sort": "1", "township": "x" * 9000, "venue": "-1", "wait": "0-wait", "slot": "a-b-c-d"},
    {"kind": ["TAX", "\ud55c" * 5000], "topic": "'; --", "needs": ["x", "INTERPRETER"], "born_on_year": "١٩٤٥"},
    {"phone": "+" * 400, "household": "🂡", "consents": "yes", "area_m2": "NaN", "built_year": "1e9", "hour": "99"},
]


def answers_of(kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every page of a form with good answers, in order."""
    if kind == "booking":
        day = clinic_day()
        for page, answers in BOOKING.items():
            yield page, answers | {"venue": day.venue_id, "slot": f"{day.pk}-1520"}
    elif kind == "enquiry":
        for page, answers in ENQUIRY.items():
            yield f"enquiry_{page}", answers
    else:
        yield "application_address", {"township": Township.objects.get(name="만경읍").pk, "address": "시연리 12-3"}
        yield "application_parts", PART
        yield "application_household", {"household": "general"}
        yield "application_roof", {"wants_reroofing": "no"}
        yield "application_photos", {}
        yield "application_owner", {"ownership": "owner", "owner_agreed": "on"}
        yield "application_contact", CONTACT
        yield "application_consents", CONSENTS


@pytest.fixture(autouse=True)
def _programme(db, clock, settings, tmp_path):
    clock("2026-11-20 10:00")
    settings.VERIFICATION_PER_PHONE_PER_DAY = settings.VERIFICATION_PER_ADDRESS_PER_HOUR = 1000
    slate.programme_of_2020(year=2026, opens_on=dt.date(2026, 1, 2))


@pytest.fixture(params=["booking", "enquiry", "slate"])
def journey(request) -> Journey:
    return journeys()[request.param]


def fill(client: StrictClient, journey: Journey, pages: int = 99) -> None:
    for number, (page, answers) in enumerate(answers_of(journey.kind)):
        if number == pages:
            return
        response = client.post(journey.url(page), answers)
        assert response.status_code == 302, (page, response.context["form"].errors)
        prove(client, response)


def prove(client: StrictClient, response: Any) -> None:
    if response.url == reverse("services:verify_code"):
        client.post(response.url, {"code": code_of(Verification.objects.latest("pk"))})


def verify(client: StrictClient, phone: str) -> None:
    prove(client, client.post(reverse("services:my_start"), {"phone": phone}))


def addresses(journey: Journey) -> list[str]:
    return [
        journey.url(page) for page in (*(step.page for step in journey.steps), journey.check, journey.prefix + "done")
    ]


def knock(client: StrictClient, journey: Journey) -> None:
    """Open every page and send junk to it; the form is put back as it was before each."""
    kept = Draft.objects.first()
    for number, address in enumerate(addresses(journey)):
        for query in ("", "?mend=1&item=2", "?item=new", "?item=x"):
            assert client.get(address + query).status_code < 500, address
        for junk in (JUNK[number % len(JUNK)], JUNK[(number + 5) % len(JUNK)]):
            assert client.post(f"{address}?item=1", junk).status_code < 500, (address, junk)
            if kept:
                kept.save(force_insert=not Draft.objects.filter(pk=kept.pk).exists())


@pytest.mark.parametrize("pages", range(8))
def test_no_address_fails_in_any_state_of_a_form(client, journey, pages):
    fill(client, journey, pages)
    knock(client, journey)


@pytest.mark.parametrize(
    "spoil", ["unproved", "nothing is there any more", "choices are gone", "another release", "half"]
)
def test_no_address_fails_when_the_world_has_changed(client, journey, spoil):
    fill(client, journey)
    draft = Draft.objects.get()
    answers: dict[str, Any] = dict(draft.answers)
    if spoil == "unproved":
        session = client.session
        session.pop("resident_phone_index")
        session.save()
        drafts.hold(session, draft)
    elif spoil == "nothing is there any more":
        for gone in ({"slot": "999999-1520", "venue": "999999"}, {"township": 999999}):
            answers = {
                page: said | gone if isinstance(said, dict) and {*gone} & {*said} else said
                for page, said in answers.items()
            }
        drafts.save_answers(draft, **answers)
    elif spoil == "choices are gone":
        gone = dict.fromkeys(("topic", "ownership", "answer_by"), "NO_SUCH")
        answers = {
            page: said | {k: v for k, v in gone.items() if k in said} if isinstance(said, dict) else said
            for page, said in answers.items()
        }
        drafts.save_answers(draft, **answers)
        page = client.get(journey.url(journey.check))
        assert page.status_code == 400
        assert "적으신 나머지는 그대로 있습니다." in page.content.decode()
    elif spoil == "another release":
        Draft.objects.update(answers={"kind": "LAW", "parts": [1], "address": {"township": 1}, "half": {}})
    else:
        drafts.save_answers(draft, half={step.page: {"phone": "0", "question": ["x"]} for step in journey.steps})
    knock(client, journey)


def test_a_form_that_is_closed_leads_to_its_start(client):
    from slate.models import Programme

    Programme.objects.all().delete()
    knock(client, journeys()["slate"])
    told = client.get(journeys()["slate"].url("application_roof"), follow=True)
    assert "지금은 신청을 받지 않습니다." in told.content.decode()


def test_the_check_page_shows_every_answer_of_every_page(client, journey):
    """Each question that was asked stands there with its way back: what is left out is said in the form itself."""
    fill(client, journey)
    page = client.get(journey.url(journey.check))
    shown = [str(row["label"]) for row in page.context["rows"]]
    for step in Walk(page.wsgi_request, journey).progress.steps:
        rows = [row for row in page.context["rows"] if journey.url(step.page) in row["url"]]
        assert rows, step.page
        asked = fields_of(step, page.context["said"])
        if step.many or issubclass(step.form, FilesForm) or "consents" in step.page:
            continue
        assert len(rows) == len(asked), (step.page, shown)
    for row in page.context["rows"]:
        assert f'href="{row["url"]}"'.replace("&", "&amp;") in page.content.decode()
        assert client.get(row["url"]).status_code == 200


def fields_of(step: Step, said: dict[str, Any]) -> list[str]:
    form = step.form(said=said, initial=said)
    return [name for name in form.fields if name not in form.not_shown and form.is_asked(name, said)]


def test_stopped_in_one_browser_it_goes_on_in_another_to_the_end(client, journey):
    contact = next(number for number, step in enumerate(journey.steps) if step.proves)
    contact -= journey.kind == "booking"  # the page for who waits is not asked
    fill(client, journey, contact + 1)
    elsewhere = StrictClient()
    verify(elsewhere, "010-1234-5678")
    mine = elsewhere.get(reverse("services:my"))
    assert "12월 20일 일요일까지 이어서 하실 수 있습니다." in mine.content.decode()
    [(draft, _title)] = mine.context["unfinished"]
    at = elsewhere.post(reverse("services:my_draft", args=[draft.pk]))["Location"]
    for page, answers in (
        list(answers_of(journey.kind))[contact + 1 :]
        if journey.kind != "booking"
        else list(BOOKING.items())[contact + 1 :]
    ):
        assert at == journey.url(page)
        at = elsewhere.post(at, answers)["Location"]
    assert at == journey.url(journey.check)
    assert elsewhere.post(at)["Location"] == journey.url(journey.prefix + "done")
    assert not Draft.objects.exists()


@pytest.mark.parametrize("end", ["idle", "leave", "another phone"])
@pytest.mark.parametrize("pages", [3, "sent"])
def test_the_next_person_at_this_screen_sees_nothing_of_the_first(client, journey, clock, end, pages):
    fill(client, journey, 99 if pages == "sent" else pages)
    if pages == "sent":
        assert client.post(journey.url(journey.check)).url == journey.url(journey.prefix + "done")
        done = client.get(journey.url(journey.prefix + "done"))
        assert done.status_code == 200
    if end == "idle":
        clock("2026-11-20 10:31")
    elif end == "leave":
        client.post(reverse("services:my_leave"))
    else:
        verify(client, OTHER)
    for address in [*addresses(journey), journey.url(), reverse("services:my")]:
        text = client.get(address, follow=True).content.decode()
        for secret in (SECRET[journey.kind], "시연 김만경", "12345678"):
            assert secret not in text, (address, secret)
    if pages == "sent":
        assert client.get(journey.url(journey.prefix + "done")).status_code == 302
