"""Architectures are told apart in every figure."""

import pytest

from gymlib import models
from gymlib.evaluation import benchmark
from gymlib.plots.looks import look


def test_no_two_architectures_look_alike():
    looks = {name: look(name) for name in models.names()}
    seen = {(own["color"], own["marker"]) for own in looks.values()}
    assert len(seen) == len(looks) >= 14
    assert len({(own["color"], own["linestyle"]) for own in looks.values()}) == len(looks)


def test_those_of_every_report_differ_in_colour():
    assert len({look(name)["color"] for name in benchmark.FEW}) == len(benchmark.FEW)


def test_an_unknown_architecture_has_none():
    with pytest.raises(ValueError, match="no architecture is called 'mine'"):
        look("mine")
