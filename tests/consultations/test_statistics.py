"""The month in numbers: worked examples, suppression that cannot be undone, and nobody's name anywhere."""

import itertools
import json
from collections import defaultdict
from datetime import date, time
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from consultations.actions import bookings, enquiries, waiting
from consultations.actions.surveys import answer_survey
from consultations.actions.wishes import Wish
from consultations.enums import (
    AnswerBy,
    AnsweredBy,
    BookingKind,
    BookingState,
    ClinicDayState,
    Ease,
    FollowUp,
    Helped,
    Source,
    Topic,
    WaitingHour,
)
from consultations.models import Booking, Sitting
from consultations.reports.statistics import month_paper, month_statistics
from consultations.rules.ages import age_band
from consultations.rules.deadlines import survey_until
from consultations.rules.disclosure import HIDDEN, SMALL, UNDER, publish, tells_quarter
from services.enums.people import Role
from services.models import Township
from services.rules.months import half_end, half_of, month_before, month_end, quarter_of
from tests.consultations.factories import BY, CONSENTS, EVE, MONDAY, adviser, at, booked, clinic_day, venue

GIVEN = {str(kind): given for kind, given in CONSENTS.items()}
NOVEMBER = date(2026, 11, 1)


class TestPublish:
    @pytest.mark.parametrize(
        ("counts", "cells", "total"),
        [
            ((), (), 0),
            ((0, 0, 0), (0, 0, 0), 0),
            ((5, 12, 0), (5, 12, 0), 17),
            ((7,), (7,), 7),
            ((3,), (UNDER,), UNDER),  # the total is small itself
            ((1, 0, 2), (UNDER, UNDER, UNDER), UNDER),  # then a zero would tell too much
            ((3, 8, 12), (UNDER, HIDDEN, 12), 23),  # one small cell needs a partner: the next smallest
            ((3, 0, 8, 12), (UNDER, 0, HIDDEN, 12), 23),  # never a zero
            ((1, 2, 30), (UNDER, UNDER, HIDDEN), 33),  # 1 + 2 = 3 would leave only 1 and 2
            ((2, 3, 30), (UNDER, UNDER, 30), 35),  # a sum of 5: each may be 1, 2, 3 or 4
            ((1, 4, 2, 3), (UNDER,) * 4, 10),
            ((1, 5, 5), (HIDDEN,) * 3, 11),  # no partner is enough: no cell is shown
            ((4, 4), (HIDDEN, HIDDEN), 8),  # 8 can only be 4 + 4
            ((1, 1, 1, 1, 1), (HIDDEN,) * 5, 5),
            ((4, 5, 5), (UNDER, HIDDEN, HIDDEN), 14),  # a partner below the shown 5 would give the 4 away
            ((3, 12, 13), (UNDER, HIDDEN, HIDDEN), 28),
        ],
    )
    def test_worked_examples(self, counts, cells, total):
        published = publish(counts)
        assert (published.cells, published.total) == (cells, total)

    @given(st.lists(st.integers(0, 60) | st.integers(0, 9), max_size=25))
    def test_no_suppressed_cell_can_be_worked_out_from_what_is_shown(self, counts):
        """Feasibility interval of every cell: UNDER is 1 to 4, HIDDEN at least 5 (anything where no UNDER is left)."""
        published = publish(counts)
        assert len(published.cells) == len(counts)
        for cell, count in zip(published.cells, counts, strict=True):
            assert cell == count if isinstance(cell, int) else cell in (UNDER, HIDDEN)
            assert not (0 < count < SMALL and isinstance(cell, int))
        assert published.total == (sum(counts) if not 0 < sum(counts) < SMALL else UNDER)
        if published.total == UNDER:
            assert set(published.cells) == {UNDER}
            return
        assert isinstance(published.total, int)
        left = published.total - sum(cell for cell in published.cells if isinstance(cell, int))
        words = [cell for cell in published.cells if not isinstance(cell, int)]
        lowest = {UNDER: 1, HIDDEN: SMALL if UNDER in words else 0}
        highest = {UNDER: SMALL - 1, HIDDEN: left}
        for place, cell in enumerate(words):
            others = words[:place] + words[place + 1 :]
            low = max(lowest[cell], left - sum(highest[other] for other in others))
            high = min(highest[cell], left - sum(lowest[other] for other in others))
            assert high - low >= SMALL - 2, "fewer than four numbers are possible"

    @pytest.mark.parametrize(("cells", "most"), [(2, 22), (3, 15), (4, 9)])
    def test_nor_by_somebody_who_knows_the_rule(self, cells, most):
        """Every table of this size, grouped by what is shown of it: no cell that is hidden is the same in all."""
        behind = defaultdict(list)
        for counts in itertools.product(range(most + 1), repeat=cells):
            if sum(counts) <= most:  # beyond it not every table of this total is here
                behind[publish(counts)].append(counts)
        for published, tables in behind.items():
            for place, cell in enumerate(published.cells):
                assert isinstance(cell, int) or len({table[place] for table in tables}) > 1, (published, tables)


