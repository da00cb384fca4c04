"""The walk through a form in steps, with a toy: forward, back, kept, resumed, closed, checked, sent once."""

import re

import pytest
from django.urls import reverse

from gimje_portal.rights import RIGHTS, Public
from services.actions import drafts
from services.forms.steps import HALF
from services.models import Draft, Resident, Verification
from tests.conftest import StrictClient
from tests.services import toy_steps
from tests.services.test_verification import code_of

PHONE, OTHER = "010-1234-5678", "010-9999-8888"
PAGES = [
    ("colour", {"colour": "red"}),
    ("pets", {"pet": "나비"}),
    ("note", {"note": "안녕하세요", "number": "3"}),
    ("who", {"phone": PHONE}),
    ("agree", {"A": "yes", "B": "no"}),
]


@pytest.fixture(autouse=True)
def _toy(settings, monkeypatch, db, clock):
    clock("2026-11-20 10:00")
    settings.ROOT_URLCONF = "tests.services.toy_steps"
    settings.JOURNEYS = {"toy": "tests.services.toy_steps.TOY"}
    names = ["start", "toy_done", toy_steps.TOY.check, *(step.page for step in toy_steps.TOY.steps)]
    for name in names:
        monkeypatch.setitem(RIGHTS, f"toy:{name}", Public)


def url(page: str) -> str:
    return reverse(f"toy:toy_{page}")


def verify(client, phone: str = PHONE):
    response = client.post("/my/start/", {"phone": phone})
    assert response.url == "/my/code/", response.url
    return client.post("/my/code/", {"code": code_of(Verification.objects.latest("pk"))})


def walk(client, until: str = "", **other):
    """Answer the pages in order, before the page `until`; the last answer's redirect."""
    response = None
    for page, answers in PAGES:
        if page == until:
            break
        response = client.post(url(page), answers | other.get(page, {}))
        assert response.status_code == 302, (page, response.context["form"].errors)
        if response.url == "/my/code/":
            response = client.post("/my/code/", {"code": code_of(Verification.objects.latest("pk"))})
    return response


def text(response) -> str:
    return response.content.decode()


class TestForwardAndBack:
    def test_each_answer_leads_to_the_next_open_page_and_to_the_check(self, client):
        assert walk(client, until="pets").url == url("pets")
        assert walk(client).url == url("check")

    def test_a_page_that_does_not_apply_is_not_asked_and_its_number_not_counted(self, client):
        walk(client, until="pets")
        assert "6단계 중 2단계" in text(client.get(url("pets")))
        assert client.post(url("colour"), {"colour": "blue", "why": "하늘"}).url == url("shade")
        assert "7단계 중 2단계" in text(client.get(url("shade")))

    def test_another_answer_asks_again_what_rested_on_it_and_keeps_the_rest(self, client):
        walk(client, colour={"colour": "blue", "why": "하늘"}, until="pets")
        client.post(url("shade"), {"shade": "진하게"})
        client.post(url("colour"), {"colour": "red"})
        client.post(url("pets"), {"pet": "나비"})
        assert client.post(url("colour"), {"colour": "blue", "why": "바다"}).url == url("shade")
        assert client.get(url("shade")).context["form"].initial == {}
        assert Draft.objects.get().answers["toy_pets"] == [{"pet": "나비"}]

    def test_what_another_answer_asks_for_is_needed_and_else_not_kept(self, client):
        assert "까닭이 비어 있습니다." in text(client.post(url("colour"), {"colour": "blue"}))
        client.post(url("colour"), {"colour": "red", "why": "몰래"})
        assert Draft.objects.get().answers["toy_colour"] == {"colour": "red", "why": ""}

    def test_many_are_added_changed_and_taken_out(self, client):
        walk(client, until="note")
        client.post(url("pets") + "?item=new", {"pet": "바둑이"})
        client.post(url("pets") + "?item=1", {"pet": "야옹이"})
        page = text(client.get(url("pets")))
        assert "야옹이" in page
        assert "바둑이" in page
        client.post(url("pets"), {"remove": "1"})
        assert Draft.objects.get().answers["toy_pets"] == [{"pet": "바둑이"}]
        client.post(url("pets"), {"remove": "1"})
        assert client.get(url("note")).url == url("pets")  # one is needed

    def test_a_page_may_be_skipped_whatever_was_typed_on_it(self, client):
        walk(client, until="note")
        assert client.post(url("note"), {"note": "가" * 99, "skip": "1"}).url == url("who")

    def test_the_first_button_of_a_page_is_the_way_on(self, client):
        """Enter in a text box presses it: never 빼기, 사진 올리기 or 저장."""
        walk(client, until="note")
        for page in ("colour", "pets", "note"):
            form = re.search(r'<form method="post" novalidate.*?</form>', text(client.get(url(page))), re.S)
            assert form
            assert re.search(r"<button[^>]*>", form[0])[0].count("name=") == 0, page

    def test_a_phone_is_proved_before_anything_behind_it(self, client):
        walk(client, until="who")
        assert client.post(url("who"), {"phone": PHONE}).url == "/my/code/"
        assert client.get(url("agree")).url == url("who")

    def test_from_the_check_page_to_one_question_and_straight_back(self, client):
        walk(client)
        mend = f"{url('note')}?mend=1"
        assert mend.replace("&", "&amp;") in text(client.get(url("check")))
        assert f'href="{url("check")}"' in text(client.get(mend))
        assert client.post(mend, {"note": "다른 말"}).url == url("check")
        assert "다른 말" in text(client.get(url("check")))


