"""Whether a service can be asked for on a day, and the words that say so (COPY 3.1)."""

from datetime import date

from services.enums.catalogue import Schedule, ServiceState
from services.rules.korean import date_long


def service_state(schedule: str, opens_on: date | None, closes_on: date | None, today: date) -> ServiceState:
    """Open, soon, closed, or "ask by telephone" where the dates are not known. Both days belong to the period."""
    if schedule == Schedule.ALWAYS:
        return ServiceState.OPEN
    if schedule == Schedule.ASK:
        return ServiceState.ASK
    if opens_on and today < opens_on:
        return ServiceState.SOON
    if schedule == Schedule.PERIOD and closes_on and today > closes_on:
        return ServiceState.CLOSED
    if schedule == Schedule.PERIOD and not (opens_on and closes_on):
        return ServiceState.ASK
    return ServiceState.OPEN


def period_words(schedule: str, opens_on: date | None, closes_on: date | None, today: date) -> str:
    """When a service takes applications: "3월 2일 월요일부터 3월 20일 금요일까지"."""
    begins = f"{date_long(opens_on, this_year=today.year)}부터" if opens_on else ""
    if schedule == Schedule.PERIOD and opens_on and closes_on:
        return f"{begins} {date_long(closes_on, this_year=today.year)}까지"
    if schedule == Schedule.BUDGET:
        return f"{begins} {Schedule.BUDGET.label}".strip()
    return str(Schedule.ALWAYS.label if schedule == Schedule.ALWAYS else Schedule.ASK.label)
