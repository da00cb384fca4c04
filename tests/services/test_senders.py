"""Senders against a provider and a mail server on localhost: what arrives, and what each fault means."""

import datetime as dt
import email.policy
import json
import smtplib
import socket
from email.message import EmailMessage
from typing import Any

import httpx
import pytest
from aiosmtpd.controller import Controller
from django.utils import timezone

from services.actions.notices import dispatch_due, follow_deliveries, post, wish
from services.actions.notices.senders import Outcome, Outgoing, sender_for, solapi
from services.enums.notices import Channel
from services.models import Notice
from services.notices.messages import Message
from tests.services.provider import SECRET, Provider

MESSAGE = Message(
    "services/notices/sample", "무료 상담을 예약했습니다", "[김제시] 상담 예약 완료", "긴 글입니다.", "", "482-157"
)


def letter(pk: int = 1, **changes: object) -> Outgoing:
    facts: dict[str, Any] = {
        "pk": pk,
        "key": f"{pk}:booking:{pk}:confirmed",
        "kind": MESSAGE.kind,
        "channel": Channel.SMS,
        "to": f"+8210123456{pk:02d}",
        "title": MESSAGE.title,
        "text": MESSAGE.short,
        "posted_at": timezone.now(),
    }
    return Outgoing(**facts | changes)


@pytest.fixture
def provider(settings):
    running = Provider()
    settings.SMS_SENDER, settings.SOLAPI_URL = "solapi", running.url
    settings.SOLAPI_KEY, settings.SOLAPI_SECRET, settings.SMS_FROM = "KEY", SECRET, "063-540-3114"
    yield running
    running.stop()


@pytest.fixture
def sender(provider):
    return sender_for(Channel.SMS)