class TestCheckPage:
    def test_it_shows_every_answer_with_its_way_back(self, client):
        walk(client, colour={"colour": "blue", "why": "하늘"}, until="pets")
        client.post(url("shade"), {"shade": "진하게"})
        walk(client, colour={"colour": "blue", "why": "하늘"})
        page = text(client.get(url("check")))
        for said in ("파랑", "하늘", "진하게", "나비", "안녕하세요", "3", "010-****-5678", "동의한 것", "첫째"):
            assert said in page, said
        assert page.count("</span>바꾸기</a>") == len(client.get(url("check")).context["rows"])

    def test_what_was_agreed_to_is_what_was_agreed_to(self, client):
        walk(client)
        rows = {row["label"]: list(row["parts"]) for row in client.get(url("check")).context["rows"]}
        assert rows["동의한 것"] == ["첫째"]
        assert rows["동의하지 않은 것"] == ["둘째"]

    def test_an_answer_that_is_no_choice_any_more_is_asked_again(self, client):
        walk(client)
        drafts.save_answers(Draft.objects.get(), toy_colour={"colour": "green", "why": ""})
        page = client.get(url("check"))
        assert page.status_code == 400
        assert page.context["step"].page == "toy_colour"
        assert "적으신 나머지는 그대로 있습니다." in text(page)
        client.post(url("colour"), {"colour": "red"})
        assert "나비" in text(client.get(url("check")))

    def test_it_is_sent_once(self, client):
        walk(client)
        assert client.post(url("check")).url == url("done")
        assert client.post(url("check")).url == url("done")
        assert Resident.objects.count() == 1
        assert not Draft.objects.exists()

    def test_of_two_presses_at_the_same_moment_one_sends(self, client):
        walk(client)
        assert drafts.claim(Draft.objects.get())
        assert client.post(url("check")).url == "/my/"
        assert not Resident.objects.exists()

    def test_a_claim_that_was_left_behind_ends_by_itself(self, client, clock):
        walk(client)
        drafts.claim(Draft.objects.get())
        clock("2026-11-20 10:03")
        assert client.post(url("check")).url == url("done")

    def test_a_refusal_leads_to_the_page_that_asks_for_it(self, client, monkeypatch):
        walk(client)
        monkeypatch.setattr(toy_steps.Toy, "refuse", "colour")
        lost = client.post(url("check"))
        assert lost.status_code == 409
        assert lost.context["step"].page == "toy_colour"
        assert "안 됩니다." in text(lost)
        monkeypatch.setattr(toy_steps.Toy, "refuse", "")
        assert client.post(url("colour"), {"colour": "red"}).url == url("check")
        assert client.post(url("check")).url == url("done")  # the claim was given back

    def test_a_refusal_of_no_page_stays_on_the_check_page(self, client, monkeypatch):
        walk(client)
        monkeypatch.setattr(toy_steps.Toy, "refuse", "nothing")
        page = client.post(url("check"))
        assert page.status_code == 409
        assert "안 됩니다." in text(page)
        assert "나비" in text(page)


