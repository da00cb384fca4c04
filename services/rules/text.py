"""Text as it comes in: one form for what looks the same, nothing invisible, one kind of space, dash and line."""

import re
import unicodedata

# Letters that show nothing although Unicode calls them letters, marks or symbols: Hangul fillers, variation
# selectors, the combining joiner, Khmer and Mongolian ones, the Braille blank. Signs of category C go anyway.
_BLANKS = "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"
_INVISIBLE = re.compile(f"[{_BLANKS}\ufe00-\ufe0f\U000e0100-\U000e01ef]")
# Hyphens, dashes and minus signs, and what stands for one on Korean and Japanese keyboards.
_DASHES = (
    "\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u207b\u208b\u2212\u2500\u2574\ufe58\ufe63\uff0d"
    "\u30fc\uff70\u3161\u1173"
)
_TILDES = "\u223c\u301c\u3030\u2053\u02dc\uff5e"
_CODE = str.maketrans(dict.fromkeys(_DASHES, "-") | dict.fromkeys(_TILDES, "~") | {"\uff0f": "/", "\u2044": "/"})


def plain(text: str) -> str:
    """What a person typed, as it is kept: NFC, lines by \\n, plain spaces, no invisible and no direction signs.

    What can be seen stays as it was typed, also pictures; leading and trailing space goes.
    """
    text = re.sub(r"\r\n?|[\u0085\u2028\u2029]", "\n", unicodedata.normalize("NFC", text))
    text = _INVISIBLE.sub("", text)
    kept = (" " if unicodedata.category(sign) == "Zs" else sign for sign in text if _is_seen(sign))
    text = unicodedata.normalize("NFC", "".join(kept))  # once more: what stood between may be gone
    return re.sub(r"[ \t]+\n", "\n", text).strip()


def one_line(text: str) -> str:
    """`plain` for a box of one line: every run of space is one space."""
    return " ".join(plain(text).split())


def unified(text: str) -> str:
    """One line as it is compared: NFKC, every dash is "-", every tilde "~", nothing invisible."""
    text = one_line(text).translate(_CODE)  # before NFKC, which takes some of these signs apart
    return unicodedata.normalize("NFKC", text).translate(_CODE)


def code(text: str) -> str:
    """A number or a code as it is compared: `unified` without spaces. Full-width "010–1234 5678" -> "010-12345678"."""
    return unicodedata.normalize("NFKC", "".join(unified(text).split()))


def is_readable(text: str) -> bool:
    """Whether the text holds no halves of characters and no control characters (tab and line break are fine)."""
    return not any(unicodedata.category(sign) in {"Cs", "Cc", "Cn", "Co"} and sign not in "\r\n\t" for sign in text)


def _is_seen(sign: str) -> bool:
    return sign in "\n\t" or unicodedata.category(sign)[0] != "C"