class TestSolapi:
    def test_a_text_arrives_signed_with_our_key(self, sender, provider):
        results = sender.send([letter()])
        (message,) = provider.registered.values()
        assert results[1].outcome == Outcome.ACCEPTED
        assert results[1].provider_id in provider.registered
        assert (message["to"], message["from"], message["type"]) == ("01012345601", "0635403114", "SMS")
        assert message["customFields"] == {"key": "1:booking:1:confirmed"}

    def test_a_long_text_has_a_subject_within_forty_bytes(self, sender, provider):
        sender.send([letter(channel=Channel.LMS, title="가" * 30)])
        (message,) = provider.registered.values()
        assert (message["type"], message["subject"]) == ("LMS", "가" * 20)

    @pytest.mark.parametrize("has_button", [True, False])
    def test_alimtalk_names_its_template_and_leaves_the_fallback_to_us(self, sender, provider, settings, has_button):
        settings.ALIMTALK_PROFILE, settings.ALIMTALK_TEMPLATES = "PF1", {MESSAGE.kind: "KA01"}
        settings.SITE_URL, settings.ALIMTALK_BUTTON = "https://portal.example", has_button
        sender.send([letter(channel=Channel.ALIMTALK)])
        (message,) = provider.registered.values()
        assert message["type"] == "ATA"
        address = "https://portal.example/my/"
        button = {"buttonType": "WL", "buttonName": "내 신청 확인", "linkMo": address, "linkPc": address}
        expected = {"pfId": "PF1", "templateId": "KA01", "disableSms": True}
        assert message["kakaoOptions"] == expected | ({"buttons": [button]} if has_button else {})

    @pytest.mark.parametrize(
        ("mood", "detail"),
        [
            ("down", "http 503"),
            ("hang up", "RemoteProtocolError"),
            ("html", "not json"),
            ("cut", "not json"),
            ("binary", "not json"),
            ("list", "not the protocol"),
            ("wrong types", "not named"),
            ("null", "not named"),
        ],
    )
    def test_an_answer_outside_the_protocol_means_later(self, sender, provider, mood, detail):
        provider.mood = mood
        result = sender.send([letter()])[1]
        assert (result.outcome, result.detail) == (Outcome.LATER, detail)

    def test_a_slow_provider_is_not_waited_for(self, sender, provider, monkeypatch):
        monkeypatch.setattr(solapi, "TIMEOUT", httpx.Timeout(0.2))
        provider.mood = "slow"
        result = sender.send([letter()])[1]
        assert (result.outcome, result.detail) == (Outcome.LATER, "timeout")

    def test_nobody_there_means_later(self, sender, settings):
        settings.SOLAPI_URL = "http://127.0.0.1:1"
        result = sender.send([letter()])[1]
        assert (result.outcome, result.detail) == (Outcome.LATER, "ConnectError")

    def test_a_wrong_secret_is_our_fault_not_the_message_s(self, sender, settings):
        settings.SOLAPI_SECRET = "wrong"
        result = sender.send([letter()])[1]
        assert (result.outcome, result.detail) == (Outcome.LATER, "http 403")

    @pytest.mark.parametrize(
        ("code", "outcome"),
        [("1060", Outcome.REJECTED), ("3010", Outcome.REJECTED), ("1030", Outcome.LATER), ("1024", Outcome.LATER)],
    )
    def test_part_of_a_batch_is_refused_and_the_rest_goes(self, sender, provider, code, outcome):
        provider.refuse["01012345602"] = code
        results = sender.send([letter(1), letter(2), letter(3)])
        assert [results[pk].outcome for pk in (1, 2, 3)] == [Outcome.ACCEPTED, outcome, Outcome.ACCEPTED]
        assert results[2].detail == code

    def test_one_malformed_message_does_not_take_its_neighbours_along(self, sender, provider):
        results = sender.send([letter(1), letter(2, text=""), letter(3), letter(4)])
        outcomes = [results[pk].outcome for pk in (1, 2, 3, 4)]
        assert outcomes == [Outcome.ACCEPTED, Outcome.REJECTED, Outcome.ACCEPTED, Outcome.ACCEPTED]

    def test_a_message_whose_answer_was_lost_is_not_sent_twice(self, sender, provider):
        provider.mood = "lost answer"
        assert sender.send([letter()])[1].outcome == Outcome.LATER
        provider.mood = "ok"
        again = sender.send([letter(is_repeat=True)])[1]
        assert again.outcome == Outcome.ACCEPTED
        assert provider.keys() == ["1:booking:1:confirmed"]

    def test_a_repeat_the_provider_never_had_is_sent(self, sender, provider):
        assert sender.send([letter(is_repeat=True)])[1].outcome == Outcome.ACCEPTED
        assert len(provider.registered) == 1

    def test_while_nobody_knows_whether_it_arrived_a_repeat_waits(self, sender, provider):
        provider.mood = "html"
        assert sender.send([letter(is_repeat=True)])[1].detail == "not json"
        assert [method for method, _path in provider.requests] == ["GET"]

    def test_what_became_of_accepted_messages(self, sender, provider):
        ids = [sender.send([letter(pk)])[pk].provider_id for pk in (1, 2, 3)]
        provider.registered[ids[0]]["statusCode"] = "4000"
        provider.registered[ids[1]]["statusCode"] = "3043"
        outcomes = sender.outcomes(ids)
        assert {key: result.outcome for key, result in outcomes.items()} == {
            ids[0]: Outcome.DELIVERED,
            ids[1]: Outcome.REJECTED,
        }
        provider.mood = "binary"
        assert sender.outcomes(ids) == {}


def test_from_post_to_delivery_through_the_provider(provider, make_resident, clock):
    clock("2026-11-20 10:00")
    post(MESSAGE, once_key="booking:1:confirmed", resident=make_resident())
    provider.mood = "lost answer"
    assert dispatch_due() == 0
    provider.mood = "ok"
    clock("2026-11-20 10:05")
    assert dispatch_due() == 1
    assert len(provider.registered) == 1
    for message in provider.registered.values():
        message["statusCode"] = "4000"
    clock("2026-11-20 10:07")
    assert follow_deliveries() == 1
    notice = Notice.objects.get()
    assert (notice.state, notice.attempts_made) == ("delivered", 2)


def test_no_trace_of_number_or_text_in_an_attempt_or_a_log(provider, make_resident, clock, caplog):
    clock("2026-11-20 10:00")
    notice = post(MESSAGE, once_key="a", resident=make_resident())
    provider.mood = "html"
    dispatch_due()
    provider.mood, provider.refuse["01012345678"] = "ok", "3010"
    clock("2026-11-20 10:05")
    dispatch_due()
    assert [method for method, _path in provider.requests] == ["POST", "GET"]  # the html hid that it arrived
    traces = " ".join(notice.attempts.values_list("detail", flat=True)) + caplog.text
    assert "1012345678" not in traces
    assert MESSAGE.short not in traces


