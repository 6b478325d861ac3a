"""Many models at once, against values worked out by hand and an independent reference."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gymlib.evaluation.ranking import Ranking, holm, rank
from gymlib.evaluation.significance import corrected_t_test


def test_ranks_with_a_tie():
    found = rank({"a": [80, 80, 70], "b": [90, 80, 75], "c": [60, 50, 40]})
    assert found.names == ["b", "a", "c"]
    # b is first, shares first and second with a, is first
    assert found.ranks == pytest.approx([(1 + 1.5 + 1) / 3, (2 + 1.5 + 2) / 3, 3])


def test_p_values_are_those_of_pairs_times_what_holm_says():
    scores = {"a": [80, 82, 79, 85], "b": [70, 75, 66, 74], "c": [69, 76, 67, 71]}
    found = rank(scores)
    values = {name: np.array(own, float) for name, own in scores.items()}
    raw = {
        pair: corrected_t_test(values[pair[0]] - values[pair[1]]).p_corrected
        for pair in ("ab", "ac", "bc")
    }
    smallest, second, largest = sorted(raw.values())
    at = {name: k for k, name in enumerate(found.names)}
    corrected = {pair: found.p[at[pair[0]], at[pair[1]]] for pair in raw}
    expected = [3 * smallest, max(3 * smallest, 2 * second), max(2 * second, largest)]
    assert sorted(corrected.values()) == pytest.approx(expected)
    np.testing.assert_array_equal(found.p, found.p.T)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_by_its_definition(values):
    """A test is rejected at a level if all smaller ones are, each against level / (those left)."""
    p = np.array(values)
    corrected = holm(p)
    order = sorted(range(len(p)), key=lambda k: p[k])
    for level in (0.01, 0.05, 0.2):
        rejected = set()
        for place, k in enumerate(order):
            if p[k] * (len(p) - place) > level:
                break
            rejected.add(k)
        assert {k for k in range(len(p)) if corrected[k] <= level} == rejected


def test_rows_of_models_that_do_not_differ():
    p = np.eye(4)
    for a, b, value in ((0, 1, 0.9), (0, 2, 0.01), (0, 3, 0.01), (1, 2, 0.5), (1, 3, 0.3)):
        p[a, b] = p[b, a] = value
    p[2, 3] = p[3, 2] = 0.2
    found = Ranking(list("abcd"), np.arange(1.0, 5), p)
    assert found.groups() == [(0, 1), (1, 3)]
    p[1, 3] = p[3, 1] = 0.001
    assert found.groups() == [(0, 1), (1, 2), (2, 3)]
    assert Ranking(["a"], np.ones(1), np.eye(1)).groups() == []


def test_one_fold_tells_nothing_apart_and_nothing_alike():
    found = rank({"a": [80.0], "b": [70.0]})
    assert found.names == ["a", "b"] and np.isnan(found.p[0, 1]) and found.groups() == []
