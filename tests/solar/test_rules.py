"""Arithmetic, stamps, bands, won, sun and files, against worked examples and the real logger files' habits."""

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solar.enums import Band, Label, ReadingFlag, Season, Unit, Zone
from solar.rules import carbon, energy, files, stamps, sun, tariff
from tests.solar.factories import KW_FILE, csv_of, trio_bytes


@pytest.mark.parametrize(
    ("value", "unit", "seconds", "joules"),
    [
        ("0.01", Unit.KW, 900, 9_000),  # 2.5 Wh: no whole Wh, but whole joules
        ("1", Unit.W, 300, 300),  # 1/12 Wh
        ("7.1087", Unit.KW, 300, 2_132_610),
        ("1.5", Unit.KWH, 3600, 5_400_000),
        ("250", Unit.WH, 900, 900_000),
        ("-0.002", Unit.KW, 300, -600),
    ],
)
def test_power_times_interval_is_exact_in_joules(value, unit, seconds, joules):
    assert energy.to_joules(Decimal(value), unit, seconds) == joules


def test_kwh_for_screens_rounds_half_up():
    assert energy.shown_kwh(1_800_000) == 1
    assert energy.shown_kwh(1_799_999) == 0


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2018-11-07 23:15:00", "2018-11-07 23:15:00"),
        ("2024.1.2 13:05", "2024-01-02 13:05:00"),
        ("2024/01/02 9:05:07", "2024-01-02 09:05:07"),
        ("2024년 1월 2일 13:05", "2024-01-02 13:05:00"),
        ("1/2/2022 0:15", "2022-01-02 00:15:00"),
        ("2024-01-31 24:00", "2024-02-01 00:00:00"),
        ("2024-01-02", "2024-01-02 00:00:00"),
    ],
)
def test_stamps_as_loggers_write_them(text, moment):
    assert str(stamps.parse_stamp(text)) == moment


@pytest.mark.parametrize("text", ["", "어제", "2024-13-01 00:00", "12:00", "2024-01-01 25:00"])
def test_what_is_no_stamp_is_refused(text):
    with pytest.raises(ValueError, match=r".*"):
        stamps.parse_stamp(text)


def test_a_stored_start_does_not_depend_on_how_it_was_written():
    noon = int(dt.datetime(2024, 6, 1, 3, tzinfo=dt.UTC).timestamp())  # 12:00 in Gimje
    kst = stamps.Clock(zone=Zone.SEOUL, label=Label.START, interval_s=300)
    end = stamps.Clock(zone=Zone.SEOUL, label=Label.END, interval_s=300)
    utc = stamps.Clock(zone=Zone.UTC, label=Label.START, interval_s=300)
    assert kst.start_of("2024-06-01 12:00") == end.start_of("2024-06-01 12:05") == (noon, False)
    assert utc.start_of("2024-06-01 03:00:00") == utc.start_of("2024-06-01T12:00:00+09:00") == (noon, False)
    assert kst.start_of("2024-06-01 12:00:03") == (noon, True)


STAMPS = st.one_of(
    st.builds("{} {:%H:%M:%S}".format, st.dates(dt.date(2001, 1, 1), dt.date(2030, 1, 1)), st.times()),
    st.sampled_from(["2024-06-01 24:00", "2024-06-01", "2024-06-01 25:00", "2024-06-31 12:00", "2024-06-01T12:00Z"]),
    st.from_regex(r"2024-0[67]-[0-3][0-9][ T][012][0-9]:[0-6][0-9](:[0-6][0-9])?", fullmatch=True),
)


@given(texts=st.lists(STAMPS, max_size=30), label=st.sampled_from(Label), zone=st.sampled_from(Zone))
def test_a_clock_that_has_seen_much_reads_like_a_new_one(texts, label, zone):
    def read(clock, text):
        try:
            return clock.start_of(text)
        except ValueError:
            return None

    kind = {"zone": zone, "label": label, "interval_s": 300}
    used = stamps.Clock(**kind)
    for text in [*texts, *texts]:
        found = read(used, text)
        assert found == read(stamps.Clock(**kind), text)
        if found:
            stamp = stamps.parse_stamp(text)
            aware = stamp if stamp.tzinfo else stamp.replace(tzinfo=ZoneInfo(zone))
            assert 0 <= int(aware.timestamp()) - (300 if label == Label.END else 0) - found[0] < 300


