"""Scores of segments and of probabilities, against definitions written out and cases on paper."""

from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gymlib.evaluation.metrics import calibration, segment
from gymlib.labels import UNLABELED_CODE

IDLE, TAKEOFF, SKILL, LANDING = range(4)


def runs(*pairs):
    """Codes from pairs of a label and its number of frames."""
    return np.concatenate([np.full(frames, label, np.int8) for label, frames in pairs])


def cut(lengths, labels, frames):
    """As many labels as ``frames``, in runs; the last one is stretched."""
    codes = np.repeat(np.array(labels, np.int8), lengths[: len(labels)])[:frames]
    return np.concatenate([codes, np.full(frames - len(codes), labels[-1], np.int8)])


def sequences(lowest=0):
    """Codes of few segments, as labels and predictions have."""
    count = st.integers(1, 8)
    return lambda frames: count.flatmap(
        lambda n: st.tuples(
            st.lists(st.integers(1, 9), min_size=n, max_size=n),
            st.lists(st.integers(lowest, 3), min_size=n, max_size=n),
        )
    ).map(lambda drawn: cut(*drawn, frames))


def pairs(lowest=0):
    """True labels, from ``lowest`` on, and predictions for the same frames."""
    return st.integers(1, 40).flatmap(
        lambda frames: st.tuples(sequences(lowest)(frames), sequences()(frames))
    )


PLAIN = runs((IDLE, 10), (TAKEOFF, 5), (SKILL, 20), (LANDING, 5), (IDLE, 10))


# An independent statement of the definitions, on lists of frames.


def as_sets(codes):
    """(label, set of its frames) of every segment, Unlabeled ones left out."""
    found = []
    for frame, code in enumerate(codes):
        if frame and code == codes[frame - 1]:
            found[-1][1].add(frame)
        else:
            found.append((int(code), {frame}))
    return [one for one in found if one[0] != UNLABELED_CODE]


def both(true, predicted):
    masked = [-1 if t == -1 else p for t, p in zip(true, predicted)]
    return as_sets(true), as_sets(masked)


def distance(ours, theirs):
    """Levenshtein's, by its recursive definition."""

    @cache
    def of(i, j):
        if i == 0 or j == 0:
            return i + j
        same = of(i - 1, j - 1) + (ours[i - 1] != theirs[j - 1])
        return min(same, of(i - 1, j) + 1, of(i, j - 1) + 1)

    return of(len(ours), len(theirs))


def counted(true, predicted, overlap):
    """True positives, false positives and false negatives as the published evaluation has them."""
    there, found = both(true, predicted)
    free, hits, wrong = [True] * len(there), 0, 0
    for label, frames in found:
        shares = [
            len(frames & others) / len(frames | others) if label == other else 0
            for other, others in there
        ]
        best = max(range(len(there)), key=lambda k: shares[k])  # the first of equals
        if shares[best] >= overlap and free[best]:
            hits, free[best] = hits + 1, False
        else:
            wrong += 1
    return hits, wrong, sum(free)


# Edit score


def test_edit_score_on_paper():
    assert segment.edit_score(PLAIN, PLAIN) == 1
    late = runs((IDLE, 14), (TAKEOFF, 4), (SKILL, 21), (LANDING, 1), (IDLE, 10))
    assert segment.edit_score(PLAIN, late) == 1  # where the borders are does not matter
    missing = runs((IDLE, 10), (SKILL, 25), (LANDING, 5), (IDLE, 10))
    assert segment.edit_score(PLAIN, missing) == pytest.approx(1 - 1 / 5)
    flicker = runs((IDLE, 10), (TAKEOFF, 5), (SKILL, 9), (LANDING, 1), (SKILL, 10), (LANDING, 5),
                   (IDLE, 10))  # fmt: skip
    assert segment.edit_score(PLAIN, flicker) == pytest.approx(1 - 2 / 7)  # of the longer
    assert segment.edit_score(PLAIN, np.full(50, SKILL, np.int8)) == pytest.approx(1 - 4 / 5)
    assert segment.edit_score(runs((IDLE, 3)), runs((SKILL, 3))) == 0


