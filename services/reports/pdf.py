"""Letters and reports on paper: typst turns a template and finished texts into a PDF that a screen reader can read."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import typst
from django.conf import settings

EXPLAINED = "이 편지를 읽기 어려우시면 전화해 주세요. 읽어드리고 설명해드립니다."
TEMPLATES = settings.BASE_DIR / "templates"
FONTS = settings.BASE_DIR / "build" / "fonts"


def papers_pdf(title: str, letters: Sequence[Mapping[str, Any]]) -> bytes:
    """Letters as one PDF/UA. Each has title, head, sections (title, lines, facts), date, signed, foot and help."""
    return render_pdf("services/notices/letter.typ", {"title": title, "letters": letters})


def render_pdf(template: str, data: Mapping[str, Any]) -> bytes:
    """PDF/UA-1 of `templates/<template>` (a .typ file importing /reports/base.typ), about 0.1 s.

    `data` reaches the template as JSON: dates, money and areas must already be the texts that people read.
    Raises typst.TypstError when the template and the data do not fit.
    """
    if not FONTS.is_dir():
        msg = "build/fonts is missing: run `python -m gimje_portal.assets`."
        raise RuntimeError(msg)
    pdf = typst.compile(
        TEMPLATES / template,
        root=TEMPLATES,
        font_paths=[FONTS],
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        pdf_standards=["ua-1"],
    )
    if not isinstance(pdf, bytes):
        msg = f"{template} gave several files instead of one PDF."
        raise TypeError(msg)
    return pdf
