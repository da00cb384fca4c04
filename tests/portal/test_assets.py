"""What the assets step builds: every character can be drawn, nothing points outside, nothing points nowhere."""

import re
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from gimje_portal import assets

CSS = assets.STATIC / "site.css"


@pytest.fixture(scope="module")
def css() -> str:
    return CSS.read_text(encoding="utf-8")


@pytest.mark.parametrize("weight", ["regular", "bold"])
def test_every_character_of_a_citizens_page_is_in_the_first_slice(weight):
    with TTFont(assets.STATIC / "fonts" / f"{weight}-core.woff2") as font:
        drawn = set(map(chr, font.getBestCmap()))
    missing = {sign for sign in assets.core_characters() - drawn if sign not in "\ufeff\u200b"}
    assert not missing, f"not in the KRDS font, write it another way: {sorted(missing)}"


def test_every_character_of_a_staff_page_can_be_drawn():
    known = set("".join(assets.slices().values()))
    assert not assets.work_characters() - known


def test_slices_do_not_overlap_and_hold_the_whole_font():
    texts = list(assets.slices().values())
    whole = set("".join(texts))
    assert sum(map(len, texts)) == len(whole)
    assert sum("가" <= sign <= "힣" for sign in whole) > 2700


def test_a_name_that_people_type_costs_at_most_one_more_slice():
    groups = assets.slices()
    for name in ("김만경", "이백산", "황보영숙", "남궁옥례"):
        assert set(name) <= set(groups["core"] + groups.get("work", "") + groups.get("names", "")), name


def test_the_style_sheet_points_to_nothing_outside_and_to_nothing_that_is_missing(css):
    targets = re.findall(r"url\(\"?([^\")]+)\"?\)", css)
    assert targets
    for target in targets:
        assert not re.match(r"https?:|//", target), target
        assert target.startswith("data:image/svg+xml,") or (CSS.parent / target).is_file(), target


def test_every_variable_that_is_used_is_defined(css):
    defined = set(re.findall(r"(--[\w-]+)\s*:", css))
    used = set(re.findall(r"var\((--[\w-]+)\)", css))
    assert used <= defined, used - defined


def test_both_display_modes_name_the_same_colours():
    source = (assets.LOOK / "site.css").read_text(encoding="utf-8")
    light, contrast = (set(re.findall(r"^\s+(--[\w-]+): var\(", block, re.MULTILINE)) for block in _modes(source))
    assert light == contrast


def _modes(source: str) -> tuple[str, str]:
    light = source[source.index(":root {") : source.index('[data-krds-mode="high-contrast"] {')]
    rest = source[source.index('[data-krds-mode="high-contrast"] {') :]
    return light, rest[: rest.index("}\n")]


def test_no_colour_is_written_outside_the_two_modes():
    source = (assets.LOOK / "site.css").read_text(encoding="utf-8")
    middle = source[source.index("/* ---- ground") : source.index("/* ---- paper")]
    assert not re.findall(r"#[0-9a-f]{3,8}\b(?!\")", re.sub(r"#(?:krds|a|b|help|content)[\w-]*", "", middle))


def test_scripts_ask_nobody_outside():
    for script in assets.STATIC.glob("*.js"):
        text = script.read_text(encoding="utf-8")
        assert "sourceMappingURL" not in text
        if script.name != "chart.umd.min.js":
            assert "http" not in text
    assert (assets.STATIC / "site.js").stat().st_size <= 7 * 1024


def test_icons_named_in_templates_exist(css):
    used = {
        name
        for path in Path(assets.ROOT, "templates").rglob("*.html")
        for name in re.findall(r"\bico-[a-z]+(?=[\" ])", path.read_text(encoding="utf-8"))
    }
    assert used <= set(re.findall(r"\.(ico-[a-z]+)", css)), used


def test_unicode_ranges():
    assert assets.unicode_range("abcx") == "U+61-63,U+78"


def test_building_again_changes_nothing(css):
    assert assets.style_sheet() == css
