"""How a person wants to see the pages: three text sizes and a high-contrast mode, kept in two cookies."""

from collections.abc import Mapping
from dataclasses import dataclass

SIZES = ("normal", "large", "larger")
CONTRASTS = ("normal", "high")
SIZE_COOKIE = "text_size"
CONTRAST_COOKIE = "contrast"
COOKIE_SECONDS = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Display:
    """The choices of this visitor; anything unknown in a cookie counts as normal."""

    size: str = "normal"
    high_contrast: bool = False

    @classmethod
    def from_cookies(cls, cookies: Mapping[str, str]) -> "Display":
        size = cookies.get(SIZE_COOKIE, "normal")
        return cls(size if size in SIZES else "normal", cookies.get(CONTRAST_COOKIE) == "high")

    @property
    def css_class(self) -> str:
        return "" if self.size == "normal" else f"size-{self.size}"

    @property
    def larger_step(self) -> str:
        """The next larger size, or an empty text at the largest."""
        place = SIZES.index(self.size) + 1
        return SIZES[place] if place < len(SIZES) else ""
