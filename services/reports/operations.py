"""운영 상태: what /readyz names, in the words of those who look after the portal, and what jobs could not do."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.apps import apps
from django.conf import settings
from django.urls import reverse

from services.enums.people import Role
from services.models import JobFault, User
from services.reports.jobs import HURTS, Readiness, readiness
from services.reports.people import Todo

# By the name in /readyz, which is the anchor in docs/operations.md too: what is wrong, and what to do.
WORDS: Mapping[str, tuple[str, str]] = {
    "keys": (
        "개인정보를 읽는 열쇠가 이 자료의 것이 아닙니다.",
        "서버의 FIELD_KEYS와 BLIND_INDEX_KEY를 확인해 주세요.",
    ),
    "files": ("이 서버가 보는 파일이 이 자료의 것이 아닙니다.", "DATA_DIR가 모든 서버에서 같은 곳인지 확인해 주세요."),
    "codes": ("인증번호를 1분 넘게 기다리는 분이 있습니다.", "작업 프로세스와 문자 회사를 확인해 주세요."),
    "codes_expired": (
        "보내지 못한 채 시간이 지난 인증번호가 있습니다.",
        "작업 프로세스와 문자 회사를 확인해 주세요. 고친 뒤에는 새 인증번호를 받으시면 됩니다.",
    ),
    "code_budget": ("오늘 보낼 수 있는 인증번호를 거의 다 썼습니다.", "누가 많이 받는지 보고 한도를 올려 주세요."),
    "proxy": (
        "앞 서버가 알려 준 접속 주소를 믿지 못해 모두를 한 사람으로 셉니다.",
        "PROXY_COUNT를 앞 서버의 수로 맞춰 주세요.",
    ),
    "backup": ("백업이 오래되었습니다.", "manage.py backup이 날마다 도는지 확인해 주세요."),
    "broker": (
        "메시지 알림벨(Redis)이 답하지 않습니다. 문자는 시계에 맞춰 늦게 나갑니다.",
        "Redis가 켜져 있는지 확인해 주세요.",
    ),
    "disk": ("디스크에 1GB도 남지 않았습니다.", "자리를 비우거나 늘려 주세요."),
    "outbox": ("10분 넘게 나가지 못한 알림이 있습니다.", "작업 프로세스와 문자 회사를 확인해 주세요."),
    "provider": (
        "문자 회사가 알림을 받지 않습니다.",
        "문자 회사의 상태와 남은 금액을 확인해 주세요. 알림은 다시 보냅니다.",
    ),
    "retries": ("다시 보내야 하는 알림이 늘고 있습니다.", "문자 회사의 상태를 확인해 주세요."),
    "tick": ("작업 프로세스가 멈췄습니다. 인증번호와 알림이 나가지 않습니다.", "worker와 beat를 다시 켜 주세요."),
    "periods": ("제때 하지 못한 정기 작업이 있습니다.", "아래의 멈춘 일을 고치면 저절로 다시 합니다."),
    "jobs": ("다른 것은 다 했지만 하지 못한 것이 있습니다.", "아래 표에서 하나씩 확인해 주세요."),
}
JOB_WORDS: Mapping[str, str] = {
    "consultations.remind": "상담 알림 보내기",
    "consultations.expire_offers": "답이 없는 빈자리를 다음 분께 드리기",
    "consultations.end_lines": "지난 상담일의 대기 끝내기",
    "consultations.leave_booked": "예약하신 분의 대기 끝내기",
    "consultations.call_forgotten": "전화할 분 목록에 올리기",
    "consultations.close_lists": "알릴 분 목록 닫기",
    "consultations.reopen_lists": "알릴 분 목록 다시 열기",
    "consultations.close_silent": "답한 질문 마치기",
    "consultations.make_clinic_days": "상담일 만들기",
    "consultations.half_years": "반기 보고서",
    "consultations-half-year": "반기 보고서",
    "consultations-month": "달마다의 상담 통계",
    "consultations.forget_questions": "오래된 상담 내용 지우기",
    "consultations.forget_wishes": "오래된 대기 내용 지우기",
    "consultations.forget_texts": "오래된 질문 내용 지우기",
    "slate.remind_of_papers": "서류 낼 날 알리기",
    "slate.remind_of_owner_consent": "주인의 동의를 다시 여쭙기",
    "slate.tell_progress": "처리 상황 알리기",
    "slate.warn_of_drafts": "쓰던 신청서가 지워진다고 알리기",
    "slate_remind": "슬레이트 아침 알림",
    "solar.roll_up": "태양광 자료 더하기",
    "solar.value_months": "아낀 전기요금 셈하기",
    "solar-monthly-report": "태양광 월보",
    "services.dispatch_notices": "알림 보내기",
    "services.follow_deliveries": "알림이 도착했는지 묻기",
    "services.forget": "하루 안에 지울 것 지우기",
    "services.purge": "오래된 자료 지우기",
    "services.forget_abandoned": "버린 신청서의 서류 지우기",
    "purge": "밤마다 지우기",
}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that is not as it should be."""

    name: str
    what: str
    todo: str
    hurts: bool  # citizens, now


@dataclass(frozen=True, slots=True)
class Stuck:
    """One item that a job could not do; `url` where the administrator may mend it."""

    fault: JobFault
    job: str
    item: str
    url: str


@dataclass(frozen=True, slots=True)
class Operations:
    """What the page shows."""

    state: Readiness
    checks: list[Check]
    stuck: list[Stuck]
    missed: list[tuple[str, str]]  # job, periods


def operations() -> Operations:
    """Everything that is not well, the worst first."""
    state = readiness()
    hurts = HURTS | {"tick"}
    checks = [Check(name, *WORDS[name], hurts=name in hurts) for name in state.degraded]
    return Operations(
        state,
        sorted(checks, key=lambda check: not check.hurts),
        [_stuck(fault) for fault in JobFault.objects.shown().order_by("job", "first_at", "pk")],
        [(job_words(job), ", ".join(periods)) for job, periods in state.periods.items()],
    )


def job_words(job: str) -> str:
    """A job in words; its parts ("services.purge:services.draft") have those of the whole."""
    return JOB_WORDS.get(job) or JOB_WORDS.get(job.partition(":")[0], job)


def _stuck(fault: JobFault) -> Stuck:
    label, _, rest = fault.item.partition(":")
    key, _, more = rest.partition(" ")
    try:
        words = str(apps.get_model(label)._meta.verbose_name)
    except (LookupError, ValueError):
        return Stuck(fault, job_words(fault.job), fault.item, "")
    page = settings.JOB_ITEM_PAGES.get(label)
    url = reverse(page, args=[key]) if page and key.isdecimal() else ""
    return Stuck(fault, job_words(fault.job), f"{words} {key} {more}".strip(), url)


def todos(user: User) -> list[Todo]:
    """STAFF_TODAY_SOURCES: what jobs could not do, for the administrator."""
    if Role.ADMINISTRATOR not in user.roles:
        return []
    return [Todo("멈춘 일", JobFault.objects.shown().count(), reverse("services:staff_operations"), "danger")]