class Mailbox:
    """An SMTP server that keeps what it gets and refuses whom it is told to."""

    def __init__(self) -> None:
        self.mails: list[tuple[list[str], bytes]] = []
        self.refuse: dict[str, str] = {}

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):  # noqa: N802
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.mails.append((envelope.rcpt_tos, envelope.content))
        return "250 OK"


@pytest.fixture
def mailbox(settings):
    box = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_TIMEOUT = 2
    yield box
    controller.stop()


class TestMail:
    def test_a_mail_carries_title_number_text_and_footer(self, mailbox, make_resident, clock):
        clock("2026-11-20 10:00")
        resident = make_resident()
        wish(resident.pk, by=resident.actor, email="kim@example.com")
        post(MESSAGE, once_key="a", resident=resident)
        dispatch_due()
        ((recipients, content),) = mailbox.mails
        mail = email.message_from_bytes(content, _class=EmailMessage, policy=email.policy.default)
        text = mail.get_content()
        assert recipients == ["kim@example.com"]
        assert mail["Subject"].strip() == "[김제시] 무료 상담을 예약했습니다 (482-157)"
        assert text.startswith("긴 글입니다.")
        assert "비밀번호, 인증번호, 계좌번호를 묻지 않습니다." in text
        assert "http" not in text

    @pytest.mark.parametrize(
        ("answer", "outcome"), [("550 no such user", Outcome.REJECTED), ("451 later", Outcome.LATER)]
    )
    def test_one_refused_address_does_not_stop_the_others(self, mailbox, answer, outcome):
        mailbox.refuse["b@example.com"] = answer
        batch = [letter(n, channel=Channel.EMAIL, to=f"{name}@example.com") for n, name in enumerate("abc", 1)]
        results = sender_for(Channel.EMAIL).send(batch)
        assert [results[pk].outcome for pk in (1, 2, 3)] == [Outcome.ACCEPTED, outcome, Outcome.ACCEPTED]

    def test_a_title_with_a_line_break_cannot_add_headers(self, mailbox):
        bad = letter(channel=Channel.EMAIL, to="a@example.com", title="제목\nBcc: x@example.com")
        assert sender_for(Channel.EMAIL).send([bad])[1].outcome == Outcome.REJECTED
        assert mailbox.mails == []

    def test_no_server_means_later(self, settings):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
        result = sender_for(Channel.EMAIL).send([letter(channel=Channel.EMAIL, to="a@example.com")])[1]
        assert (result.outcome, result.detail) == (Outcome.LATER, "ConnectionRefusedError")

    def test_a_server_that_drops_the_line_means_later_for_the_rest(self, mailbox, monkeypatch):
        def fall(*args: object, **kwargs: object) -> None:
            raise smtplib.SMTPServerDisconnected("gone")

        monkeypatch.setattr(smtplib.SMTP, "sendmail", fall)
        batch = [letter(n, channel=Channel.EMAIL, to="a@example.com") for n in (1, 2)]
        results = sender_for(Channel.EMAIL).send(batch)
        assert {result.outcome for result in results.values()} == {Outcome.LATER}


class TestLocal:
    def test_the_file_is_readable_by_nobody_else(self, settings, tmp_path, clock):
        clock("2026-11-20 10:00")
        settings.SMS_SENDER, settings.DATA_DIR = "file", tmp_path
        assert sender_for(Channel.SMS).send([letter()])[1].outcome == Outcome.ACCEPTED
        path = tmp_path / "notices" / "2026-11-20.jsonl"
        assert json.loads(path.read_text())["text"] == MESSAGE.short
        assert path.stat().st_mode & 0o077 == 0

    @pytest.mark.parametrize(("is_demo", "shown"), [(True, MESSAGE.short), (False, "자)")])
    def test_the_screen_shows_the_text_only_in_a_demonstration(self, settings, capsys, is_demo, shown):
        settings.SMS_SENDER, settings.DEMO = "console", is_demo
        sender_for(Channel.SMS).send([letter()])
        out = capsys.readouterr().out
        assert shown in out
        assert "12345601" not in out


def test_a_day_s_waits_are_bounded():
    assert dt.timedelta(seconds=solapi.LOOK_UP_SECONDS) + dt.timedelta(seconds=13) < dt.timedelta(seconds=90)
