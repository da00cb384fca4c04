"""Which forms of a page the real server would refuse: the test client does not check."""

import re

FREE = "/services/display/save"  # changes how pages look and nothing else


def forms_without_token(text: str) -> list[str]:
    """The opening tag of every posted form that carries no CSRF token. Fails on a page without any form of its own."""
    forms = re.findall(r'<form[^>]*method="post".*?</form>', text, re.DOTALL)
    own = [form for form in forms if FREE not in form]
    assert own
    return [form.split(">")[0] for form in own if 'name="csrfmiddlewaretoken"' not in form]
