"""Plants, devices, keys and the tariff on staff's own pages: what is dated is never overwritten."""

import datetime as dt
import json

import pytest
from django.urls import reverse

from gimje_portal.rights import RIGHTS
from services.actions.tables import change_row
from services.enums.people import Role
from services.reports.history import timeline
from services.rules.history import Actor
from services.rules.refusal import Refused
from solar.actions import tariffs
from solar.actions.keys import add_key, revoke_key, rotate_key
from solar.models import ApiKey, ChargeRate, DirtyDay, Plant, RollupDay, SolarReport, Source, TariffRate, TimeBands
from solar.reports.rulebook import rates_in_force
from tests.solar.factories import make_source

pytestmark = pytest.mark.django_db
BY = Actor.system("test")


def url(table: str, ending: str = "", *args: object) -> str:
    return reverse(f"solar:staff_table_{table}{ending}", args=args)


@pytest.fixture
def manager(staff_client):
    return staff_client(Role.ENERGY_MANAGER)


@pytest.fixture
def rate() -> TariffRate:
    return TariffRate.objects.order_by("tariff_class_id", "-valid_from").select_related("tariff_class")[0]


def next_rate(rate: TariffRate, valid_from: dt.date, **facts) -> dict[str, object]:
    names = [field.name for field in TariffRate._meta.fields if field.name not in ("id", "valid_to")]
    return {name: getattr(rate, name) for name in names} | {"valid_from": valid_from} | facts


class TestDatedRules:
    def test_a_new_row_ends_the_one_before_and_nothing_else_changes(self, rate):
        day = dt.date(2030, 1, 1)
        new = tariffs.begin(TariffRate, by=BY, **next_rate(rate, day, summer_peak=999))
        rate.refresh_from_db()
        assert (rate.valid_to, new.valid_to) == (day, None)
        assert rates_in_force(rate.tariff_class_id, dt.date(2029, 12, 31)) == rate
        assert rates_in_force(rate.tariff_class_id, day) == new

    def test_rows_are_never_overwritten(self, rate, manager):
        with pytest.raises(Refused, match="새로 적어 주세요"):
            change_row(rate.pk, TariffRate, by=BY, summer_peak=1)
        page = manager.get(url("rates", "_row", rate.pk)).content.decode()
        assert "저장하기" not in page
        new = manager.get(f"{url('rates', '_new')}?like={rate.pk}").content.decode()
        assert f'value="{rate.summer_peak}"' in new
        for junk in ("x", "9" * 30, "0"):
            assert manager.get(f"{url('rates', '_new')}?like={junk}").status_code == 200

    def test_it_begins_after_the_newest_of_its_class(self, rate):
        with pytest.raises(Refused, match="이미 있습니다"):
            tariffs.begin(TariffRate, by=BY, **next_rate(rate, rate.valid_from))
        other = TariffRate.objects.exclude(tariff_class=rate.tariff_class).latest("valid_from")
        day = max(other.valid_from, rate.valid_from) + dt.timedelta(days=400)
        tariffs.begin(TariffRate, by=BY, **next_rate(rate, day))
        other.refresh_from_db()
        assert other.valid_to != day

    def test_a_mistyped_row_goes_and_the_one_before_goes_on(self, rate, manager):
        new = tariffs.begin(TariffRate, by=BY, **next_rate(rate, dt.date(2030, 1, 1)))
        with pytest.raises(Refused, match="그 뒤에 적용하는 값"):
            tariffs.withdraw(rate.pk, TariffRate, by=BY)
        manager.post(url("rates", "_remove", new.pk))
        rate.refresh_from_db()
        assert rate.valid_to is None
        assert not TariffRate.objects.filter(pk=new.pk).exists()

    def test_what_a_report_has_said_stays_said(self, rate):
        report = {"month": dt.date(2030, 1, 1), "number": 1, "figures": {}, "pdf": b"", "xlsx": b"", "csv": b""}
        names = {field.name for field in SolarReport._meta.fields}
        SolarReport.objects.create(**{name: value for name, value in report.items() if name in names})
        with pytest.raises(Refused, match="월보를 이미 냈습니다"):
            tariffs.begin(TariffRate, by=BY, **next_rate(rate, dt.date(2030, 1, 31)))
        tariffs.begin(TariffRate, by=BY, **next_rate(rate, dt.date(2030, 2, 1)))

    def test_days_since_then_are_valued_anew(self):
        plant, bands = Plant.objects.get(slug="council"), TimeBands.objects.latest("valid_from")
        facts = dict.fromkeys(
            ("joules", "simulated_j", "n_got", "n_expected", "flags", "light_j", "mid_j", "peak_j"), 0
        )
        for day in (dt.date(2029, 12, 31), dt.date(2030, 1, 1)):
            RollupDay.objects.create(plant=plant, day=day, **facts)
        DirtyDay.objects.all().delete()
        same = {name: getattr(bands, name) for name in ("summer", "springfall", "winter", "source", "confidence")}
        tariffs.begin(TimeBands, by=BY, valid_from=dt.date(2030, 1, 1), checked_on=dt.date(2029, 12, 1), **same)
        assert list(DirtyDay.objects.values_list("day", flat=True)) == [dt.date(2030, 1, 1)]

    def test_by_hand(self, manager):
        charge = ChargeRate.objects.filter(kind=1).latest("valid_from")
        typed = {"kind": "1", "valid_from": "2030-01-01", "value": "아홉", "source": "고시", "confidence": "높음"}
        typed |= {"checked_on": "2029-12-01"}
        assert "숫자로 적어 주세요" in manager.post(url("charges", "_new"), typed).content.decode()
        manager.post(url("charges", "_new"), typed | {"value": "9.0"})
        charge.refresh_from_db()
        assert charge.valid_to == dt.date(2030, 1, 1)