@pytest.mark.slow
@given(pairs(lowest=-1))
def test_edit_score_is_the_definition(pair):
    there, found = ([label for label, _ in side] for side in both(*pair))
    longer = max(len(there), len(found))
    expected = 1 - distance(tuple(there), tuple(found)) / longer if longer else 1
    assert segment.edit_score(*pair) == pytest.approx(expected)


@pytest.mark.slow
@given(pairs(), st.permutations(range(4)))
def test_edit_score_does_not_care_which_side_is_true_nor_what_classes_are_called(pair, names):
    score = segment.edit_score(*pair)
    assert 0 <= score <= 1
    assert segment.edit_score(*reversed(pair)) == score
    assert segment.edit_score(*(np.array(names, np.int8)[codes] for codes in pair)) == score


# F1 at an overlap


def test_f1_on_paper():
    late = runs((IDLE, 12), (TAKEOFF, 5), (SKILL, 18), (LANDING, 5), (IDLE, 10))
    # idle 10/12, take-off 3/7, skill 18/20, landing 5/5, idle 10/10
    assert segment.f1_at(PLAIN, late, 0.4) == (5, 0, 0)
    assert segment.f1_at(PLAIN, late, 0.5) == (4, 1, 1)
    assert segment.f1_at(PLAIN, late, 0.9) == (3, 2, 2)
    assert segment.f1_at(PLAIN, late, 0.5).f1 == pytest.approx(8 / 10)


def test_two_halves_of_a_segment_are_one_hit_and_one_too_many():
    true = runs((SKILL, 10))
    halves = runs((SKILL, 5), (IDLE, 1), (SKILL, 4))
    assert segment.f1_at(true, halves, 0.25) == (1, 2, 0)


def test_a_segment_that_is_taken_is_not_replaced_by_the_next_best():
    """The second predicted skill overlaps the first true one most, which is taken by then."""
    true = runs((SKILL, 12), (IDLE, 1), (SKILL, 3), (IDLE, 4))
    predicted = runs((SKILL, 5), (IDLE, 1), (SKILL, 10), (IDLE, 4))
    # 5/12 with the first; then 6/16 with the first against 3/10 with the second
    assert segment.f1_at(true, predicted, 0.3) == (2, 2, 2)
    assert counted(true, predicted, 0.3) == (2, 2, 2)


@pytest.mark.slow
@pytest.mark.parametrize("overlap", [0.1, 0.25, 0.5, 1.0])
@given(pair=pairs(lowest=-1))
def test_f1_counts_are_the_published_ones(overlap, pair):
    assume((pair[0] != UNLABELED_CODE).any())
    assert segment.f1_at(*pair, overlap) == counted(*pair, overlap)


@pytest.mark.slow
@given(pairs(lowest=-1))
def test_less_overlap_never_finds_fewer(pair):
    hits = [segment.f1_at(*pair, overlap).true_positive for overlap in (0.1, 0.25, 0.5, 0.75)]
    assert hits == sorted(hits, reverse=True)


@pytest.mark.slow
@given(sequences()(30), sequences(-1)(30))
def test_right_everywhere_is_1_whatever_is_said_in_unlabelled_frames(labels, holes):
    true = np.where(holes == UNLABELED_CODE, UNLABELED_CODE, labels)
    assume((true != UNLABELED_CODE).any())
    for predicted in (labels, np.where(true == UNLABELED_CODE, SKILL, labels)):
        assert segment.edit_score(true, predicted) == 1
        assert segment.f1_at(true, predicted, 1.0).f1 == 1


def test_counts_are_summed_over_clips():
    one, other = segment.SegmentCounts(4, 1, 1), segment.SegmentCounts(2, 0, 3)
    total = segment.SegmentCounts(*np.sum([one, other], axis=0))
    assert total == (6, 1, 4) and total.f1 == pytest.approx(12 / 17)
    assert np.isnan(segment.SegmentCounts(0, 0, 0).f1)


def test_nothing_labelled():
    nothing = np.full(4, UNLABELED_CODE, np.int8)
    for true in (nothing, nothing[:0]):
        predicted = np.zeros(len(true), np.int8)
        assert segment.edit_score(true, predicted) == 1
        assert segment.f1_at(true, predicted, 0.5) == (0, 0, 0)
        assert all(len(e.offsets) == e.missed == 0
                   for e in segment.border_errors(true, predicted).values())  # fmt: skip


