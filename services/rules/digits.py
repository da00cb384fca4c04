"""Digits as people type them."""

import unicodedata


def plain_digits(text: str) -> str:
    """' 1945 년' -> '1945': full-width digits become plain, spaces and the unit word beside the box go away."""
    return unicodedata.normalize("NFKC", str(text)).strip().rstrip("년월일. ")