class TestPlantsAndDevices:
    PLANT = {
        "name": "금산면 행정복지센터",
        "slug": "geumsan",
        "order": "20",
        "capacity_w": "27.6",
        "year": "2027",
        "latitude": "35.72",
        "longitude": "126.99",
        "counts_vat": "on",
    }

    def test_a_plant_is_written_in_kilowatts(self, manager):
        contract = Plant.objects.first().tariff_class
        response = manager.post(url("plants", "_new"), self.PLANT | {"tariff_class": contract.pk}, follow=True)
        plant = Plant.objects.get(slug="geumsan")
        assert plant.capacity_w == 27_600
        assert 'value="27.6"' in response.content.decode()
        assert "27.6kW" in timeline(plant)[0].reason

    @pytest.mark.parametrize(
        ("typed", "sentence"),
        [
            ({"capacity_w": ""}, "설비 크기를 적거나"),
            ({"latitude": "135"}, "90까지 적으실 수 있습니다"),
            ({"slug": "council"}, "이미"),
            ({"slug": "금산"}, "영문, 숫자와 줄표"),
            ({"capacity_w": "27.6kW"}, "숫자로 적어 주세요"),
            ({"capacity_w": "27.12345"}, "소수점 아래 3자리까지"),
        ],
    )
    def test_a_plant_that_cannot_be_is_refused(self, manager, typed, sentence):
        contract = Plant.objects.first().tariff_class
        page = manager.post(url("plants", "_new"), self.PLANT | {"tariff_class": contract.pk} | typed)
        assert sentence in page.content.decode()
        assert not Plant.objects.filter(name=self.PLANT["name"]).exists()

    def test_another_contract_values_its_days_anew(self):
        plant, other = Plant.objects.get(slug="council"), Plant.objects.get(slug="site-2019-1")
        facts = dict.fromkeys(
            ("joules", "simulated_j", "n_got", "n_expected", "flags", "light_j", "mid_j", "peak_j"), 0
        )
        for one in (plant, other):
            RollupDay.objects.create(plant=one, day=dt.date(2025, 1, 1), **facts)
        DirtyDay.objects.all().delete()
        tariffs.change_plant(plant.pk, Plant, by=BY, tariff_class=other.tariff_class)
        assert list(DirtyDay.objects.values_list("plant_id", flat=True)) == [plant.pk]

    def test_a_device_that_has_sent_keeps_what_its_readings_mean(self, client):
        source = make_source(rated_w=100_000)
        _, secret = add_key(source.plant_id, "옥상", by=BY)
        assert send(client, secret).status_code == 201
        for facts in ({"interval_s": 60}, {"code": "other"}):
            with pytest.raises(Refused, match="받은 자료가 있어"):
                change_row(source.pk, Source, by=BY, seen="", **facts)
        assert change_row(source.pk, Source, by=BY, name="새 이름").name == "새 이름"


