"""Reference data without code: rows are added, changed and removed with history, and what was decided stays."""

import datetime as dt
import re
import threading

import pytest
from django.apps import apps
from django.db import connection, models
from django.urls import reverse

from consultations.actions.clinic_days import make_clinic_days
from consultations.models import Adviser, ClinicDay, TimetableRule, Venue
from services.actions.tables import add_row, change_row, remove_row
from services.enums.people import Role
from services.models import HistoryEntry, Township
from services.models.tables import TableRow
from services.reports.history import timeline
from services.rules.history import Actor
from services.rules.refusal import Refused
from tests.newer import newer

pytestmark = pytest.mark.django_db
BY = Actor.system("test")
FACTS = {
    "name": "만경읍 행정복지센터",
    "address": "만경읍 만경로 1",
    "room": "1층 상담실",
    "wheelchair": "경사로가 있습니다.",
    "order": "1",
    "is_active": "on",
}


def url(table: str, ending: str = "", *args: object) -> str:
    return reverse(f"consultations:staff_table_{table}{ending}", args=args)


@pytest.fixture
def officer(staff_client):
    return staff_client(Role.CONSULTATION_OFFICER)


def venue(**facts) -> Venue:
    return add_row(Venue, by=BY, **({"name": "백구면 행정복지센터"} | facts))


class TestPages:
    def test_an_officer_writes_a_place_and_its_history_says_so(self, officer, township):
        response = officer.post(url("venues", "_new"), FACTS | {"township": township.pk}, follow=True)
        place = Venue.objects.get()
        assert (place.name, place.township, place.wheelchair) == (FACTS["name"], township, FACTS["wheelchair"])
        page = response.content.decode()
        assert "저장했습니다." in page
        assert "주소: 만경읍 만경로 1" in page
        assert "시연 consultation_officer" in page
        assert place.name in officer.get(url("venues")).content.decode()

    def test_a_change_says_what_it_was_and_what_it_is(self, officer):
        place = venue(room="2층")
        officer.post(url("venues", "_row", place.pk), FACTS | {"name": place.name})
        line = timeline(place)[-1]
        assert line.what == "고침"
        assert "방: 2층 → 1층 상담실" in line.reason
        assert "이름" not in line.reason

    def test_saving_what_is_there_writes_no_history(self, officer):
        place = venue()
        officer.post(url("venues", "_row", place.pk), {"name": place.name, "order": "0", "is_active": "on"})
        assert len(timeline(place)) == 1

    def test_a_stale_page_shows_both_and_the_second_save_counts(self, officer):
        place = venue(room="2층")
        page = officer.get(url("venues", "_row", place.pk)).content.decode()
        seen = page.split('name="seen" value="')[1].split('"')[0]
        change_row(place.pk, Venue, by=Actor.staff(7, "강동료"), room="3층")
        typed = FACTS | {"name": place.name, "seen": seen}
        response = officer.post(url("venues", "_row", place.pk), typed)
        said = response.content.decode()
        assert "강동료 담당자가" in said
        assert [row[1:] for row in newer(said) if row[0] == "방"] == [("3층", "1층 상담실")]
        assert 'value="1층 상담실"' in said
        again = said.split('name="seen" value="')[1].split('"')[0]
        assert officer.post(url("venues", "_row", place.pk), typed | {"seen": again}).status_code == 302
        place.refresh_from_db()
        assert place.room == "1층 상담실"

    def test_an_unused_row_goes_after_one_question_and_a_used_one_stays(self, officer):
        place = venue()
        assert officer.get(url("venues", "_remove", place.pk)).status_code == 200
        assert Venue.objects.exists()
        officer.post(url("venues", "_remove", place.pk))
        assert not Venue.objects.exists()
        assert HistoryEntry.objects.get(subject_kind="consultations.venue", move="removed").before == str(place)
        used = venue()
        ClinicDay.objects.create(on=dt.date(2030, 1, 28), venue=used)
        page = officer.post(url("venues", "_remove", used.pk), follow=True).content.decode()
        assert "바꿀 수 없습니다" in page
        assert Venue.objects.get() == used

    def test_words_that_are_no_number_or_date_are_answered_in_our_own(self, officer):
        page = officer.post(url("timetable", "_new"), {"nth": "넷", "valid_from": "내일", "opens_at": "세 시"})
        text = page.content.decode()
        for sentence in ("&#x27;몇째&#x27; 칸에 숫자가 아닌", "2027-01-31처럼 적어", "15:00처럼 적어"):
            assert sentence in text

    def test_every_link_of_every_page_opens(self, staff_client):
        """Nobody is led from reference data to a page of somebody else's work."""
        roles = (Role.CONSULTATION_OFFICER, Role.SLATE_OFFICER, Role.SLATE_APPROVER, Role.ENERGY_MANAGER)
        for role in (*roles, Role.ADMINISTRATOR):
            client, seen, ahead = staff_client(role), set(), ["/staff/services/tables/"]
            if role == Role.ADMINISTRATOR:
                ahead.append("/staff/services/first-steps/")
            while ahead:
                page = ahead.pop()
                response = client.get(page)
                assert response.status_code in (200, 302), f"{role}: {page}"
                seen.add(page)
                if "/tables/" in page or "first-steps" in page:
                    body = response.content.decode().split("<main")[-1]
                    found = set(re.findall(r'href="(/staff/[^"?#]*)', body))
                    rows = sorted(one for one in found if re.search(r"/\d+/$", one))[1:]  # one row of each list
                    ahead += sorted(found - seen - set(rows) - set(ahead))

    def test_the_hub_names_what_each_keeps(self, staff_client):
        for role, count in ((Role.CONSULTATION_OFFICER, 3), (Role.ADMINISTRATOR, 3)):
            page = staff_client(role).get("/staff/services/tables/").content.decode()
            assert page.count("/staff/consultations/tables/") >= count


