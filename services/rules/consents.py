"""What a resident is asked to agree to, as one value: the page, the paper and the record show the same words."""

import hashlib
import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class ConsentWords:
    """The text of one consent, in the parts that the law names (PD-01: purpose, items, period, right to refuse)."""

    title: str
    why: str
    what: str
    kept: str  # how long; shown larger, with `what` where that is sensitive (PD-02)
    refusal: str  # that one may refuse, and what happens then
    receiver: str = ""  # who else is given it, where it is given on
    is_required: bool = True
    is_sensitive: bool = False

    @property
    def parts(self) -> dict[str, str | bool]:
        """As it is kept: plain texts, lazy ones resolved."""
        return {name: part if isinstance(part, bool) else str(part) for name, part in asdict(self).items()}

    @property
    def sha256(self) -> str:
        """Hex; two texts are one version when every part is the same."""
        return hashlib.sha256(json.dumps(self.parts, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