def send(client, secret: str):
    body = json.dumps({"readings": [["2026-06-01T12:00:00+09:00", 6.5]]})
    header = {"Authorization": f"Api-Key {secret}"}
    return client.post("/api/v1/solar/readings", body, content_type="application/json", headers=header)


class TestKeys:
    def test_a_secret_is_shown_once(self, manager):
        plant = Plant.objects.get(slug="council")
        page = manager.post(reverse("solar:staff_keys"), {"plant": plant.pk, "name": "옥상"}).content.decode()
        secret = page.split("<code>")[1].split("</code>")[0]
        key = ApiKey.objects.get()
        assert key.key_hash == ApiKey.hash_of(secret)
        assert secret not in manager.get(reverse("solar:staff_keys")).content.decode()

    def test_the_old_key_works_for_a_week_after_a_rotation(self, client, clock):
        clock("2026-11-29 10:00")
        source = make_source(rated_w=100_000)
        old, first = add_key(source.plant_id, "옥상", by=BY)
        _, second = rotate_key(old.pk, by=BY)
        assert send(client, first).status_code == 201
        assert send(client, second).status_code == 200
        clock("2026-12-06 10:01")
        assert send(client, first).status_code == 401
        assert send(client, second).status_code == 200
        with pytest.raises(Refused, match="이미 끊었거나 바꾼"):
            rotate_key(old.pk, by=BY)

    def test_a_revoked_key_ends_at_once_and_once(self, client, manager):
        source = make_source(rated_w=100_000)
        key, secret = add_key(source.plant_id, "옥상", by=BY)
        page = reverse("solar:staff_key_revoke", args=[key.pk])
        assert "이유가 비어 있습니다" in manager.post(page, {"reason": ""}).content.decode()
        manager.post(page, {"reason": "도난"})
        assert send(client, secret).status_code == 401
        with pytest.raises(Refused, match="이미 끊은"):
            revoke_key(key.pk, by=BY, reason="x")
        key.refresh_from_db()
        assert [line.what for line in timeline(key)] == ["만듦", "끊음"]

    def test_rotating_by_hand_asks_first(self, manager):
        key, _ = add_key(Plant.objects.get(slug="council").pk, "옥상", by=BY)
        page = reverse("solar:staff_key_rotate", args=[key.pk])
        assert "바꿀까요" in manager.get(page).content.decode()
        assert ApiKey.objects.count() == 1
        assert "<code>" in manager.post(page).content.decode()
        assert ApiKey.objects.count() == 2
        assert "바꾸는 중" in manager.get(reverse("solar:staff_keys")).content.decode()


def test_every_table_opens_for_the_manager_and_the_administrator(staff_client):
    tables = [name for name in RIGHTS if name.startswith("solar:staff_table_") and name.count("_") == 2]
    assert len(tables) == 8
    for role in (Role.ENERGY_MANAGER, Role.ADMINISTRATOR):
        client = staff_client(role)
        for name in [*tables, "solar:staff_keys"]:
            assert client.get(reverse(name)).status_code == 200
            if name in tables:
                assert client.get(reverse(f"{name}_new")).status_code == 200