class TestWhatRestsOnARow:
    @pytest.fixture
    def rule(self, clock):
        clock("2026-11-29 10:00")
        facts = {"kind": "LAW", "nth": 4, "weekday": 0, "opens_at": dt.time(15), "closes_at": dt.time(17)}
        facts |= {"slot_minutes": 20, "venues": [venue()], "valid_from": dt.date(2026, 1, 1), "source": "시행 문서"}
        return add_row(TimetableRule, by=BY, **facts)

    def made(self, rule) -> None:
        Adviser.objects.create(kind="LAW", name="시연 변", term_from="2020-01-01", term_until="2035-01-01")
        assert make_clinic_days(dt.date(2026, 12, 31), by=BY).days

    def test_a_line_that_made_days_only_ends(self, rule):
        self.made(rule)
        with pytest.raises(Refused, match="시간표로 연 상담일이 있습니다"):
            change_row(rule.pk, TimetableRule, by=BY, opens_at=dt.time(14))
        with pytest.raises(Refused, match="시간표로 연 상담일이 있습니다"):
            remove_row(rule.pk, TimetableRule, by=BY)
        changed = change_row(rule.pk, TimetableRule, by=BY, valid_until=dt.date(2026, 12, 31))
        assert changed.valid_until == dt.date(2026, 12, 31)

    def test_the_page_offers_only_the_end(self, rule, officer):
        self.made(rule)
        page = officer.get(url("timetable", "_row", rule.pk)).content.decode()
        assert page.count("disabled") >= 6
        typed = {"valid_until": "2026-12-31", "source": "새 문서", "opens_at": "09:00", "kind": "TAX"}
        assert officer.post(url("timetable", "_row", rule.pk), typed).status_code == 302
        rule.refresh_from_db()
        assert (rule.valid_until, rule.opens_at, rule.kind) == (dt.date(2026, 12, 31), dt.time(15), "LAW")

    def test_a_line_that_made_nothing_may_change(self, rule):
        assert change_row(rule.pk, TimetableRule, by=BY, opens_at=dt.time(14)).opens_at == dt.time(14)

    @pytest.mark.parametrize(
        ("facts", "is_refused"),
        [
            ({}, True),
            ({"valid_from": dt.date(2027, 1, 1)}, True),
            ({"nth": 2}, False),
            ({"weekday": 1}, False),
            ({"kind": "TAX"}, False),
            ({"valid_from": dt.date(2025, 1, 1), "valid_until": dt.date(2025, 12, 31)}, False),
            ({"valid_from": dt.date(2025, 1, 1), "valid_until": dt.date(2026, 1, 1)}, True),
            ({"valid_from": dt.date(2027, 1, 1), "valid_until": dt.date(2026, 1, 1), "nth": 2}, True),
            ({"closes_at": dt.time(15, 10), "nth": 2}, True),
        ],
    )
    def test_two_lines_never_say_different_hours_for_the_same_place(self, rule, facts, is_refused):
        same = {name: getattr(rule, name) for name in ("kind", "nth", "weekday", "opens_at", "closes_at")}
        same |= {"slot_minutes": 20, "valid_from": rule.valid_from, "venues": list(rule.venues.all()), "source": "x"}
        if is_refused:
            with pytest.raises(Refused):
                add_row(TimetableRule, by=BY, **(same | facts))
        else:
            add_row(TimetableRule, by=BY, **(same | facts))

    def test_another_place_may_have_other_hours(self, rule):
        other = venue(name="죽산면 행정복지센터")
        facts = {"kind": "LAW", "nth": 4, "weekday": 0, "opens_at": dt.time(10), "closes_at": dt.time(12)}
        facts |= {"slot_minutes": 20, "venues": [other], "valid_from": dt.date(2026, 1, 1), "source": "x"}
        add_row(TimetableRule, by=BY, **facts)

    def test_an_adviser_with_consultations_keeps_the_kind(self, rule):
        self.made(rule)
        adviser = Adviser.objects.get()
        with pytest.raises(Refused, match="바꿀 수 없습니다"):
            change_row(adviser.pk, Adviser, by=BY, kind="TAX")
        assert change_row(adviser.pk, Adviser, by=BY, name="시연 변호").name == "시연 변호"