class TestLater:
    def test_it_is_bound_to_the_phone_found_in_another_browser_and_resumed(self, client, clock):
        walk(client, until="note")
        asked = client.post(url("note"), {"note": "여기까지", "later": "1"})
        assert asked.url.startswith("/my/start/?keep=toy")
        assert "저장하려면 휴대전화 번호를 확인해 주세요." in text(client.get(asked.url))
        client.post(asked.url, {"phone": PHONE})
        kept = client.post("/my/code/", {"code": code_of(Verification.objects.latest("pk"))}, follow=True)
        assert "12월 20일 일요일까지 이어서 하실 수 있습니다." in text(kept)
        for moment, is_there in (("2026-12-20 23:59", True), ("2026-12-21 00:00", False)):
            clock(moment)
            elsewhere = StrictClient()
            verify(elsewhere)
            mine = elsewhere.get("/my/")
            assert ("장난감 신청" in text(mine)) is is_there, moment
            if is_there:
                key = mine.context["unfinished"][0][0].pk
                assert elsewhere.post(reverse("services:my_draft", args=[key]))["Location"] == url("who")
                assert "여기까지" in text(elsewhere.get(url("note")))
                Draft.objects.update(expires_at=Draft.objects.get().expires_at)  # opening it is no writing

    def test_a_page_that_is_half_filled_is_kept_as_it_is(self, client):
        walk(client, until="note")
        client.post(url("note"), {"note": "반쯤", "number": "셋", "later": "1"})
        answers = Draft.objects.get().answers
        assert answers[HALF] == {"toy_note": {"note": "반쯤"}}
        page = client.get(url("note"))
        assert "반쯤" in text(page)
        assert client.get(url("who")).url == url("note")

    def test_who_is_known_already_is_not_asked(self, client):
        verify(client)
        walk(client, until="note")
        assert client.post(url("note"), {"note": "", "later": "1"}).url == "/my/"
        assert Draft.objects.get().phone == "+821012345678"

    def test_it_can_be_thrown_away_after_a_question(self, client):
        walk(client)
        page = reverse("services:my_draft", args=[Draft.objects.get().pk])
        assert "되돌릴 수 없습니다" in text(client.get(page))
        assert client.post(page, {"drop": "1"}).url == reverse("toy:start")
        assert not Draft.objects.exists()

    def test_somebody_elses_is_not_there(self, client):
        walk(client)
        page = reverse("services:my_draft", args=[Draft.objects.get().pk])
        for stranger in (StrictClient(), StrictClient()):
            assert stranger.get(page)["Location"] == "/my/"
            assert stranger.post(page, {"drop": "1"})["Location"] == "/my/"
            verify(stranger, OTHER)
        assert Draft.objects.count() == 1


class TestTwoPeopleAtOneScreen:
    def test_idle_without_a_phone_it_is_gone_and_said_so(self, client, clock):
        walk(client, until="note")
        clock("2026-11-20 10:31")
        after = client.get(url("pets"), follow=True)
        assert "나비" not in text(after)
        assert "번호를 확인하기 전이라 쓰시던 것을 지웠습니다." in text(after)
        assert not Draft.objects.exists()

    def test_touched_within_the_limit_it_is_there(self, client, clock):
        walk(client, until="note")
        for moment in ("2026-11-20 10:29", "2026-11-20 10:58"):
            clock(moment)
            assert "나비" in text(client.get(url("pets")))

    def test_idle_with_a_phone_it_waits_for_that_phone_and_what_was_sent_late_is_kept(self, client, clock):
        walk(client)
        clock("2026-11-20 10:31")
        late = client.post(url("note"), {"note": "늦은 말"})
        assert late.url.startswith("/my/start/")
        assert "쓰시던 곳부터 이어집니다." in text(client.get(late.url))
        assert client.get(url("pets")).status_code == 302
        verify(client)
        assert client.get(url("agree")).url == url("note")
        assert "늦은 말" in text(client.get(url("note")))

    @pytest.mark.parametrize("until", ["note", ""])
    def test_another_phones_code_opens_nothing_of_it(self, client, until):
        walk(client, until=until)
        client.post("/my/start/", {"phone": OTHER})
        assert ("쓰시던 것은 지워집니다" in text(client.get("/my/start/"))) is bool(until)
        client.post("/my/code/", {"code": code_of(Verification.objects.latest("pk"))})
        for page in ("colour", "pets", "note", "who", "agree", "check"):
            assert "나비" not in text(client.get(url(page), follow=True)), page
        assert "장난감 신청" not in text(client.get("/my/"))
        assert Draft.objects.exists() is not bool(until)  # of a proved phone it waits; of nobody it is gone

    @pytest.mark.parametrize("until", ["note", ""])
    def test_leaving_leaves_nothing_here(self, client, until):
        walk(client, until=until)
        client.post("/my/leave/")
        assert "나비" not in text(client.get(url("pets"), follow=True))
        assert Draft.objects.exists() is not bool(until)

    def test_what_was_sent_is_not_the_next_persons(self, client):
        walk(client)
        client.post(url("check"))
        verify(client, OTHER)
        assert client.session.get("sent") is None

    def test_a_lost_cookie_is_told_and_what_was_just_typed_stays(self, client):
        walk(client, until="note")
        client.cookies.clear()
        after = client.post(url("note"), {"note": "긴 글"}, follow=True)
        assert after.redirect_chain[-1][0] == url("colour")
        for sentence in ("이 화면에서 찾지 못했습니다", "방금 적으신 것은 그대로 있습니다."):
            assert sentence in text(after)
        walk(client, until="note")
        assert "긴 글" in text(client.get(url("note")))