@given(st.lists(st.integers(-(10**6), 10**7), max_size=20))
def test_the_won_of_a_month_is_shared_to_the_won(weights):
    for won in (0, 7, 7_763_130):
        parts = tariff.shared(won, [Decimal(weight) / 7 for weight in weights])
        assert sum(parts) == (won if weights else 0)
        if weights and min(weights) >= 0 and sum(weights):
            exact = [won * weight / sum(weights) for weight in weights]
            assert all(abs(part - share) <= 1 for part, share in zip(parts, exact, strict=True))


BANDS_2023 = tariff.bands_from_hours({"L": "22-08", "M": "08-11 12-13 18-22", "P": "11-12 13-18"})
WINTER_2023 = tariff.bands_from_hours({"L": "22-08", "M": "08-09 12-16 19-22", "P": "09-12 16-19"})
SETS = [
    tariff.BandSet(1, dt.date(2013, 11, 21), "L" * 24, "L" * 24, "L" * 24),
    tariff.BandSet(2, dt.date(2023, 1, 1), BANDS_2023, BANDS_2023, WINTER_2023),
]


@pytest.mark.parametrize(
    ("day", "is_holiday", "at_13"),
    [
        (dt.date(2024, 6, 3), False, "P"),  # Monday in summer
        (dt.date(2024, 1, 3), False, "M"),  # Wednesday in winter
        (dt.date(2024, 6, 8), False, "M"),  # Saturday: peak is mid
        (dt.date(2024, 6, 9), False, "L"),  # Sunday
        (dt.date(2024, 6, 6), True, "L"),  # Memorial Day
        (dt.date(2022, 6, 3), False, "L"),  # the set in force then
    ],
)
def test_bands_of_a_day(day, is_holiday, at_13):
    assert tariff.day_bands(day, is_holiday=is_holiday, sets=SETS)[13] == at_13


def test_bands_must_cover_every_hour_once():
    with pytest.raises(ValueError, match="Not one band"):
        tariff.bands_from_hours({"L": "22-08", "M": "08-12"})
    with pytest.raises(ValueError, match="Not one band"):
        tariff.bands_from_hours({"L": "00-24", "M": "08-12"})


def book(*, rate="100", climate="0", fuel="0", fund="3.7", start=dt.date(2013, 11, 21)):
    prices = {(str(season), str(band)): Decimal(rate) for season in Season for band in Band}
    return tariff.RuleBook(
        SETS,
        [tariff.Rate(1, start, prices)],
        [tariff.Charge(1, start, Decimal(climate))],
        [tariff.Charge(2, start, Decimal(fuel))],
        [tariff.Charge(3, start, Decimal(fund))],
        [tariff.Charge(4, start, Decimal(10))],
    )


KWH = energy.JOULES_PER_KWH


def test_the_worked_bill_of_the_supply_terms():
    """갑I 저압, 2022-08-11 to 09-10: 68 kWh at 105.6 and 32 kWh at 65.1, climate 7.3, fuel +5, fund 3.7 %."""
    august = tariff.avoided(
        [tariff.DayEnergy(dt.date(2022, 8, 11), 68 * KWH, 0, 0)], book(rate="105.6", climate="7.3", fuel="5")
    )
    september = tariff.avoided(
        [tariff.DayEnergy(dt.date(2022, 9, 10), 32 * KWH, 0, 0)], book(rate="65.1", climate="7.3", fuel="5")
    )
    exact = sum((line.won for line in (*august.lines, *september.lines) if line.rule.startswith("rate")), Decimal(0))
    assert exact == Decimal("9264.00")
    assert tariff.taxed(30_800 + 1_416 + 9_264 + 730 + 500, Decimal(10), Decimal("3.7")) == (4_271, 1_580, 48_560)
    assert tariff.taxed(30_800 + 9_264 + 730 + 500, Decimal(10), Decimal("3.7"))[2] == 46_940


