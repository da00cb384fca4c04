"""Where a tax question belongs: with a village tax accountant, an agent, or elsewhere."""

from dataclasses import dataclass

APPEAL_LIMIT_WON = 3_000_000  # TA-01: 조례 1311호 2조, claimed tax below this
AGENT_CLAIM_WON = 20_000_000  # DR-01: 지방세기본법 시행령 62조의2
AGENT_PROPERTY_WON = 300_000_000  # DR-01: 김제시 시세 기본 조례 6조
AGENT_INCOME_WON = 50_000_000  # DR-01
COMPANY_ASSETS_WON = 500_000_000  # DR-02: 시행령 62조의2 3항, a company's assets
COMPANY_SALES_WON = 300_000_000  # DR-02: and its sales of a year
ADVICE_PROPERTY_WON = 500_000_000  # TA-02: notice of 2024, from here on advice may be declined
ADVICE_INCOME_WON = 50_000_000  # TA-02


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a tax question belongs: "in", "agent" (선정대리인, DR-01) or "out" (126, TA-01)."""

    outcome: str
    sentence: str


def tax_scope(
    *,
    is_appeal: bool,
    is_local_tax: bool = True,
    claim_won: int = 0,
    is_company: bool = False,
    property_won: int = 0,
    income_won: int = 0,
) -> Scope:
    """Whether a village tax accountant may take this (TA-01, TA-02, DR-01, DR-02). It informs; it never refuses.

    Advice is for people, not companies, with property and sales below the limits; an appeal only about local tax below
    APPEAL_LIMIT_WON. An agent may take a local appeal of either.
    """
    if is_appeal and not is_local_tax:
        return Scope("out", "국세를 다투는 일은 국세상담센터 126에서 도와드립니다.")
    is_served = not is_company and property_won < ADVICE_PROPERTY_WON and income_won < ADVICE_INCOME_WON
    if is_served and (not is_appeal or claim_won < APPEAL_LIMIT_WON):
        return Scope("in", "마을세무사가 상담할 수 있습니다.")
    most_property, most_income = (
        (COMPANY_ASSETS_WON, COMPANY_SALES_WON) if is_company else (AGENT_PROPERTY_WON, AGENT_INCOME_WON)
    )
    fits_agent = claim_won <= AGENT_CLAIM_WON and property_won <= most_property and income_won <= most_income
    if is_appeal and fits_agent:
        return Scope("agent", "지방세는 '선정대리인'이 무료로 대신 다투어 줄 수 있습니다.")
    if not is_served:
        return Scope(
            "out",
            "회사이거나 재산이나 매출이 많으면 마을세무사 상담이 어려울 수 있습니다.",
        )
    return Scope("out", "마을세무사가 도울 수 있는 금액보다 많습니다. 세정 담당에게 물어보세요.")
