"""The budget ledger: every won that is allotted, reserved or released is a row; the database keeps the sums."""

from collections.abc import Iterable

from services.actions.constraints import friendly
from services.actions.history import record
from services.actions.turns import in_turn
from services.rules.history import Actor
from services.rules.korean import won
from services.rules.refusal import Refused
from slate.enums import Fund, LedgerKind, ProgrammeMove, Work
from slate.models import Application, BudgetLine, LedgerEntry, Programme
from slate.reports import Quote, reserved_by_line

Lines = dict[tuple[str, str], BudgetLine]


def lock_lines(programme: Programme, works: Iterable[Work]) -> Lines:
    """The lines of these kinds of work, locked in the order of their ids: always before any application."""
    rows = BudgetLine.objects.select_for_update().filter(programme=programme, work__in=set(works)).order_by("pk")
    return {(line.work, line.fund): line for line in rows}


def refuse_shortage(lines: Lines, quote: Quote) -> None:
    """Raises Refused naming the first line that cannot bear its part of the sum."""
    needed: dict[tuple[str, str], int] = {}
    for line in quote.counted:
        for fund, amount in line.shares.by_fund().items():
            needed[line.wanted.work, fund] = needed.get((line.wanted.work, fund), 0) + amount
    for key, amount in needed.items():
        work, fund = Work(key[0]), Fund(key[1])
        left = lines[key].left_won if key in lines else 0
        if amount > left:
            raise Refused(
                f"{work.label} {fund.label} 예산이 {won(amount - left)} 모자랍니다. "
                "예산을 먼저 늘리거나 담당자에게 되돌려 보내 주세요."
            )


def reserve(application: Application, lines: Lines, quote: Quote, *, by: Actor) -> None:
    """Reserve the estimate, a row for each part and fund. Raises Refused when the database sees a line run over."""
    rows = [
        LedgerEntry(
            line=lines[line.wanted.work, fund],
            kind=LedgerKind.RESERVE,
            committed_won=amount,
            application=application,
            part_id=line.wanted.part_id,
            actor_kind=by.kind,
            actor_key=by.key,
        )
        for line in quote.counted
        for fund, amount in line.shares.by_fund().items()
        if amount
    ]
    with friendly("budget_line_never_over"):
        LedgerEntry.objects.bulk_create(rows)


def release(application: Application, *, by: Actor, note: str) -> None:
    """Give back everything the application still holds; its lines are locked by `lock_lines_of` before."""
    LedgerEntry.objects.bulk_create(
        LedgerEntry(
            line_id=line,
            kind=LedgerKind.RELEASE,
            committed_won=-amount,
            application=application,
            part_id=part,
            actor_kind=by.kind,
            actor_key=by.key,
            note=note,
        )
        for (line, part), amount in reserved_by_line(application.pk).items()
    )


def lock_lines_of(application_id: int) -> None:
    """Lock the lines on which the application holds money, in the order of their ids."""
    held = {line for line, _ in reserved_by_line(application_id)}
    list(BudgetLine.objects.select_for_update().filter(pk__in=held).order_by("pk"))


@in_turn
def allot(programme_id: int, work: Work, amount_won: int, *, by: Actor, note: str) -> Programme:
    """Add to (or take from) the budget of one kind of work, split by fund. `note` names the document.

    Raises Refused when more would be taken than is free.
    """
    programme = Programme.objects.get(pk=programme_id)
    for fund in Fund:
        BudgetLine.objects.get_or_create(programme=programme, work=work, fund=fund)
    lines = lock_lines(programme, [work])
    shares = programme.split(abs(amount_won)).by_fund()
    sign = 1 if amount_won >= 0 else -1
    with friendly("budget_line_never_over"):
        LedgerEntry.objects.bulk_create(
            LedgerEntry(
                line=lines[work, fund],
                kind=LedgerKind.ALLOT,
                allotted_won=sign * amount,
                actor_kind=by.kind,
                actor_key=by.key,
                note=note,
            )
            for fund, amount in shares.items()
        )
    record(programme, ProgrammeMove.ALLOTTED, by=by, after=work, reason=f"{won(amount_won)} {note}")
    return programme
