"""Three simulated annotators disagree as people do."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from gymlib.labels import IDLE, LANDING, SKILL, TAKEOFF, segments
from gymlib.simulation.annotators import ANNOTATORS, annotate
from gymlib.simulation.clip import simulate
from gymlib.simulation.motion.truth import FAKE, STEP, WHEEL, Motion
from gymlib.simulation.plan import plan

PHASES = np.repeat([IDLE, TAKEOFF, SKILL, LANDING, IDLE], [20, 25, 15, 30, 10]).astype(np.int8)


def motion(phases=PHASES, doubt=None, slow=1.0):
    frames = len(phases)
    return Motion(
        joints=np.zeros((frames, 33, 3)), phases=phases, contacts=np.zeros((frames, 4), dtype=bool),
        airborne=phases == SKILL, surface=np.zeros(frames),
        doubt=np.zeros(frames, dtype=np.int8) if doubt is None else doubt, fps=30.0, slow=slow,
        skill="back somersault", shape="tucked", entry="standing", landing="stick",
    )  # fmt: skip


def votes(clip, count=200):
    return np.stack([annotate(clip, np.random.default_rng(seed)) for seed in range(count)])


def test_three_annotators_label_every_frame():
    labels = annotate(motion(), np.random.default_rng(0))
    assert labels.shape == (len(ANNOTATORS), len(PHASES)) and labels.dtype == np.int8
    assert set(np.unique(labels)) <= {0, 1, 2, 3}


def test_without_doubt_they_differ_only_near_borders():
    borders = np.array([run.start for run in segments(PHASES)[1:]])
    wrong = (votes(motion()) != PHASES).any(axis=(0, 1))
    far = np.abs(np.arange(len(PHASES))[:, None] - borders).min(axis=1) > 9
    assert not wrong[far].any()
    assert wrong[~far].any()


def test_contacts_are_seen_more_sharply_than_beginnings():
    seen = votes(motion())
    share = lambda first, last: (seen[:, :, first:last] != PHASES[first:last]).mean()  # noqa: E731
    assert share(87, 93) > 2 * share(57, 63)  # the landing's end against its begin


@pytest.mark.parametrize(
    ("doubt", "first", "last", "readings"),
    [(WHEEL, 20, 35, {IDLE, TAKEOFF, SKILL}), (STEP, 65, 80, {IDLE, LANDING}),
     (FAKE, 0, 12, {IDLE, TAKEOFF})],
)  # fmt: skip
def test_doubtful_parts_are_read_in_different_ways(doubt, first, last, readings):
    marks = np.zeros(len(PHASES), dtype=np.int8)
    marks[first:last] = doubt
    middle = votes(motion(doubt=marks))[:, :, (first + last) // 2]
    assert set(np.unique(middle)) == readings
    three = np.mean([len(set(frame)) == 3 for frame in middle])
    assert (three > 0.03) == (len(readings) == 3)


def test_what_flies_is_never_in_doubt():
    marks = np.full(len(PHASES), WHEEL, dtype=np.int8)
    assert (votes(motion(doubt=marks), 20)[:, :, 52] == SKILL).all()


def test_same_seed_same_labels():
    first, second = (annotate(motion(), np.random.default_rng(5)) for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_a_clip_of_one_phase_has_no_border_to_move():
    still = motion(np.zeros(30, dtype=np.int8))
    assert (annotate(still, np.random.default_rng(0)) == IDLE).all()


@pytest.mark.slow(seconds=48)
def test_agreement_on_the_data_set_is_that_of_people():
    """Pairwise 90 to 98%, and 0.5 to 3% of the frames without a majority.

    Of every third clip; with so few the share without a majority can fall to 0.3%.
    """
    all_votes, clips = [], plan()[::3]
    for planned in clips:
        clip = simulate(planned)
        all_votes.append(annotate(clip, np.random.default_rng([planned.attempt.seed, 2])))
    seen = np.concatenate(all_votes, axis=1)
    for a, b in itertools.combinations(range(3), 2):
        assert 0.90 <= (seen[a] == seen[b]).mean() <= 0.98
    three = (seen[0] != seen[1]) & (seen[0] != seen[2]) & (seen[1] != seen[2])
    assert 0.003 <= three.mean() <= 0.03
    assert seen.shape[1] == pytest.approx(sum(c.attempt.frames for c in clips), rel=0.035)


def test_slow_motion_moves_borders_by_more_frames():
    spread = [(votes(motion(slow=s)) != PHASES).mean() for s in (1.0, 4.0)]
    assert spread[1] > 1.5 * spread[0]
    assert replace(motion(), slow=4.0).interval == pytest.approx(1 / 120)