class TestAdvisers:
    FACTS = {"kind": "LAW", "name": "시연 변", "term_from": "2026-01-01", "term_until": "2027-12-31"}

    def test_an_officer_never_sees_or_writes_the_phone(self, officer, staff_client):
        officer.post(url("advisers", "_new"), self.FACTS | {"phone": "010-1234-5678"})
        adviser = Adviser.objects.get()
        assert adviser.phone == ""
        chief = staff_client(Role.ADMINISTRATOR)
        chief.post(url("advisers", "_row", adviser.pk), self.FACTS | {"phone": "010-1234-5678"})
        adviser.refresh_from_db()
        assert adviser.phone == "010-1234-5678"
        assert "1234-5678" not in officer.get(url("advisers", "_row", adviser.pk)).content.decode()
        assert "전화 바꿈" in timeline(adviser)[-1].reason

    @pytest.mark.parametrize("typed", ["０１０ㅡ1234 5678", "+82 10 1234 5678", "010\u200b1234.5678"])
    def test_however_it_is_typed_one_number_is_kept(self, staff_client, typed):
        staff_client(Role.ADMINISTRATOR).post(url("advisers", "_new"), self.FACTS | {"phone": typed})
        adviser = Adviser.objects.get()
        assert (stored(Adviser, "phone"), adviser.phone, adviser.mobile) == (
            "+821012345678",
            "010-1234-5678",
            "+821012345678",
        )

    def test_a_phone_that_nobody_can_read_is_refused(self, staff_client):
        chief = staff_client(Role.ADMINISTRATOR)
        assert chief.post(url("advisers", "_new"), self.FACTS | {"phone": "12"}).status_code == 200
        assert not Adviser.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "kept", "shown"),
    [
        ("063 540–3114", "+82635403114", "063-540-3114"),
        ("1588-1234", "+8215881234", "1588-1234"),  # citizens ring it
        ("", "", ""),
    ],
)
def test_the_number_of_an_office_is_kept_in_one_form_too(officer, typed, kept, shown):
    facts = {"name": "시청", "order": "1", "is_active": "on", "phone": typed}
    answer = officer.post(url("venues", "_new"), facts)
    assert answer.status_code == 302, answer.context["form"].errors
    assert (stored(Venue, "phone"), Venue.objects.get().phone) == (kept, shown)
    page = officer.get(url("venues", "_row", Venue.objects.get().pk)).content.decode()
    assert f'value="{shown}"' in page or not shown


def stored(model, column: str) -> str:
    """As the table holds it."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {model._meta.db_table}")  # noqa: S608 (names of our own code)
        return cursor.fetchone()[0]


ENGLISH = re.compile(r"\b[a-z]{2,} [a-z]{2,}\b|\b(high|low|medium|derived)\b")


@pytest.mark.django_db
def test_the_first_rows_of_every_table_speak_korean():
    """What staff read of them; words that a program keeps (choices, slugs, addresses) are no words."""
    said: list[str] = []
    for model in (one for one in apps.get_models() if issubclass(one, TableRow)):
        for field in model._meta.fields:
            if isinstance(field, models.CharField) and not (field.choices or isinstance(field, models.URLField)):
                said += model._default_manager.order_by("pk").values_list(field.name, flat=True)
    assert len(said) > 100
    assert [text for text in said if text and ENGLISH.search(text)] == []


@pytest.mark.django_db(transaction=True)
def test_two_who_write_the_same_line_at_once_make_one():
    """The rule about several rows is asked while nobody else writes: without `alone_in` both would pass."""
    place = Venue.objects.create(name="만경읍", township=Township.objects.get(name="만경읍"))
    facts = {"kind": "LAW", "nth": 4, "weekday": 0, "opens_at": dt.time(15), "closes_at": dt.time(17)}
    facts |= {"slot_minutes": 20, "venues": [place], "valid_from": dt.date(2026, 1, 1), "source": "x"}
    barrier, refused = threading.Barrier(4), []

    def write() -> None:
        barrier.wait()
        try:
            add_row(TimetableRule, by=BY, **facts)
        except Refused as refusal:
            refused.append(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert TimetableRule.objects.count() == 1
    assert len(refused) == 3