class TestQuarter:
    def test_two_small_months_are_told_together(self):
        assert tells_quarter([(3, 0), (12, 2), (40, 9)])
        assert tells_quarter([(3, 1), (2, 1), (4, 4)])

    def test_one_small_month_would_be_told_by_subtraction(self):
        assert not tells_quarter([(3, 0), (12, 5), (40, 9)])

    def test_large_months_and_empty_ones_need_no_quarter(self):
        assert not tells_quarter([(30, 6), (0, 0), (5, 5)])


class TestDates:
    @pytest.mark.parametrize(
        ("born_on", "band"),
        [
            (date(1986, 11, 24), "40세 미만"),  # a day before the fortieth birthday
            (date(1986, 11, 23), "40대"),
            (date(1966, 11, 24), "50대"),
            (date(1966, 11, 23), "60대"),
            (date(1956, 1, 1), "70대"),
            (date(1946, 11, 23), "80세 이상"),
            (date(1926, 1, 1), "80세 이상"),
            (date(2020, 1, 1), "40세 미만"),
            (date(2027, 1, 1), "모름"),  # mistyped
            (None, "모름"),
        ],
    )
    def test_age_bands_by_the_age_on_the_day(self, born_on, band):
        assert age_band(born_on, MONDAY) == band

    def test_a_birthday_on_a_leap_day_counts_on_the_first_of_march(self):
        assert age_band(date(1956, 2, 29), date(2026, 2, 28)) == "60대"
        assert age_band(date(1956, 2, 29), date(2026, 3, 1)) == "70대"

    def test_months_and_halves(self):
        assert month_before(date(2027, 1, 3)) == date(2026, 12, 1)
        assert month_end(date(2028, 2, 1)) == date(2028, 2, 29)
        assert month_end(date(2026, 12, 1)) == date(2026, 12, 31)
        assert [half_of(date(2026, month, 5)).month for month in (1, 6, 7, 12)] == [1, 1, 7, 7]
        assert [quarter_of(date(2026, month, 5)).month for month in (1, 3, 4, 11, 12)] == [1, 1, 4, 10, 10]
        assert (half_end(date(2026, 1, 1)), half_end(date(2026, 7, 1))) == (date(2026, 6, 30), date(2026, 12, 31))
        assert survey_until(MONDAY, days=30) == date(2026, 12, 23)


@pytest.fixture
def _friday(clock):
    clock(EVE)


def people(make_resident, count: int, **fields: object):
    return [make_resident(f"시연 {number}", f"+8210{number:08d}", **fields) for number in range(count)]


