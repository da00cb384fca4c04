"""Finding a resident registration number in what people type: the portal never takes one (F17, PD-02)."""

import re
import unicodedata

# Six digits of a date, then one of the century and sex, then six more; people write a dash, spaces or nothing.
_PATTERN = re.compile(r"(?<!\d)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\s*[-–.·]?\s*[0-9]\d{6}(?!\d)")


def has_resident_number(text: str) -> bool:
    """Whether the text holds thirteen digits that look like a resident registration number."""
    return bool(_PATTERN.search(unicodedata.normalize("NFKC", text)))
