"""What staff write about places, advisers and the timetable of free advice."""

from typing import Any, ClassVar

from consultations.models import Adviser, TimetableRule, Venue
from services.enums.people import Role
from services.forms.fields import told
from services.forms.offers import offer_rows
from services.forms.tables import RowForm, staff_field
from services.models import User
from services.rules.names import clean_name


class VenueForm(RowForm[Venue]):
    """A place, with what people need to find it and to come in."""

    class Meta:
        model = Venue
        fields = [
            "name",
            "township",
            "address",
            "room",
            "map_url",
            "wheelchair",
            "parking",
            "phone",
            "order",
            "is_active",
        ]
        formfield_callback = staff_field


class TimetableRuleForm(RowForm[TimetableRule]):
    """A line of the timetable: which weekday, from when to when, at which places."""

    class Meta:
        model = TimetableRule
        fields = [
            "kind",
            "nth",
            "weekday",
            "opens_at",
            "closes_at",
            "slot_minutes",
            "venues",
            "valid_from",
            "valid_until",
            "source",
        ]
        formfield_callback = staff_field
        help_texts = {
            "nth": "1부터 5까지. 넷째 월요일이면 4와 월요일입니다.",
            "venues": "여러 곳을 고르면 변호사는 곳마다 맡은 분이, 세무사는 차례로 돌아가며 갑니다.",
            "source": "예: 2026년 시정 계획, 문서 번호",
        }


class AdviserForm(RowForm[Adviser]):
    """An adviser.

    Where the code of an adviser's address goes, and whose account it is, only the administrator says: officers make
    those addresses, and nobody shall do both.
    """

    guarded: ClassVar = dict.fromkeys(("phone", "user"), frozenset({Role.ADMINISTRATOR}))

    class Meta:
        model = Adviser
        fields = ["kind", "name", "office", "venue", "term_from", "term_until", "phone", "user"]
        formfield_callback = staff_field
        help_texts = {
            "venue": "비워 두면 여러 곳을 차례로 돌아가며 맡습니다.",
            "phone": "전용 주소의 인증번호를 이 번호로 보냅니다. 예: 010-1234-5678",
            "user": "세무사·변호사로 만든 계정. 없어도 전용 주소로 일할 수 있습니다.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "user" in self.fields:
            accounts = User.objects.filter(groups__name=Role.ADVISER, is_active=True).order_by("display_name", "pk")
            offer_rows(self, "user", accounts)

    def clean_name(self) -> str:
        return told(clean_name, self.cleaned_data["name"])
