"""The most probable possible order, against all orders counted out."""

import itertools
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gymlib.evaluation import decoding
from gymlib.evaluation.decoding import FOLLOWERS, Decoder, decode, learn
from gymlib.labels import IDLE, LANDING, SKILL, TAKEOFF, segments

CLIPS = [np.repeat([0, 1, 2, 3, 0], [9, 3, 2, 4, 6]), np.repeat([1, 2, 3, 1, 2], [2, 2, 1, 3, 2])]


def possible(codes) -> bool:
    pairs = itertools.pairwise(s.label for s in segments(codes))
    return all(after in FOLLOWERS[before] for before, after in pairs)


def score(codes, probabilities, decoder: Decoder) -> float:
    """The logarithm of what is maximised, segment by segment."""
    exact, least = decoding.durations(decoder, len(codes))
    found, value = segments(codes), 0.0
    for k, (start, end, label) in enumerate(found):
        cut = start == 0 or end == len(codes) - 1
        value += (least if cut else exact)[end - start + 1, label]
        value += decoder.follow[found[k - 1].label, label] if k else decoder.first[label]
    seen = np.log(np.clip(probabilities, 1e-6, 1))[np.arange(len(codes)), codes]
    return value + decoder.weight * float(np.nan_to_num(seen).sum())


chances = arrays(float, st.tuples(st.integers(1, 5), st.just(4)), elements=st.floats(0.01, 1))


@pytest.mark.slow
@settings(max_examples=40)  # each counts out up to a thousand orders
@given(chances, st.sampled_from([0.3, 1.0]))
def test_no_order_is_better(weights, weight):
    probabilities = weights / weights.sum(axis=1, keepdims=True)
    decoder = learn(CLIPS, weight)
    found = decode(probabilities, decoder)
    assert possible(found)
    every = map(np.array, itertools.product(range(4), repeat=len(weights)))
    best = max(score(codes, probabilities, decoder) for codes in every if possible(codes))
    assert score(found, probabilities, decoder) == pytest.approx(best)


@pytest.mark.slow
@given(arrays(float, st.tuples(st.integers(1, 60), st.just(4)), elements=st.floats(0, 1)))
def test_every_answer_is_possible(probabilities):
    found = decode(probabilities, learn(CLIPS))
    assert len(found) == len(probabilities) and possible(found)


def test_what_labels_say_of_order_and_duration():
    decoder = learn(CLIPS)
    # begun with idle and with take-off once each, and each of four labels half a time more
    assert np.exp(decoder.first) == pytest.approx([1.5 / 4, 1.5 / 4, 0.5 / 4, 0.5 / 4])
    # after landing: idle once, take-off once; after skill: landing twice of three ways
    assert np.exp(decoder.follow[LANDING]) == pytest.approx([0.5, 0.5, 0, 0])
    assert np.exp(decoder.follow[SKILL]) == pytest.approx([0.5 / 3.5, 0.5 / 3.5, 0, 2.5 / 3.5])
    assert np.exp(decoder.follow[IDLE]) == pytest.approx([0, 1, 0, 0])
    # take-offs of 3, 2 (cut at the beginning) and 3: fewer than five, so all of them count
    assert decoder.median[TAKEOFF] == pytest.approx(np.exp(np.log([3, 2, 3]).mean()))
    assert decoder.spread[TAKEOFF] == decoding.NARROWEST


def test_durations_are_those_of_the_law():
    decoder = learn(CLIPS)
    exact, least = decoding.durations(decoder, 400)
    assert np.exp(exact).sum(axis=0) == pytest.approx(np.ones(4), abs=1e-3)
    counted = np.exp(exact)[::-1].cumsum(axis=0)[::-1]  # lasting n or more
    assert np.exp(least)[1:20] == pytest.approx(counted[1:20], abs=1e-3)


def test_flicker_goes_and_a_clear_order_stays():
    codes = np.repeat([0, 1, 2, 3], [12, 4, 3, 9])
    clear = np.full((len(codes), 4), 0.02)
    clear[np.arange(len(codes)), codes] = 0.94
    decoder = learn(CLIPS)
    np.testing.assert_array_equal(decode(clear, decoder), codes)
    clear[5] = 0.1, 0.1, 0.7, 0.1  # one frame of skill in the middle of idle
    clear[22] = np.nan  # and one without a pose
    np.testing.assert_array_equal(decode(clear, decoder), codes)


def test_unlabelled_frames_tell_nothing():
    clip = np.repeat([0, -1, 2, 3], [5, 2, 4, 6])
    whole = learn([*CLIPS, clip])
    cut = learn([*CLIPS, clip[:5], clip[7:]])
    np.testing.assert_allclose(whole.follow, cut.follow)
    np.testing.assert_allclose(whole.median, cut.median)
    with pytest.raises(ValueError, match="no segment of skill; a decoder needs at least one"):
        learn([np.repeat([0, 1, 3], 4)])


def test_an_empty_clip():
    assert decode(np.zeros((0, 4)), learn(CLIPS)).shape == (0,)


def test_a_decoder_survives_json():
    taught = decoding.learn([np.repeat([0, 1, 2, 3, 0], [4, 9, 7, 5, 3])] * 6, weight=0.5)
    text = json.dumps(taught.to_dict(), allow_nan=False)
    again = decoding.Decoder.from_dict(json.loads(text))
    for name, value in vars(taught).items():
        np.testing.assert_allclose(getattr(again, name), value)
