"""Every component once, as an engineer would write it: for tests and for looking at."""

from pathlib import Path

from django import forms
from django.core.paginator import Paginator

from services.forms.widgets import DatePartsField, RadioCards

HEAD = '{% extends "base.html" %}{% block title %}부품{% endblock %}{% block main %}<h1>부품</h1>'
STAFF_HEAD = '{% extends "staff_base.html" %}{% block title %}부품{% endblock %}{% block main %}<h1>부품</h1>'
TAIL = "{% endblock %}"

BODY = (Path(__file__).parent / "showcase.html").read_text(encoding="utf-8")


class EveryField(forms.Form):
    """One field of each kind."""

    kind = forms.ChoiceField(
        label="어떤 상담을 받으시겠어요?",
        choices=[("tax", "세금"), ("law", "생활 법률"), ("full", "오후 3시 20분, 마감")],
        widget=RadioCards(hints={"tax": "상속세, 증여세 등. 세무사가 상담합니다."}, closed={"full"}),
        error_messages={"required": "상담 종류를 아직 고르지 않으셨습니다. 하나를 골라 주세요."},
    )
    name = forms.CharField(label="이름", error_messages={"required": "이름이 비어 있습니다. 이름을 적어 주세요."})
    phone = forms.CharField(
        label="휴대전화 번호",
        help_text="010-1234-5678처럼 적어 주세요.",
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
    )
    born_on = DatePartsField(label="태어난 날", is_birthday=True)
    township = forms.ChoiceField(label="읍·면·동", choices=[("", "골라 주세요"), ("1", "만경읍")])
    story = forms.CharField(
        label="하고 싶은 말", required=False, widget=forms.Textarea(attrs={"data-counter": "500", "rows": 4})
    )
    needs = forms.MultipleChoiceField(
        label="필요한 도움",
        required=False,
        choices=[("sign", "수어"), ("ramp", "휠체어")],
        widget=forms.CheckboxSelectMultiple,
    )
    photo = forms.FileField(label="사진", required=False)
    agreed = forms.BooleanField(label="동의합니다")


class SmallForm(forms.Form):
    """A plain form."""

    reference = forms.CharField(label="접수번호")


class FilterForm(forms.Form):
    """Conditions above a list."""

    state = forms.ChoiceField(label="상태", required=False, choices=[("", "모두"), ("1", "접수")])
    words = forms.CharField(label="번호·이름", required=False)


def context(*, faults: bool = False) -> dict:
    cell_badge = {"badge": {"label": "보완 중", "tone": "warn"}}
    return {
        "form": EveryField({"kind": "", "born_on_year": "1945", "born_on_month": "2", "born_on_day": "30"})
        if faults
        else EveryField(initial={"kind": "tax"}),
        "small": SmallForm(prefix="small"),
        "filter": FilterForm(prefix="filter"),
        "links": [{"label": "언제든 질문하기", "url": "/ask/"}],
        "lines": ["석면이 든 슬레이트 지붕을 걷어내는 비용을 시가 지원합니다."],
        "rows": [
            {"label": "상담", "value": "세금", "url": "/edit/"},
            {"label": "필요한 도움", "parts": ["수어", "휠체어"], "url": "/edit/"},
            {"label": "상태", "badge": {"label": "예약됨", "tone": "info"}},
        ],
        "steps": [
            {"label": "신청을 접수했습니다", "state": "done", "when": "3월 2일 월요일"},
            {"label": "자격을 확인하고 있습니다", "state": "current", "text": "3월 13일 금요일까지 답해드립니다."},
            {"label": "지원 결정", "state": "todo"},
        ],
        "badges": [
            {"label": "정보", "tone": "info"},
            {"label": "진행", "tone": "progress"},
            {"label": "주의", "tone": "warn"},
            {"label": "좋음", "tone": "good"},
            {"label": "멈춤", "tone": "idle"},
            {"label": "위험", "tone": "danger"},
        ],
        "notes": [
            {"tone": "info", "title": "", "text": "다음 무료 상담은 11월 23일 월요일 오후 3시부터 5시까지입니다."},
            {"tone": "good", "title": "", "text": "저장했습니다."},
            {"tone": "warn", "title": "곧 마감합니다", "text": "4월 10일 금요일까지 내 주세요."},
            {"tone": "danger", "title": "걷어내지 마세요", "text": "석면은 허가받은 업체만 걷어낼 수 있습니다."},
        ],
        "columns": [
            {"label": "접수번호", "url": "?sort=number", "sort": "번호로 차례 바꾸기"},
            {"label": "신청인"},
            {"label": "면적(m²)", "number": True},
            {"label": "메모", "less": True},
            {"label": "상태"},
        ],
        "cells": [
            [{"text": "2020-SL-0412", "url": "/case/"}, "김*경", "92.4", "–", cell_badge],
            [{"text": "2020-SL-0411", "url": "/case/"}, "이*월", "148.0", "–", cell_badge],
        ],
        "foot": ["합계", "", "240.4", "", ""],
        "page": Paginator(range(480), 20).page(4),
        "labels": [f"{month}월" for month in range(1, 13)],
        "series": [
            {
                "label": "잰 값",
                "values": [7010, 8200, 10912, 12400, 13274, 12699, 10900, 11020, 10200, 9800, 7600, None],
            },
            {"label": "기준", "values": [7200] * 12, "notes": ["어림값"] * 12},
        ],
    }
