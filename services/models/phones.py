"""A telephone number in a column of reference data: kept as E.164, read as people write it."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from services.rules.phones import parse_phone, show_phone
from services.rules.refusal import Refused


class PhoneNumberField(models.CharField[str, str]):
    """Rows hold "063-540-3114" and the table "+82635403114", however it was typed.

    `of_office` takes a number that several people answer (1588-1234): citizens ring it, the portal never does.
    """

    def __init__(self, *args: Any, of_office: bool = False, **kwargs: Any) -> None:
        self.of_office = of_office
        super().__init__(*args, **{"max_length": 20, **kwargs})

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | ({"of_office": True} if self.of_office else {})

    def to_python(self, value: Any) -> Any:
        try:
            return show_phone(self._kept(value)) if value else ""
        except Refused as refusal:
            raise ValidationError(refusal.sentence, code="refused") from refusal

    def from_db_value(self, value: Any, expression: object, connection: object) -> Any:
        return show_phone(value) if value and value.startswith("+") else value

    def get_prep_value(self, value: Any) -> Any:
        """One that cannot be read stays as it is: forms have refused it, and nobody is phoned there."""
        try:
            return self._kept(value) if value else ""
        except Refused:
            return value

    def _kept(self, value: Any) -> str:
        return parse_phone(str(value), of_office=self.of_office)
