"""One bad stamp stops nothing: what a reading may say, days without a tariff, and a day that cannot be rolled up."""

import datetime as dt
import json

import pytest
from django.urls import reverse

from services.actions.turns import BUSY
from services.enums.people import Role
from services.models import JobFault
from services.rules.history import Actor
from services.rules.refusal import Refused
from solar.actions import batches, rollups, tariffs
from solar.actions.keys import add_key
from solar.actions.rollups import JOB, roll_up_all
from solar.models import DirtyDay, Plant, Reading, RollupDay, RollupMonth, SavingMonth, Source, TariffClass, TariffRate
from solar.reports.monthly import month_report
from solar.reports.rulebook import rule_books
from solar.reports.work import todos
from solar.rules.stamps import AHEAD, BEFORE
from tests.solar.factories import KW_FILE, csv_of, day_rows, make_source
from tests.solar.test_rollups import at, take

BY = Actor.system("test")
STAMPS = {
    "2000-01-01 12:00": BEFORE,
    "2012-06-01 12:00": BEFORE,
    "2013-11-20 23:55": BEFORE,
    "2013-11-21 00:00": "",
    "2024-06-03 12:05": "",
    "2024-06-03 12:06": "",
    "2024-06-03 12:10": AHEAD,
    "2024-06-04 12:00": AHEAD,
    "2099-12-31 12:00": AHEAD,
}
"""What may be said at 12:00:30 on 3 June 2024 by an inverter of five minutes."""


@pytest.fixture
def now(clock):
    clock("2024-06-03 12:00:30")


@pytest.fixture
def source(db) -> Source:
    return make_source(rated_w=100_000)


def pushed(client, source: Source, stamps) -> list[dict[str, object]]:
    _, secret = add_key(source.plant_id, "기록기", by=BY)
    body = json.dumps({"readings": [[f"{stamp}+09:00", 1] for stamp in stamps]})
    headers = {"Authorization": f"Api-Key {secret}"}
    answer = client.post("/api/v1/solar/readings", body, content_type="application/json", headers=headers)
    assert answer.status_code == 201
    rows: list[dict[str, object]] = answer.json()["rows"]
    return rows


@pytest.mark.usefixtures("now")
class TestWhatAReadingMaySay:
    def test_a_push_answers_each_row(self, client, source):
        rows = pushed(client, source, STAMPS)
        assert [row.get("reason", "") for row in rows] == list(STAMPS.values())
        assert Reading.objects.count() == 2  # 12:05 and 12:06 are one slot

    def test_a_file_lists_them_and_takes_the_rest(self, source):
        batch = batches.upload(source, file_name="a.csv", content=csv_of([(one, "1") for one in STAMPS]), by=BY).batch
        batches.accept(batch.pk, KW_FILE, by=BY)
        reasons = list(batch.rejected_rows.order_by("line").values_list("reason", flat=True))
        assert reasons == [why for why in STAMPS.values() if why]
        assert Reading.objects.count() == 2

    def test_reading_a_batch_again_keeps_to_what_was_refused(self, source, clock):
        """The future has become the past meanwhile: a correction takes in nothing that was refused."""
        first = batches.upload(source, file_name="a", content=csv_of([("2024-06-03 11:00", "1")]), by=BY).batch
        batches.accept(first.pk, KW_FILE, by=BY)
        rows = [("2024-06-03 11:00", "2"), ("2024-06-03 13:00", "2")]
        second = batches.upload(source, file_name="b", content=csv_of(rows), by=BY).batch
        batches.accept(second.pk, KW_FILE, by=BY)
        clock("2024-06-05 12:00")
        batches.undo(first.pk, by=BY)
        assert list(Reading.objects.values_list("start_at", "batch_id")) == [(at("2024-06-03 11:00"), second.pk)]

    def test_a_device_says_nothing_before_it_was_put_up(self, client, source):
        source.begins_on = dt.date(2024, 6, 2)
        source.save()
        rows = pushed(client, source, ["2024-06-01 23:55", "2024-06-02 00:00"])
        assert [row["status"] for row in rows] == ["rejected", "accepted"]

    def test_a_logger_whose_clock_fell_back_stops_no_roll_up(self, client, source):
        pushed(client, source, ["2000-01-01 00:00", "2024-06-03 11:00"])
        assert roll_up_all() == 1
        assert not JobFault.objects.exists()
        assert SavingMonth.objects.filter(saved_won__gt=0).count() == 1


