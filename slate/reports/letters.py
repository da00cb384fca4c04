"""The decision letter on paper: every word and sum from the decision's record (COPY 5.5)."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import timezone

from services.models import Notice
from services.reports.pdf import EXPLAINED, papers_pdf
from services.rules.korean import date_letter, won, won_hangul
from slate.enums import Outcome
from slate.models import Decision

KEEP_TO = [
    "가. 공사 전에 슬레이트를 직접 걷어내거나 다른 업체에 맡기지 마세요. 그러면 지원할 수 없습니다.",
    "나. 업체에 돈을 먼저 주지 마세요. 지원금은 시가 업체에 냅니다.",
    "다. 신청하신 내용이 사실과 다르면 지원 결정을 취소하고 지원금을 돌려받을 수 있습니다.",
]
NEXT = [
    "1. 철거 업체를 시가 정해서 알려드립니다.",
    "2. 업체와 시가 찾아가서 면적을 잽니다.",
    "3. 본인 부담금이 있으면 금액을 먼저 알려드리고 여쭙니다.",
]


def letter_pdf(decision: Decision) -> bytes:
    """The letter as PDF/UA. Raises RuntimeError while the fonts are not built."""
    letter = letter_of(decision)
    return papers_pdf(letter["title"], [letter])


def posted(notice: Notice) -> dict[str, Any] | None:
    """LETTER_PAPERS: the same letter, where the notice to be posted tells of a decision."""
    decisions = Decision.objects.select_related("application__programme").order_by("-pk")
    told = decisions.filter(application=int(notice.subject_id), outcome=notice.kind.rpartition("/")[2])
    decision = told.first()
    return letter_of(decision) if decision else None


def letter_of(decision: Decision) -> dict[str, Any]:
    """What the letter says, as texts: for the page, the paper and the message."""
    personal: Any = decision.letter
    is_approval = decision.outcome == Outcome.APPROVED
    sections = _approval(decision, personal) if is_approval else _refusal(decision, personal)
    sections.append(_section(f"{len(sections) + 1}. 결정이 맞지 않다고 생각하시면", decision.remedies.split("\n")))
    return {
        "title": "슬레이트 지붕 철거를 지원합니다"
        if is_approval
        else "이번에는 슬레이트 지붕 철거를 지원하지 못합니다",
        "head": [
            ["받는 분", f"{personal['name']} 님, {personal['address']}"],
            ["접수번호", decision.application.reference],
            ["문서번호", decision.number],
            ["시행일", date_letter(timezone.localdate(decision.decided_at))],
        ],
        "sections": sections,
        "date": date_letter(timezone.localdate(decision.decided_at)),
        "signed": "김제시장",
        "foot": [
            ["맡은 부서", personal["department"]],
            ["담당", personal["officer"]],
            ["결재", personal["approver"]],
            ["전화", personal["phone"]],
            ["주소", settings.SITE_ADDRESS],
        ],
        "help": EXPLAINED,
    }


def _section(title: str, lines: list[str], facts: list[list[str]] | None = None) -> dict[str, Any]:
    return {"title": title, "lines": lines, "facts": facts or []}


def _sum(amount: int) -> str:
    return f"금{won(amount)}(금{won_hangul(amount)}원)"


def _approval(decision: Decision, personal: dict[str, Any]) -> list[dict[str, Any]]:
    parts = [
        [part["label"], f"신청 면적 {Decimal(part['area_m2']).normalize():f}m². {part['rule']}"]
        for part in decision.parts
    ]
    funds = f"국비 {won(decision.national_won)}, 도비 {won(decision.province_won)}, 시비 {won(decision.city_won)}"
    facts = [
        ["건물", personal["place"]],
        *parts,
        ["지원 한도", _sum(decision.support_won)],
        ["예상 비용", _sum(decision.cost_won)],
        [
            "예상 본인 부담금",
            f"{_sum(decision.own_share_won)}. 면적을 잰 뒤 정확한 금액을 따로 알려드리고 동의를 여쭙니다.",
        ],
        ["돈의 출처", funds],
    ]
    reasons = [["적용한 법령", decision.legal_basis], ["확인한 것", ", ".join(personal["checked"])]]
    said = f"{personal['name']} 님이 신청하신 건물의 슬레이트 철거를 지원하기로 결정했습니다."
    return [
        _section("1. 결정", [said]),
        _section("2. 지원 내용", [], facts),
        _section("3. 결정한 이유", [], reasons),
        _section("4. 지켜 주실 일", KEEP_TO),
        _section("5. 다음 순서", NEXT),
    ]


def _refusal(decision: Decision, personal: dict[str, Any]) -> list[dict[str, Any]]:
    said = f"{personal['name']} 님이 신청하신 건물은 이번에 지원하지 않기로 결정했습니다."
    return [
        _section("1. 결정", [said]),
        _section("2. 이유", [personal["reason"]], [["적용한 법령", decision.legal_basis]]),
        _section("3. 앞으로 하실 수 있는 일", [personal["what_can_be_done"]]),
    ]