def test_each_heading_is_cut_and_names_its_rule_row():
    days = [tariff.DayEnergy(dt.date(2024, 6, 3), KWH // 3, KWH // 3, KWH // 3)]
    saving = tariff.avoided(days, book(rate="100.5", climate="9.0", fuel="5"))
    assert [line.won for line in saving.lines] == [Decimal("33.50")] * 3 + [Decimal("9.00"), Decimal("5.00")]
    assert (saving.energy_won, saving.climate_won, saving.fuel_won) == (100, 9, 5)
    assert (saving.vat_won, saving.fund_won, saving.saved_won) == (11, 0, 120)
    assert {line.rule for line in saving.lines} == {"rate:1", "charge:1", "charge:2"}


def test_a_price_change_inside_a_month_splits_the_energy_by_day():
    low, high = book(rate="100"), book(rate="200", start=dt.date(2024, 6, 16))
    both = tariff.RuleBook(SETS, [*low.rates, *high.rates], low.climate, low.fuel, low.fund, low.vat)
    days = [tariff.DayEnergy(dt.date(2024, 6, day), 0, KWH, 0) for day in (15, 16)]
    assert tariff.avoided(days, both).energy_won == 300


def test_vat_is_a_switch_and_no_days_save_nothing():
    days = [tariff.DayEnergy(dt.date(2024, 6, 3), 0, 1000 * KWH, 0)]
    assert tariff.avoided(days, book(), with_vat=False).vat_won == 0
    assert tariff.avoided(days, book()).vat_won == 10_000
    assert tariff.avoided([], book()).saved_won == 0


def test_before_the_first_rule_row_there_is_no_price():
    with pytest.raises(LookupError):
        tariff.in_force(book().rates, dt.date(2000, 1, 1))


@pytest.mark.parametrize(("factor", "kg"), [("0.45941", 58_283), ("0.4173", 52_941)])
def test_co2_of_the_100_kw_year(factor, kg):
    assert carbon.avoided_kg(126_865 * KWH, Decimal(factor)) == kg


@pytest.mark.parametrize(("number", "shown"), [(8831, 8800), (297, 300), (54_795, 55_000), (58, 58), (7, 7), (0, 0)])
def test_sentences_round_to_two_digits(number, shown):
    assert carbon.two_digits(number) == shown


def test_night_is_night_and_noon_is_noon_in_gimje():
    def lit(hour, day=dt.date(2024, 6, 21)):
        moment = dt.datetime(day.year, day.month, day.day, hour, tzinfo=dt.timezone(dt.timedelta(hours=9)))
        return sun.sun_seconds(35.80, 126.88, moment)

    assert lit(12) == lit(7) == lit(17) == 3600
    assert lit(0) == lit(3) == lit(21) == 0
    assert 0 < lit(8, dt.date(2024, 12, 21)) < 3600 > lit(16, dt.date(2024, 12, 21)) > 0


def test_the_energy_of_a_right_clock_is_centred_on_solar_noon():
    assert abs(sun.clock_offset_hours(126.88, 3.55)) < 0.1  # 12:33 in Korea
    assert round(sun.clock_offset_hours(126.88, 12.5)) == 9  # Korean stamps read as UTC


@given(st.dates(dt.date(2018, 1, 1), dt.date(2030, 12, 31)))
def test_every_day_has_seven_to_fourteen_hours_of_expected_readings(day):
    midnight = dt.datetime(day.year, day.month, day.day, tzinfo=dt.timezone(dt.timedelta(hours=9)))
    seconds = sum(sun.sun_seconds(35.80, 126.88, midnight + dt.timedelta(hours=n)) for n in range(24))
    assert 7 * 3600 < seconds < 14 * 3600


def test_the_real_inverter_file_is_understood_as_it_is():
    text = files.decode(trio_bytes())
    mapping = files.detect(text, rated_w=27_600, longitude=-120.0)
    assert mapping == files.Mapping(2, 4, Unit.KW, 300, Label.START, Zone.UTC)
    parsed = files.parse(text, mapping, rated_w=27_600)
    assert (parsed.line_count, len(parsed.starts), parsed.refusals) == (32_840, 32_840, [])
    assert energy.shown_kwh(parsed.total_j) == 29_834
    assert parsed.flag_counts() == {ReadingFlag.OVER_RATED: 1607}
    assert parsed.clock_doubt_hours(-120.0) == 0
    assert abs(parsed.clock_doubt_hours(126.88)) == 8  # in Gimje this clock would be wrong: the page says so


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949"])
def test_korean_headers_in_either_encoding(encoding):
    content = csv_of([("2024-06-01 12:00", "5.0"), ("2024-06-01 12:05", "5.5")]).decode().encode(encoding)
    assert files.header_of(files.decode(content)) == ["시각", "출력(kW)"]
    assert files.detect(files.decode(content), rated_w=None, longitude=126.88) == KW_FILE


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\x81\xff\x00\x01", "글자를 읽을 수 없는 파일입니다"),
        (b"%PDF-1.7 nothing here", "PDF에서는 숫자를 읽지 못합니다"),
        ("시각,메모\n2024-06-01 12:00,맑음".encode(), "발전량이 적힌 칸을 찾지 못했습니다"),
        (b"", "파일에 적힌 것이 없습니다"),
    ],
)
def test_what_is_no_table_is_refused_with_a_sentence(content, sentence):
    with pytest.raises(files.Unreadable, match=sentence):
        files.detect(files.decode(content), rated_w=None, longitude=126.88)