@pytest.fixture
def untariffed(source) -> Plant:
    """A plant whose contract class has no tariff yet."""
    contract = TariffClass.objects.create(name="새 종별", voltage="저압")
    Plant.objects.filter(pk=source.plant_id).update(tariff_class=contract)
    return Plant.objects.get(pk=source.plant_id)


class TestEnergyNeverWaitsForATariff:
    def test_a_day_before_the_tariff_has_energy_no_won_and_stands_on_the_worklist(self, source, make_staff):
        source.begins_on = dt.date(2012, 1, 1)
        source.save()
        take(source, {at("2012-06-01 12:00"): 3_600_000, at("2013-11-21 12:00"): 3_600_000})
        roll_up_all()
        days = {str(row.day): row.joules for row in RollupDay.objects.filter(joules__gt=0)}
        assert days == {"2012-06-01": 3_600_000, "2013-11-21": 3_600_000}
        june = SavingMonth.objects.get(month="2012-06-01")
        assert (june.saved_won, june.unpriced_days, june.joules) == (None, 30, 0)
        november = SavingMonth.objects.get(month="2013-11-01")
        assert (november.saved_won, november.unpriced_days) == (120, 20)
        waiting = {todo.label: todo.count for todo in todos(make_staff(Role.ENERGY_MANAGER))}
        assert waiting["요금표가 없어 금액을 셈하지 못한 날"] == 538  # 1 June 2012 to 20 November 2013

    def test_pages_say_that_the_money_is_being_looked_into(self, client, source, untariffed):
        take(source, {at("2024-06-03 12:00"): 36_000_000})
        roll_up_all()
        pages = [reverse("solar:public"), reverse("solar:public_csv"), reverse("solar:plant", args=[untariffed.slug])]
        periods = ["period=day&on=2024-06-03", "period=month&year=2024&month=6", "period=year&year=2024", "period=all"]
        for page in pages:
            for period in periods:
                text = b"".join(client.get(f"{page}?{period}")).decode()
                assert "확인 중" in text, (page, period)
                assert "약 0원" not in text
                assert "요금표가 없어" in text or page.endswith("csv"), (page, period)

    def test_the_monthly_report_says_it_too(self, source, untariffed):
        take(source, {at("2024-06-03 12:00"): 36_000_000})
        roll_up_all()
        report = month_report(dt.date(2024, 6, 1))
        assert (report.saved, report.foot[3]) == ("확인 중", "확인 중")
        assert any("요금표가 없어" in note for note in report.notes)

    def test_other_plants_keep_their_money(self, client, source, untariffed):
        other = make_source("city-hall", "other")
        take(source, {at("2024-06-03 12:00"): 36_000_000})
        take(other, {at("2024-06-03 12:00"): 36_000_000}, b"other")
        roll_up_all()
        text = client.get(reverse("solar:public") + "?period=month&year=2024&month=6").content.decode()
        assert "요금표가 없어 아낀 전기요금을 셈하지 못한 날이 있습니다." in text
        assert SavingMonth.objects.filter(plant=other.plant, saved_won__gt=0).exists()

    def test_a_tariff_that_is_written_later_gives_the_won(self, source, untariffed):
        take(source, {at("2024-06-03 12:00"): 36_000_000})
        roll_up_all()
        like = TariffRate.objects.order_by("-valid_from")[0]
        facts = {field.name: getattr(like, field.name) for field in TariffRate._meta.fields}
        facts = {name: value for name, value in facts.items() if name not in ("id", "valid_to")}
        facts |= {"tariff_class": untariffed.tariff_class, "valid_from": dt.date(2024, 6, 1)}
        tariffs.begin(TariffRate, by=BY, **facts)
        roll_up_all()
        assert SavingMonth.objects.filter(unpriced_days=0, saved_won__gt=0).count() == 1
        facts["valid_from"] = dt.date(2024, 1, 1)  # and one before it
        before = tariffs.begin(TariffRate, by=BY, **facts)
        assert before.valid_to == dt.date(2024, 6, 1)
        assert rule_books()[untariffed.tariff_class_id].since == dt.date(2024, 1, 1)
        with pytest.raises(Refused):
            tariffs.begin(TariffRate, by=BY, **(facts | {"valid_from": dt.date(2024, 6, 1)}))