# Borders


def test_border_errors_on_paper():
    predicted = runs((IDLE, 7), (TAKEOFF, 8), (SKILL, 24), (IDLE, 11))
    found = segment.border_errors(PLAIN, predicted)
    assert list(found) == ["idle to take-off", "take-off to skill", "skill to landing",
                           "landing to idle"]  # fmt: skip
    offsets = [(e.offsets.tolist(), e.missed) for e in found.values()]
    assert offsets == [([-3], 0), ([0], 0), ([], 1), ([], 1)]


def test_the_nearest_border_counts_and_the_earlier_of_two_as_near():
    true = runs((IDLE, 10), (TAKEOFF, 20))
    near = runs((IDLE, 2), (TAKEOFF, 4), (IDLE, 5), (TAKEOFF, 19))  # borders at 2 and 11
    assert segment.border_errors(true, near)["idle to take-off"].offsets.tolist() == [1]
    even = runs((IDLE, 8), (TAKEOFF, 2), (IDLE, 2), (TAKEOFF, 18))  # at 8 and 12
    assert segment.border_errors(true, even)["idle to take-off"].offsets.tolist() == [-2]


def test_borders_next_to_unlabelled_frames_do_not_count():
    true = PLAIN.copy()
    true[10] = UNLABELED_CODE  # the first frame of take-off
    true[33] = UNLABELED_CODE  # within the skill, not next to a border
    found = segment.border_errors(true, PLAIN)
    assert found["idle to take-off"].offsets.tolist() == []
    assert found["idle to take-off"].missed == 0
    assert found["skill to landing"].offsets.tolist() == [0]
    shifted = segment.border_errors(true, np.roll(PLAIN, 2))  # take-off is predicted from 12 on
    assert shifted["take-off to skill"].offsets.tolist() == [2]


@given(st.integers(-4, 4))
def test_a_shift_is_what_the_borders_are_late_by(shift):
    predicted = np.roll(PLAIN, shift)  # idle at both ends
    for errors in segment.border_errors(PLAIN, predicted).values():
        assert errors.offsets.tolist() == [shift] and errors.missed == 0


@pytest.mark.slow
@given(pairs(lowest=-1))
def test_every_true_border_is_found_or_missed(pair):
    true, _ = pair
    for name, errors in segment.border_errors(*pair).items():
        before, after = segment.BORDERS[name]
        there = sum(a == before and b == after for a, b in pairwise(true))
        assert len(errors.offsets) + errors.missed == there
        assert errors.missed in (0, there)


@pytest.mark.parametrize(
    "score",
    [
        segment.edit_score,
        segment.border_errors,
        lambda true, predicted: segment.f1_at(true, predicted, 0.5),
    ],
)
def test_bad_labels_are_refused(score):
    with pytest.raises(ValueError, match="as many predictions as labels, 2, found 1"):
        score(np.array([0, 1]), np.array([0]))
    with pytest.raises(ValueError, match="true labels must be -1 to 3, found"):
        score(np.array([0, 4]), np.array([0, 1]))
    with pytest.raises(ValueError, match="predicted labels must be 0 to 3, found"):
        score(np.array([0, 1]), np.array([0, -1]))


@pytest.mark.parametrize("overlap", [0, -0.5, 1.5])
def test_an_overlap_is_a_share(overlap):
    with pytest.raises(ValueError, match="overlap must be above 0, at most 1, found"):
        segment.f1_at(PLAIN, PLAIN, overlap)


# Calibration


def drawn(frames, seed, temperature=1.0):
    """Log-probabilities, and labels drawn from them at another temperature."""
    rng = np.random.default_rng(seed)
    values = calibration.at_temperature(rng.normal(0, 2, (frames, 4)), 1.0)
    chances = np.exp(calibration.at_temperature(values, temperature)).cumsum(axis=1)
    return values, (rng.random((frames, 1)) > chances).sum(axis=1).clip(max=3)


