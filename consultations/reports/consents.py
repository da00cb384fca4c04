"""The words of the consents that free advice asks for; each period is the one that the nightly deletion keeps."""

from django.conf import settings
from django.utils.translation import gettext as _

from consultations.enums import ConsentKind
from services.rules.consents import ConsentWords


def booking_consents() -> dict[ConsentKind, ConsentWords]:
    """In the order in which they are asked (PD-01, PD-02)."""
    return {
        ConsentKind.COLLECTION: ConsentWords(
            title=_("개인정보 받기와 쓰기(수집·이용)"),
            why=_("상담 예약, 본인 확인, 상담 안내"),
            what=_("이름, 태어난 날, 휴대전화 번호, 사는 읍·면·동, 상담 분야와 내용"),
            kept=_after_the_end(settings.CONSULTATION_RETENTION),
            refusal=_(
                "동의를 거부하실 수 있습니다. 그러면 누리집에서는 예약할 수 없고, 전화로 일반 안내만 해드립니다."
            ),
        ),
        ConsentKind.ADVISER: ConsentWords(
            title=_("세무사·변호사에게 알려 주기(제3자 제공)"),
            receiver=_("이 상담을 맡은 마을세무사·마을변호사"),
            why=_("상담 준비와 상담"),
            what=_("이름, 휴대전화 번호, 상담 분야와 내용, 상대방 이름"),
            kept=_after_the_end(settings.CONSULTATION_ADVISER_RETENTION),
            refusal=_("동의를 거부하실 수 있습니다. 그러면 상담을 맡길 수 없습니다."),
        ),
        ConsentKind.HEALTH: ConsentWords(
            title=_("건강에 관한 정보(민감정보) 쓰기"),
            why=_("휠체어 자리, 통역 등 준비"),
            what=_("앞에서 고르신 도움의 종류"),
            kept=_after_the_end(settings.CONSULTATION_SENSITIVE_RETENTION),
            refusal=_("동의하지 않으셔도 예약됩니다. 다만 필요한 도움을 미리 준비하지 못할 수 있습니다."),
            is_required=False,
            is_sensitive=True,
        ),
        ConsentKind.NEWS: ConsentWords(
            title=_("다음 상담일과 시 행사 소식 받기"),
            why=_("소식 문자 보내기"),
            what=_("휴대전화 번호"),
            kept=_("동의를 취소하실 때까지"),
            refusal=_("동의하지 않으셔도 예약에는 영향이 없습니다. 언제든 '내 신청 확인'에서 그만 받을 수 있습니다."),
            is_required=False,
        ),
    }


def enquiry_consents() -> dict[ConsentKind, ConsentWords]:
    """A question asks the two required ones only."""
    return {
        ConsentKind.COLLECTION: ConsentWords(
            title=_("개인정보 받기와 쓰기(수집·이용)"),
            why=_("질문에 답하기, 본인 확인, 답변 안내"),
            what=_("이름, 태어난 날, 휴대전화 번호, 주소(우편으로 받으실 때), 질문과 서류 사진"),
            kept=_after_the_end(settings.CONSULTATION_RETENTION),
            refusal=_(
                "동의를 거부하실 수 있습니다. 그러면 누리집에서는 질문을 받을 수 없고, 전화로 일반 안내만 해드립니다."
            ),
        ),
        ConsentKind.ADVISER: ConsentWords(
            title=_("세무사·변호사에게 알려 주기(제3자 제공)"),
            receiver=_("이 질문을 맡은 마을세무사·마을변호사"),
            why=_("질문에 답하기"),
            what=_("이름, 휴대전화 번호, 주소(우편으로 받으실 때), 질문과 서류 사진"),
            kept=_after_the_end(settings.CONSULTATION_ADVISER_RETENTION),
            refusal=_("동의를 거부하실 수 있습니다. 그러면 질문을 맡길 수 없습니다."),
        ),
    }


def _after_the_end(period: str) -> str:
    return _("상담이 끝난 뒤 %(period)s") % {"period": period}