class TestADayThatCannotBeRolledUp:
    def poison(self, source: Source, day: str) -> None:
        """Two readings whose sum no column holds."""
        Reading.objects.filter(source=source, start_at__date=day).update(joules=2**63 - 1)

    def test_the_others_go_on_and_it_is_shown_until_it_is_mended(self, source, clock):
        clock("2024-07-01 09:00")
        days = ["2024-06-03", "2024-06-04", "2024-06-05"]
        for day in days:
            take(source, {at(f"{day} 12:00"): 1000, at(f"{day} 12:05"): 1000}, day.encode())
        self.poison(source, "2024-06-04")
        assert roll_up_all() == 2
        made = RollupDay.objects.filter(joules__gt=0).order_by("day").values_list("day", "joules")
        assert [(str(day), joules) for day, joules in made] == [("2024-06-03", 2000), ("2024-06-05", 2000)]
        assert RollupMonth.objects.get().joules == 4000
        fault = JobFault.objects.get()
        assert (fault.job, fault.item) == (JOB, f"solar.plant:{source.plant_id} 2024-06-04")
        assert fault.reason.startswith("DataError 22003, solar/actions/rollups.py:")
        assert roll_up_all() == 0  # put aside: it is not tried every minute
        clock("2024-07-01 10:00")
        assert roll_up_all() == 0
        fault.refresh_from_db()
        assert fault.times == 2
        Reading.objects.filter(start_at__date="2024-06-04").update(joules=1000)
        clock("2024-07-01 11:00")
        assert roll_up_all() == 1
        assert not JobFault.objects.exists()
        assert not DirtyDay.objects.exists()

    def test_new_readings_of_the_day_bring_it_back_at_once(self, source):
        take(source, {at("2024-06-04 12:00"): 1000, at("2024-06-04 12:05"): 1000})
        self.poison(source, "2024-06-04")
        roll_up_all()
        Reading.objects.update(joules=1000)
        take(source, {at("2024-06-04 12:10"): 1000}, b"more")
        assert roll_up_all() == 1

    def test_money_that_cannot_be_worked_out_keeps_no_energy_back(self, source, monkeypatch):
        from solar.actions import savings

        def fail(*args: object, **kwargs: object) -> None:
            raise ZeroDivisionError

        take(source, {at("2024-06-03 12:00"): 36_000_000})
        roll_up_all()
        monkeypatch.setattr(savings, "avoided", fail)
        take(source, {at("2024-06-03 12:05"): 36_000_000}, b"more")
        assert roll_up_all() == 1
        assert RollupMonth.objects.get().joules == 72_000_000
        assert not SavingMonth.objects.exists()  # not the old won beside the new energy
        assert JobFault.objects.get().job == "solar.value_months"
        assert DirtyDay.objects.get().retry_at is not None


class TestAPlantThatSomebodyHolds:
    def test_the_others_go_on_and_it_is_shown_when_it_lasts(self, source, clock, monkeypatch):
        other = make_source("city-hall", "other")
        for one in (source, other):
            take(one, {at("2024-06-03 12:00"): 1000}, one.code.encode())
        real = rollups.roll_up

        def held(days):
            if any(plant_id == source.plant_id for plant_id, _ in days):
                raise Refused(BUSY, conflict=True)
            return real(days)

        monkeypatch.setattr(rollups, "roll_up", held)
        clock("2024-07-01 09:00")
        assert roll_up_all() == 1
        assert RollupDay.objects.get().plant == other.plant
        for moment in ("2024-07-01 09:01", "2024-07-01 10:00"):
            assert not JobFault.objects.shown().exists()
            clock(moment)
            assert roll_up_all() == 0
        assert JobFault.objects.shown().get().item == f"solar.plant:{source.plant_id} 2024-06-03"
        monkeypatch.setattr(rollups, "roll_up", real)
        assert roll_up_all() == 1
        assert not JobFault.objects.exists()


def test_day_rows_of_the_factories_are_in_bounds(source):
    batch = batches.upload(source, file_name="a", content=csv_of(day_rows()), by=BY).batch
    assert batches.accept(batch.pk, KW_FILE, by=BY).rejected_count == 0
