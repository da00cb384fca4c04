"""Names of people (KR-06): what is kept, and when two spellings are the same name."""

import re
import unicodedata

from services.rules.refusal import Refused
from services.rules.text import one_line

LENGTH = 40  # characters; names of multicultural families are longer than two to five syllables
_SIGNS = " -'.·\u2027\u318d’"


def clean_name(typed: str) -> str:
    """The name as it is kept. Raises Refused when it is empty, has a digit or a sign that no name has."""
    name = one_line(typed)
    if any(unicodedata.category(sign)[0] == "N" for sign in name):
        raise Refused("이름에 숫자가 들어 있습니다. 주민등록증에 적힌 이름을 적어 주세요.")
    strange = next((sign for sign in name if not _is_of_a_name(sign)), "")
    if strange:
        raise Refused(f"이름에 쓸 수 없는 글자({strange})가 있습니다. 지우고 이름만 적어 주세요.")
    if not any(unicodedata.category(sign)[0] == "L" for sign in name):
        raise Refused("이름이 비어 있습니다. 이름을 적어 주세요.")
    if len(name) > LENGTH:
        raise Refused(f"이름은 {LENGTH}자까지 적으실 수 있습니다. 줄여 주세요.")
    return name


def name_key(name: str) -> str:
    """What two spellings of one name share: only what is letter or digit, of one width and case.

    "Kim  Min-su" and "kimminsu" are one. It finds a person again; it does not prove that two are the same.
    """
    folded = unicodedata.normalize("NFKC", one_line(name)).casefold()
    return re.sub(r"[\W_]", "", folded) or folded


def _is_of_a_name(sign: str) -> bool:
    return sign in _SIGNS or unicodedata.category(sign)[0] in {"L", "M"}