def test_calibration_on_paper():
    probabilities = np.array([[0.8, 0.2, 0, 0]] * 4 + [[0, 0, 0.5, 0.5]] * 2 + [[0, 1, 0, 0]])
    labels = np.array([0, 0, 0, 1, 2, 3, 1])
    found = calibration.calibration(probabilities, labels, bins=5)
    assert found.frames.tolist() == [0, 0, 2, 4, 1]  # 0.8 is the upper end of the fourth bin
    np.testing.assert_allclose(found.confidence[2:], [0.5, 0.8, 1])
    np.testing.assert_allclose(found.accuracy[2:], [0.5, 0.75, 1])
    assert np.isnan(found.accuracy[:2]).all()
    assert found.error == pytest.approx(4 / 7 * 0.05)


@given(st.integers(1, 60), st.integers(0, 99), st.integers(1, 20))
def test_calibration_error_is_the_definition(frames, seed, bins):
    values, labels = drawn(frames, seed)
    probabilities = np.exp(values)
    expected = 0.0
    for m in range(1, bins + 1):
        inside = [k for k in range(frames) if (m - 1) / bins < probabilities[k].max() <= m / bins]
        if inside:
            right = np.mean([probabilities[k].argmax() == labels[k] for k in inside])
            sure = np.mean([probabilities[k].max() for k in inside])
            expected += len(inside) / frames * abs(right - sure)
    assert calibration.calibration(probabilities, labels, bins).error == pytest.approx(expected)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.5])
def test_the_temperature_at_which_labels_were_drawn_is_found(temperature):
    values, labels = drawn(20_000, 0, temperature)
    found = calibration.fit_temperature(values, labels)
    assert found == pytest.approx(temperature, rel=0.05)
    before, after = (
        calibration.calibration(np.exp(calibration.at_temperature(values, t)), labels).error
        for t in (1.0, found)
    )
    assert after < 0.02 and after <= before + 0.005


def test_a_temperature_on_paper():
    """Always e to 1 for one class of two, right three times in four: 3 to 1 is right."""
    values = np.tile([[0.0, -1.0, -60.0, -60.0]], (4, 1))
    found = calibration.fit_temperature(values, np.array([0, 0, 0, 1]))
    assert found == pytest.approx(1 / np.log(3), rel=1e-4)


@pytest.mark.slow
@given(st.integers(2, 40), st.integers(0, 99))
def test_no_temperature_near_it_is_likelier(frames, seed):
    values, labels = drawn(frames, seed)
    found = calibration.fit_temperature(values, labels)

    def surprise(t):
        return -calibration.at_temperature(values, t)[np.arange(frames), labels].mean()

    lowest, highest = calibration.TEMPERATURES  # where a model that is always right ends
    others = max(found * 0.9, lowest), min(found * 1.1, highest)
    assert surprise(found) <= min(map(surprise, others)) + 1e-6
    answers = calibration.at_temperature(values, found).argmax(axis=1)
    np.testing.assert_array_equal(answers, values.argmax(axis=1))


def test_frames_without_a_label_say_nothing_of_calibration():
    values, labels = drawn(50, 1)
    holes = labels.copy()
    holes[::3] = UNLABELED_CODE
    kept = holes != UNLABELED_CODE
    assert calibration.fit_temperature(values, holes) == calibration.fit_temperature(
        values[kept], labels[kept]
    )
    found = calibration.calibration(np.exp(values), holes)
    assert found.frames.sum() == kept.sum()
    assert found.error == calibration.calibration(np.exp(values[kept]), labels[kept]).error
    nothing = np.full(50, UNLABELED_CODE)
    assert np.isnan(calibration.calibration(np.exp(values), nothing).error)
    with pytest.raises(ValueError, match="a temperature needs labelled frames, found none"):
        calibration.fit_temperature(values, nothing)


def test_what_cannot_be_calibrated_is_refused():
    values, labels = drawn(5, 0)
    with pytest.raises(ValueError, match="expected probabilities, which sum to 1"):
        calibration.calibration(values, labels)
    with pytest.raises(ValueError, match="log-probabilities must be finite"):
        calibration.fit_temperature(np.where(values < -3, -np.inf, values), labels)
    with pytest.raises(ValueError, match=r"expected 4 values for each of 3 labels, found shape"):
        calibration.calibration(np.exp(values), labels[:3])
    with pytest.raises(ValueError, match="labels must be -1 to 3, found"):
        calibration.fit_temperature(values, labels + 3)
