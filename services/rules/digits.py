"""Digits as people type them."""

from services.rules.text import code


def plain_digits(text: str) -> str:
    """' 1945 년' -> '1945': full-width digits become plain, spaces and the unit word beside the box go away."""
    return code(str(text)).rstrip("년월일.")