def test_every_bad_row_is_named_with_its_line_and_reason():
    rows = [
        ("2024-06-01 12:00", "5.0"),
        ("2024-06-01 12:05", ""),
        ("2024-06-01 12:10", "NaN"),
        ("2024-06-01 12:15", "많음"),
        ("모름", "5.0"),
        ("2024-06-01 12:25", "999"),
        ("2024-06-01 12:00", "5.0"),
        ("2024-06-01 12:00", "4.0"),
    ]
    parsed = files.parse(csv_of(rows).decode() + "\n2024-06-01 12:30", KW_FILE, rated_w=100_000)
    assert [(row.line, row.reason) for row in parsed.refusals] == [
        (3, "값이 비어 있습니다."),
        (4, "값이 비어 있습니다."),
        (5, "값이 숫자가 아닙니다."),
        (6, "날짜와 시각을 읽지 못했습니다."),
        (7, "값이 설비 크기의 두 배를 넘습니다."),
        (10, "칸이 모자랍니다."),
    ]
    assert (len(parsed.starts), [row.is_same for row in parsed.repeats]) == (1, [True, False])


def test_a_stuck_logger_is_flagged_not_dropped():
    rows = [(f"2024-06-01 {9 + n // 12:02}:{n % 12 * 5:02}", "5.0" if n < 14 else str(n)) for n in range(24)]
    parsed = files.parse(csv_of(rows).decode(), KW_FILE, rated_w=None)
    assert parsed.flag_counts() == {ReadingFlag.STALE: 14}
    assert len(parsed.starts) == 24


@given(st.lists(st.tuples(st.integers(0, 2000), st.decimals(0, 100, places=4)), min_size=1, max_size=60))
def test_whatever_a_file_says_its_energy_is_the_sum_of_its_slots(rows):
    start = dt.datetime(2024, 6, 1)  # noqa: DTZ001 - as a logger writes it
    lines = [((start + dt.timedelta(minutes=5 * slot)).isoformat(" "), str(value)) for slot, value in rows]
    parsed = files.parse(csv_of(lines).decode(), KW_FILE, rated_w=None)
    first: dict[int, Decimal] = {}
    for slot, value in rows:
        first.setdefault(slot, value)
    assert parsed.total_j == int(sum(value * 300_000 for value in first.values()))
    assert len(parsed.starts) + len(parsed.repeats) == len(rows)


@pytest.mark.parametrize(
    ("months", "season"),
    [((11, 12, 1, 2), Season.WINTER), ((3, 4, 5, 9, 10), Season.SPRINGFALL), ((6, 7, 8), Season.SUMMER)],
)
def test_seasons_change_where_the_tariff_says(months, season):  # KT-07
    assert {tariff.season_of(dt.date(2024, month, 1)) for month in months} == {season}


@pytest.mark.parametrize(("net", "vat"), [(1004, 100), (1005, 101), (1014, 101), (1015, 102)])
def test_vat_is_rounded_to_the_won(net, vat):  # KT-06
    assert tariff.taxed(net, Decimal(10), Decimal(0)) == (vat, 0, (net + vat) // 10 * 10)


@pytest.mark.parametrize(
    ("got", "expected", "percent"), [(99, 100, 99), (100, 100, 100), (130, 100, 100), (0, 0, 100)]
)
def test_more_readings_than_expected_are_no_more_than_all(got, expected, percent):
    assert energy.completeness_percent(got, expected) == percent


@pytest.mark.parametrize(("joules", "flags"), [(100, 0), (101, ReadingFlag.OVER_RATED), (-1, ReadingFlag.NEGATIVE)])
def test_a_reading_above_the_name_plate_is_marked_and_one_at_it_is_not(joules, flags):
    assert energy.flags_of(joules, 100) == flags


@pytest.mark.parametrize(("day", "noon"), [(dt.date(2024, 11, 3), "03:16"), (dt.date(2024, 2, 11), "03:47")])
def test_the_sun_is_early_in_november_and_late_in_february(day, noon):
    """The equation of time: +16.4 and -14.2 minutes (almanac), at 126.88 degrees east."""
    window = sun.daylight(35.8, 126.88, day)
    assert window
    middle = window[0] + (window[1] - window[0]) / 2
    wanted = dt.datetime.combine(day, dt.time.fromisoformat(noon), dt.UTC)
    assert abs(middle - wanted) < dt.timedelta(minutes=3)