@pytest.mark.django_db
@pytest.mark.usefixtures("_friday")
class TestMonth:
    def test_who_came_who_did_not_and_what_was_offered(self, make_resident, clock):
        day = clinic_day()
        clinic_day(where=venue("죽산면 행정복지센터"), state=ClinicDayState.CANCELLED)
        clinic_day(where=venue("백산면 행정복지센터"), on=date(2026, 12, 28))  # another month
        one, two, three, four, five = people(make_resident, 5)
        came = booked(one, day, at(15))
        booked(two, day, at(15, 20))
        missed = booked(three, day, at(15), kind="TAX", topic=Topic.LOCAL_TAX, source=Source.PHONE)
        gone = booked(four, day, at(16))
        elsewhere = booked(five, day, at(16, 20), topic=Topic.UNSURE)
        bookings.cancel(gone.pk, by=BY)
        bookings.set_out_of_scope(elsewhere.pk, FollowUp.LEGAL_AID, by=BY)
        clock("2026-11-23 17:10")
        bookings.complete(came.pk, by=BY)
        bookings.mark_missed(missed.pk, by=BY)
        found = month_statistics(NOVEMBER)
        assert (found.days, found.places) == (1, 12)
        assert [count for _, count in found.states.counts] == [1, 1, 1, 1, 1]
        assert found.states.total == 5
        assert (found.kinds.of("세금"), found.kinds.of("생활 법률")) == (1, 4)
        assert found.law_topics.of("전세·월세·임대차") == found.law_topics.total == 3
        assert found.tax_topics.of("재산세·취득세·자동차세") == found.tax_topics.total == 1
        assert found.unsure == 1
        assert found.townships.total == found.ages.of("모름") == 5
        assert (found.sources.of("누리집"), found.sources.of("전화")) == (4, 1)
        assert found.venues.counts == (("만경읍 행정복지센터", 5), ("죽산면 행정복지센터", 0))
        assert month_statistics(date(2026, 10, 1)).states.total == 0

    def test_where_they_live_and_how_old_they_are(self, make_resident, township):
        day = clinic_day()
        residents = [
            make_resident("시연 1", "+821000000001", township=township, born_on="1946-11-23"),
            make_resident("시연 2", "+821000000002", township=township, born_on="1946-11-24"),
            make_resident("시연 3", "+821000000003"),
        ]
        for number, resident in enumerate(residents):
            booked(resident, day, at(15, 20 * number))
        found = month_statistics(NOVEMBER)
        homes = ("만경읍", "김제시 밖이거나 모름", "죽산면")
        assert [found.townships.of(name) for name in homes] == [2, 1, 0]
        assert found.townships.total == 3
        assert len(found.townships.counts) == Township.objects.count() + 1
        assert [found.ages.of(band) for band in ("80세 이상", "70대", "모름")] == [1, 1, 1]

    def test_absent_advisers_offer_nothing(self):
        day = clinic_day()
        day.sittings.filter(adviser__kind="TAX").update(is_absent=True)
        assert month_statistics(NOVEMBER).places == 6

    def test_the_waiting_list(self, make_resident):
        day = clinic_day("LAW")
        Sitting.objects.update(closes_at="15:20")
        one, two, three = people(make_resident, 3)
        first = booked(one, day, at(15))
        wish = Wish(BookingKind.LAW, consents=GIVEN)
        line = [
            waiting.join(day.pk, wish, hour=WaitingHour.ANY, resident=who, by=BY, source=Source.WEB)
            for who in (two, three)
        ]
        bookings.cancel(first.pk, by=BY)
        waiting.accept(line[0].pk, by=BY)
        found = month_statistics(NOVEMBER)
        assert (found.waiting.total, found.waiting.of("받음"), found.waiting.of("대기")) == (2, 1, 1)
        assert found.sources.of("대기에서") == 1

    def test_questions_and_answers_in_time(self, make_resident, make_staff, clock):
        expert = adviser(user=make_staff(Role.ADVISER))
        ask = enquiries.Ask(BookingKind.LAW, "담장이 넘어왔습니다.", AnswerBy.WEB, consents=GIVEN)
        made = [enquiries.receive(ask, resident=who, by=BY) for who in people(make_resident, 3)]
        for one in made:
            enquiries.assign(one.pk, expert.pk, by=BY)
        say: Any = {"adviser": expert, "by": BY}
        enquiries.answer(made[0].pk, "이렇게 하세요.", AnsweredBy.PORTAL, **say, why="말씀대로")
        clock("2026-11-25 10:00")
        enquiries.ask_again(made[0].pk, "그래도 안 되면요?", by=BY)  # a new promise does not change the old one
        enquiries.ask_back(made[1].pk, "땅은 누구 것인가요?", **say)
        clock("2026-12-28 10:00")
        enquiries.answer(made[1].pk, "답입니다.", AnsweredBy.CALL, **say, why="말씀대로")  # the clock stood still
        enquiries.answer(made[2].pk, "늦었습니다.", AnsweredBy.CALL, **say, why="말씀대로")
        enquiries.answer(made[0].pk, "역시 늦었습니다.", AnsweredBy.PORTAL, **say, why="말씀대로")
        november, december = month_statistics(NOVEMBER), month_statistics(date(2026, 12, 1))
        assert (november.enquiries.of("생활 법률"), december.enquiries.total) == (3, 0)
        assert [count for _, count in november.answers.counts] == [1, 0]
        assert [count for _, count in december.answers.counts] == [1, 2]

    def test_surveys_count_in_the_month_they_were_given(self, make_resident, clock):
        booking = booked(make_resident(), clinic_day())
        clock("2026-11-23 16:00")
        bookings.complete(booking.pk, by=BY)
        clock("2026-12-01 09:00")
        answer_survey(booking.pk, helped=Helped.MUCH, ease=Ease.HARD, by=BY, source=Source.WEB)
        assert month_statistics(NOVEMBER).helped.total == 0
        december = month_statistics(date(2026, 12, 1))
        assert (december.helped.of("많이 되었습니다"), december.ease.of("불편했습니다")) == (1, 1)

    def test_midnight_belongs_to_the_right_month_in_korea(self, make_resident, clock):
        ask = enquiries.Ask(BookingKind.LAW, "질문", AnswerBy.WEB, consents=GIVEN)
        clock("2026-11-30 23:59")
        enquiries.receive(ask, resident=make_resident(), by=BY)
        clock("2026-12-01 00:00")
        enquiries.receive(ask, resident=make_resident("시연 이틀", "+821000000002"), by=BY)
        assert [month_statistics(date(2026, month, 1)).enquiries.total for month in (11, 12)] == [1, 1]

    def test_small_groups_of_people_are_not_in_the_paper(self, make_resident, township):
        day = clinic_day()
        for number, resident in enumerate(people(make_resident, 6, township=township, born_on="1950-01-01")):
            booked(resident, day, at(15 + number // 3, 20 * (number % 3)))
        odd = make_resident(
            "시연 홀로", "+821099990000", township=Township.objects.get(name="죽산면"), born_on="1999-01-01"
        )
        booked(odd, day, at(15), kind="TAX", topic=Topic.ARREARS)
        paper = month_paper(month_statistics(NOVEMBER))
        tables = {table.title: {row[0]: row[1] for row in (*table.rows, table.foot)} for table in paper.tables}
        homes = tables["사는 곳별 예약"]
        assert (homes["죽산면"], homes["만경읍"]) == (HIDDEN, HIDDEN)  # 1 + 6 of 7
        assert tables["나이별 예약"]["40세 미만"] == HIDDEN
        tax = tables["세금 분야별 예약"]
        assert tax["밀린 세금·압류"] == tax["모두"] == UNDER
        assert tables["법률 분야별 예약"]["전세·월세·임대차"] == 6
        assert tables["예약과 참석"]["모두"] == 7
        assert dict(paper.facts)["예약"] == 7

    def test_a_quarter_of_small_months_is_told_in_its_last_report(self, make_resident, clock):
        clock("2026-10-01 09:00")
        visitors = people(make_resident, 6)
        for number, on in enumerate((date(2026, 10, 26), MONDAY, date(2026, 12, 28))):
            day = clinic_day(on=on)
            for at_minute, who in enumerate(visitors[2 * number : 2 * number + 2]):
                booked(who, day, day.moment(time(15, 20 * at_minute)))
        Booking.objects.update(state=BookingState.VISIT_DONE)
        november, december = month_statistics(NOVEMBER), month_statistics(date(2026, 12, 1))
        assert november.quarter is None
        facts = dict(month_paper(december).facts)
        assert (facts["예약"], facts["오심"]) == (2, UNDER)
        quarter = next(one for one in month_paper(december).tables if one.title.startswith("10월부터 12월까지"))
        assert quarter.rows[0] == ("오심", 6)
        assert quarter.foot == ("모두", 6)

    def test_nobody_stands_in_the_figures(self, make_resident, township):
        resident = make_resident(
            "홍길동", "+821012345678", township=township, born_on="1950-01-01", address="만경로 1"
        )
        booking = booked(resident, clinic_day(), question="보증금을 못 받았습니다.", other_party="박상대")
        text = json.dumps(month_paper(month_statistics(NOVEMBER)).figures, ensure_ascii=False)
        for secret in ("홍길동", "5678", "1950", "만경로", "보증금을", "박상대", booking.reference):
            assert secret not in text

    def test_one_booking_and_twelve_cost_the_same(self, make_resident):
        day = clinic_day()

        def count() -> int:
            with CaptureQueriesContext(connection) as queries:
                month_statistics(NOVEMBER)
            return len(queries)

        with_one = count()
        for number, resident in enumerate(people(make_resident, 12)):
            kind = "LAW" if number < 6 else "TAX"
            booked(resident, day, at(15 + number % 6 // 3, 20 * (number % 3)), kind=kind, topic=Topic.UNSURE)
        assert Booking.objects.count() == 12
        assert count() == with_one <= 16
