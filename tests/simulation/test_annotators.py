"""Three simulated annotators disagree as people do."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from gymlib.labels import IDLE, LANDING, SKILL, TAKEOFF, coarse, code_of, named, segments
from gymlib.simulation.annotators import ANNOTATORS, annotate, with_kinds
from gymlib.simulation.clip import simulate
from gymlib.simulation.motion.truth import BOUNCING, FAKE, RUNNING, STEP, WALKING, WHEEL, Motion
from gymlib.simulation.plan import plan

PHASES = np.repeat([IDLE, TAKEOFF, SKILL, LANDING, IDLE], [20, 25, 15, 30, 10]).astype(np.int8)


def motion(phases=PHASES, doubt=None, slow=1.0):
    frames = len(phases)
    return Motion(
        joints=np.zeros((frames, 33, 3)), phases=phases, contacts=np.zeros((frames, 4), dtype=bool),
        airborne=phases == SKILL, surface=np.zeros(frames),
        doubt=np.zeros(frames, dtype=np.int8) if doubt is None else doubt,
        doing=np.zeros(frames, dtype=np.int8), fps=30.0, slow=slow,
        skill="back somersault", shape="tucked", entry="standing", landing="stick",
    )  # fmt: skip


def votes(clip, count=200):
    return np.stack([annotate(clip, np.random.default_rng(seed)) for seed in range(count)])


def test_three_annotators_label_every_frame():
    labels = annotate(motion(), np.random.default_rng(0))
    assert labels.shape == (len(ANNOTATORS), len(PHASES)) and labels.dtype == np.int8
    assert set(np.unique(labels)) <= {0, 1, 2, 3}


@pytest.mark.slow
def test_without_doubt_they_differ_only_near_borders():
    borders = np.array([run.start for run in segments(PHASES)[1:]])
    wrong = (votes(motion()) != PHASES).any(axis=(0, 1))
    far = np.abs(np.arange(len(PHASES))[:, None] - borders).min(axis=1) > 9
    assert not wrong[far].any()
    assert wrong[~far].any()


@pytest.mark.slow
def test_contacts_are_seen_more_sharply_than_beginnings():
    seen = votes(motion())
    share = lambda first, last: (seen[:, :, first:last] != PHASES[first:last]).mean()  # noqa: E731
    assert share(87, 93) > 2 * share(57, 63)  # the landing's end against its begin


@pytest.mark.slow
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


@pytest.mark.slow
def test_slow_motion_moves_borders_by_more_frames():
    spread = [(votes(motion(slow=s)) != PHASES).mean() for s in (1.0, 4.0)]
    assert spread[1] > 1.5 * spread[0]
    assert replace(motion(), slow=4.0).interval == pytest.approx(1 / 120)


def kinds(motion, seed=0) -> tuple[np.ndarray, list[list[str]]]:
    """The annotators' votes, and the kinds that each of them names, in order."""
    found = annotate(motion, np.random.default_rng(seed))
    seen = with_kinds(found, motion, np.random.default_rng(seed + 1))
    np.testing.assert_array_equal(coarse(seen), found)
    named_by = [[named(segment.label)[1] for segment in segments(own)] for own in seen]
    return seen, [[kind for kind in own if kind] for own in named_by]


def test_kinds_follow_what_he_does_and_leave_the_labels():
    doing = np.repeat([0, WALKING, RUNNING, 0], [20, 30, 30, 120])
    seen, names = kinds(replace(motion(np.repeat(PHASES, 2)), doing=doing))
    assert names == [["standing", "walking", "back somersault", "standing"]] * 3
    assert (seen[:, 8] == code_of("idle", "standing")).all()


def test_what_is_too_short_is_not_noted():
    doing = np.zeros(len(PHASES), dtype=int)
    doing[8:12] = WALKING
    assert kinds(replace(motion(), doing=doing))[1][0] == [
        "standing",
        "back somersault",
        "standing",
    ]


def test_a_round_off_is_a_kind_of_its_own_before_the_somersault():
    phases = np.repeat([IDLE, SKILL, LANDING], [20, 60, 20]).astype(np.int8)
    marks = np.zeros(100, dtype=np.int8)
    marks[20:50] = WHEEL
    own = replace(motion(phases, marks), entry="round-off", airborne=np.ones(100, dtype=bool))
    assert kinds(own)[1][0][-2:] == ["round-off", "back somersault"]


def test_of_two_skills_on_the_bed_the_second_begins_between_the_flights():
    own = replace(
        motion(np.full(100, SKILL, np.int8)), skill="back somersault, front somersault",
        flights=np.array([[10.0, 40.0], [60.0, 90.0]]), doing=np.full(100, BOUNCING),
    )  # fmt: skip
    seen, names = kinds(own)
    assert names == [["back somersault", "front somersault"]] * 3
    assert [segments(row)[1].start for row in seen] == [50] * 3


@pytest.mark.slow
@pytest.mark.parametrize(
    ("entry", "expected"),
    [("run-up", "running"), ("standing", "standing"), ("trampoline", "bouncing")],
)
def test_what_he_does_before_the_take_off(entry, expected):
    own = next(
        c
        for c in plan()
        if c.attempt.entry == entry and c.attempt.before > 20 and not c.attempt.fakes
    )
    seen = kinds(simulate(own, 60.0))[0][0].tolist()
    assert named(seen[0])[0] == "idle"
    last = next(frame for frame, code in enumerate(seen) if named(code)[0] != "idle") - 1
    assert named(seen[last]) == ("idle", expected)
