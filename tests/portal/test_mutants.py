"""The list of `manage.py test --mutants`: every mutant can be put in, so that its end is the work of a test."""

import pytest

from tests.mutants import ROOT, known_apps, mutants

ALL = mutants()


@pytest.mark.parametrize("mutant", ALL, ids=[f"{one.app}: {one.breaks}" for one in ALL])
def test_a_mutant_can_be_put_in(mutant):
    """Its text is there once; what is rewritten takes its mutants along in the same commit."""
    assert mutant.complaint() == ""
    assert mutant.new != mutant.old
    if mutant.file.endswith(".py"):
        compile((ROOT / mutant.file).read_text().replace(mutant.old, mutant.new), mutant.file, "exec")


def test_there_are_many_of_every_app():
    count = {app: sum(one.app == app for one in ALL) for app in known_apps()}
    assert min(count.values()) >= 10, count
    assert len(ALL) >= 60
    assert len({(one.app, one.breaks) for one in ALL}) == len(ALL)
