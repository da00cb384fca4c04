"""Who people are to the portal."""

from django.db import models

from services.enums.moves import Move


class Role(models.TextChoices):
    """What a member of staff may do; each is a Django group of the same name."""

    TOWNSHIP_CLERK = "township_clerk", "읍·면·동 담당자"
    CONSULTATION_OFFICER = "consultation_officer", "상담 담당자"
    SLATE_OFFICER = "slate_officer", "슬레이트 담당자"
    SLATE_APPROVER = "slate_approver", "슬레이트 결재자"
    SETTLEMENT_OFFICER = "settlement_officer", "정산 담당자"
    ADVISER = "adviser", "세무사·변호사"
    CONTRACTOR = "contractor", "철거 업체"
    ENERGY_MANAGER = "energy_manager", "에너지 담당자"
    PROGRAMME_OFFICER = "programme_officer", "프로그램 담당자"
    AUDITOR = "auditor", "감사 담당자"
    ADMINISTRATOR = "administrator", "관리자"


class StaffMove(Move):
    """What happens to an account of staff."""

    ADDED = "added", "계정 만듦"
    CHANGED = "roles_changed", "하는 일이나 소속 고침"
    CLOSED = "closed", "계정 닫음"
    REOPENED = "reopened", "계정 다시 엶"
    RESET = "second_factor_reset", "두 번째 확인 방법 지움"


class TownshipKind(models.TextChoices):
    EUP = "eup", "읍"
    MYEON = "myeon", "면"
    DONG = "dong", "동"


class VerificationState(models.TextChoices):
    SENT = "sent", "보냄"
    PASSED = "passed", "확인됨"
    EXPIRED = "expired", "시간 지남"
    BLOCKED = "blocked", "잠시 멈춤"


class ResidentMove(Move):
    """What is kept about a resident changes."""

    ADDED = "added", "처음 적음"
    CHANGED = "changed", "고침"
    CONTACT_WISH = "contact_wish", "알림 받는 방법 바꿈"
    PROPOSED = "proposed", "다르게 적힌 것이 있음"
    TAKEN = "proposal_taken", "다르게 적힌 것을 받아들임"
    LEFT = "proposal_left", "알던 대로 둠"


class ReadingReason(models.TextChoices):
    """Why a whole record is opened."""

    CASE = "case", "예약번호·접수번호"
    CALL = "call", "전화"
    VISIT = "visit", "창구 방문"
