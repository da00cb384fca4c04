"""The words of the consents that a slate application asks for; the periods are those of the year's programme."""

from django.utils.translation import gettext as _

from services.rules.consents import ConsentWords
from slate.enums import ConsentKind
from slate.models import Programme


def application_consents(programme: Programme) -> dict[ConsentKind, ConsentWords]:
    """In the order in which they are asked (PD-01)."""
    after_support = _("지원이 끝난 뒤 %(period)s") % {"period": programme.retention}
    return {
        ConsentKind.COLLECT: ConsentWords(
            title=_("개인정보 받기와 쓰기(수집·이용)"),
            why=_("슬레이트 지원 신청, 본인 확인, 안내"),
            what=_("이름, 태어난 날, 휴대전화 번호, 편지 주소, 건물 주소, 건물 주인, 가구 자격, 사진"),
            kept=after_support,
            refusal=_("동의를 거부하실 수 있습니다. 그러면 누리집에서는 신청할 수 없고, 전화로 안내해드립니다."),
        ),
        ConsentKind.LOOKUP: ConsentWords(
            title=_("시가 자료를 확인하기(행정정보 공동이용)"),
            why=_("서류를 내시지 않아도 되게 시가 직접 확인"),
            what=_("건축물대장, 등기, 가구 자격"),
            kept=after_support,
            refusal=_("동의를 거부하실 수 있습니다. 그러면 누리집에서는 신청할 수 없고, 전화로 안내해드립니다."),
        ),
        ConsentKind.CONTRACTOR: ConsentWords(
            title=_("철거 업체에 알려 주기(제3자 제공)"),
            receiver=_("시가 정한 철거 업체"),
            why=_("면적 재기와 철거"),
            what=_("이름, 전화번호, 건물 주소"),
            kept=_("공사가 끝난 뒤 %(period)s") % {"period": programme.contractor_retention},
            refusal=_("동의를 거부하실 수 있습니다. 그러면 철거를 맡길 수 없습니다."),
        ),
        ConsentKind.ELECTRONIC: ConsentWords(
            title=_("카카오톡·문자로 결정을 받아 보기(전자 송달)"),
            why=_("결정을 편지보다 먼저 알려드리기"),
            what=_("휴대전화 번호"),
            kept=_("동의를 취소하실 때까지"),
            refusal=_("동의하지 않으셔도 신청됩니다. 그러면 결정을 편지로 알려드립니다."),
            is_required=False,
        ),
    }
