"""E-mail by Django's SMTP backend: the long text, nothing more (COPY 5.3)."""

import smtplib
from collections.abc import Sequence

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from services.actions.notices.senders.base import Outcome, Outgoing, SendResult

FOOTER = """

이 전자우편은 보내기만 합니다. 답장은 읽지 못합니다. 물어보실 것은 전화해 주세요: {phone}
시청은 전자우편이나 문자로 비밀번호, 인증번호, 계좌번호를 묻지 않습니다.
김제시 | {address}
"""


class MailSender:
    """One connection for the batch; an address the server refuses for good is REJECTED."""

    batch = 8

    def send(self, batch: Sequence[Outgoing]) -> dict[int, SendResult]:
        results: dict[int, SendResult] = {}
        connection = get_connection()
        try:
            connection.open()
            for letter in batch:
                results[letter.pk] = self._send(letter, connection)
        except OSError as error:  # smtplib's errors are OSErrors too
            results |= {
                letter.pk: SendResult(Outcome.LATER, detail=type(error).__name__)
                for letter in batch
                if letter.pk not in results
            }
        finally:
            _close(connection)
        return results

    def _send(self, letter: Outgoing, connection: BaseEmailBackend) -> SendResult:
        try:
            _message(letter, connection).send()
        except smtplib.SMTPRecipientsRefused as error:
            code = min((code for code, _text in error.recipients.values()), default=450)
            return SendResult(Outcome.REJECTED if code >= 500 else Outcome.LATER, detail=str(code))
        except smtplib.SMTPResponseException as error:
            return SendResult(Outcome.LATER, detail=str(error.smtp_code))
        except ValueError as error:  # a line break or a letter that no header may hold
            return SendResult(Outcome.REJECTED, detail=type(error).__name__)
        return SendResult(Outcome.ACCEPTED)

    def outcomes(self, provider_ids: Sequence[str]) -> dict[str, SendResult]:
        return {}


def _message(letter: Outgoing, connection: BaseEmailBackend) -> EmailMessage:
    footer = FOOTER.format(phone=settings.SITE_PHONE, address=settings.SITE_ADDRESS)
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2]
    return EmailMessage(
        subject=f"[김제시] {letter.title}",
        body=letter.text + footer,
        to=[letter.to],
        headers={"Message-ID": f"<notice-{letter.pk}@{host}>", "Auto-Submitted": "auto-generated"},
        connection=connection,
    )


def _close(connection: BaseEmailBackend) -> None:
    try:
        connection.close()
    except OSError:  # the server is gone; what it took it has
        return
