"""Every message that may have to be said on the telephone has words for it: people on a landline hear no letter."""

import datetime as dt
import inspect
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings

from services.actions.notices import post_many
from services.enums.notices import Channel
from services.enums.people import Role
from services.models import Notice
from services.notices.messages import Letter
from slate import notices as slate_notices
from slate.actions import casework, decisions
from slate.enums import Needed, Work
from slate.reports.letters import letter_of
from tests.slate import factories as slate

# These go to nobody but a phone that was proved by a text message.
ONLY_TO_MOBILES = {"services/notices/code", "slate/notices/draft_ends"}
UNSAID = ("문자", "누르", "[김제시]", "http", "'", "내 신청 확인", "{%", "{{")
TEMPLATES = settings.BASE_DIR / "templates"
KINDS = {str(path.relative_to(TEMPLATES)).removesuffix(".sms.txt") for path in TEMPLATES.glob("*/notices/*.sms.txt")}
LANDLINE = "+82635401234"


def test_every_message_has_its_words_for_the_telephone():
    assert len(KINDS) > 30
    assert {kind for kind in KINDS if not (TEMPLATES / f"{kind}.call.txt").exists()} == ONLY_TO_MOBILES
    said = {str(path.relative_to(TEMPLATES)).removesuffix(".call.txt") for path in TEMPLATES.rglob("*.call.txt")}
    assert said == KINDS - ONLY_TO_MOBILES


@pytest.mark.parametrize("kind", sorted(KINDS - ONLY_TO_MOBILES))
def test_it_can_be_said(kind):
    text = (TEMPLATES / f"{kind}.call.txt").read_text(encoding="utf-8")
    assert [word for word in UNSAID[:-2] if word in text] == []
    assert text.strip().endswith((".", "?"))


def letters_of(module: Any) -> dict[str, Callable[..., Letter]]:
    """The functions of a room of messages that make one."""
    made = inspect.getmembers(module, inspect.isfunction)
    return {
        name: one
        for name, one in made
        if one.__module__ == module.__name__
        and not name.startswith("_")
        and inspect.signature(one, eval_str=True).return_annotation is Letter
    }


@pytest.fixture
def programme(db, clock):
    clock("2020-02-25 10:00")
    return slate.programme_of_2020()


def values(programme) -> dict[str, Any]:
    """What the letters of slate tell of, by the name of their parameter."""
    officer, approver = slate.staff(Role.SLATE_OFFICER), slate.staff(Role.SLATE_APPROVER)
    slate.with_money(programme, Work.HOUSE, 10_000_000)
    one = slate.being_checked(programme, officer, phone=LANDLINE, ownership="tenant", owner_agreed=False)
    request = casework.request_more(
        one.pk,
        items=[Needed.PHOTOS, Needed.OTHER],
        note="토지대장도 내 주세요.",
        by=officer.actor,
        version=one.version,
    )
    other = slate.proposed(programme, officer)
    decision = decisions.approve(other.pk, by=approver.actor, version=other.version)
    one.refresh_from_db()
    one.reason_sentence = "현장에서 확인해 보니 지붕과 벽에 슬레이트가 없습니다."
    known = {
        "application": one,
        "request": request,
        "decision": decision,
        "other": other,
        "winner": other,
        "letter": letter_of(decision),
    }
    return known | {"day": 30, "is_late": False, "until": dt.date(2020, 3, 1), "phone": LANDLINE}


@pytest.mark.parametrize("name", sorted(set(letters_of(slate_notices)) - {"draft_ends"}))
def test_somebody_on_a_landline_hears_words_that_can_be_said(name, programme):
    make, known = letters_of(slate_notices)[name], values(programme)
    Notice.objects.all().delete()
    post_many([make(**{one: known[one] for one in inspect.signature(make).parameters})])
    call = Notice.objects.get(channel=Channel.CALL)
    assert call.text == call.spoken
    assert [word for word in UNSAID if word in call.text] == []
    assert known["application"].reference in call.text
