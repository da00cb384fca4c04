"""The programme of 2020 on its first morning, and who decides."""

import pytest

from services.enums.people import Role
from tests.slate import factories as make


@pytest.fixture
def programme(db, clock):
    clock("2020-02-25 10:00")
    return make.programme_of_2020()


@pytest.fixture
def officer(db):
    return make.staff(Role.SLATE_OFFICER)


@pytest.fixture
def approver(db):
    return make.staff(Role.SLATE_APPROVER)


@pytest.fixture
def private_files(settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path)},
        }
    }
