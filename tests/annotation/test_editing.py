"""Labelling rules: what keys and drags do, on paper and on random sequences, and the way back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gymlib.annotation import editing
from gymlib.annotation.editing import NOT_YET, EditingSession, blank
from gymlib.labels import IDLE, LANDING, SKILL, TAKEOFF, UNLABELED_CODE, code_of, segments

N = NOT_YET


def codes(*values) -> np.ndarray:
    return np.array(values, dtype=np.int8)


label_arrays = st.lists(st.integers(NOT_YET, LANDING), min_size=1, max_size=40).map(
    lambda values: codes(*values)
)


def test_a_key_holds_up_to_the_next_border():
    before = codes(0, 0, 0, 0, 1, 1)
    assert editing.label_from(before, 2, SKILL).tolist() == [0, 0, 2, 2, 1, 1]
    assert before.tolist() == [0, 0, 0, 0, 1, 1]


def test_a_key_labels_one_frame_where_nothing_has_been_seen():
    assert editing.label_from(blank(4), 1, IDLE).tolist() == [N, 0, N, N]


def test_a_label_is_carried_over_frames_without_one():
    before = codes(0, N, N, 2, N, N)
    assert editing.carry_to(before, 0, 4).tolist() == [0, 0, 0, 2, 2, N]
    assert editing.carry_to(before, 3, 5).tolist() == [0, N, N, 2, 2, 2]
    assert editing.carry_to(codes(N, N, 1, N), 0, 3).tolist() == [N, N, 1, 1]


def test_a_border_moves_both_ways_and_stops_before_a_segment_is_gone():
    before = codes(0, 0, 0, 1, 1, 2)
    assert editing.move_border(before, 3, 1).tolist() == [0, 1, 1, 1, 1, 2]
    assert editing.move_border(before, 3, 4).tolist() == [0, 0, 0, 0, 1, 2]
    assert editing.move_border(before, 3, -9).tolist() == [0, 1, 1, 1, 1, 2]
    assert editing.move_border(before, 3, 99).tolist() == [0, 0, 0, 0, 1, 2]


def test_a_segment_of_another_is_adopted_with_both_borders():
    before, other = codes(0, 0, 0, N, N, N), codes(0, 1, 1, 1, -1, 2)
    assert editing.adopt(before, other, 2).tolist() == [0, 1, 1, 1, N, N]
    assert before.tolist() == [0, 0, 0, N, N, N]
    with pytest.raises(ValueError, match="nothing is said of frame 4"):
        editing.adopt(before, other, 4)
    with pytest.raises(ValueError, match="expected a frame from 0 to 5, found 6"):
        editing.adopt(before, other, 6)


def test_borders_and_gaps():
    assert editing.borders(codes(0, 0, 1, N, N)) == [2, 3]
    assert editing.borders(blank(3)) == []
    assert editing.gaps(codes(N, 0, N, N)) == [(0, 0, N), (2, 3, N)]


def test_what_cannot_be():
    with pytest.raises(ValueError, match="expected a frame from 0 to 3, found 4"):
        editing.label_from(blank(4), 4, IDLE)
    with pytest.raises(ValueError, match="expected a frame from 0 to 3, found -1"):
        editing.carry_to(blank(4), 0, -1)
    with pytest.raises(ValueError, match="expected a label's code, -1 to 3, found -2"):
        editing.label_from(blank(4), 0, NOT_YET)
    with pytest.raises(ValueError, match=r"no segment begins at frame 0; borders are \[2\]"):
        editing.move_border(codes(0, 0, 1), 0, 1)
    with pytest.raises(ValueError, match="expected 3 frames, found 2"):
        EditingSession(blank(3)).replace(blank(2))


def test_the_authors_way_through_a_clip():
    """Keys at the first frame of each action, frames in between stepped through one by one."""
    session = EditingSession(blank(8))
    for frame, label in {0: IDLE, 3: TAKEOFF, 5: SKILL, 6: LANDING}.items():
        while session.codes[frame] == NOT_YET and frame:
            session.reach(int(np.argmax(session.codes == NOT_YET)))
        session.label(frame, label)
    assert (session.codes == NOT_YET).any()
    session.reach(7)
    assert session.codes.tolist() == [0, 0, 0, 1, 1, 2, 3, 3]
    assert session.steps == 4
    assert [session.undo() for _ in range(5)] == [6, 5, 3, 0, None]
    assert session.codes.tolist() == [N] * 8


def test_what_is_carried_goes_with_its_key():
    session = EditingSession(codes(0, 0, N, N, N))
    assert not session.reach(4), "no key yet: looking changes nothing"
    session.label(2, TAKEOFF)
    session.reach(3)
    session.reach(4)
    assert (session.steps, session.undo()) == (1, 2)
    assert session.codes.tolist() == [0, 0, N, N, N]
    assert not session.reach(4), "nothing follows after an undo"
    session.label(2, TAKEOFF)
    session.rest()
    assert not session.reach(4)


def test_a_key_that_repeats_a_label_still_begins_to_carry():
    session = EditingSession(codes(0, 0, N, N))
    session.label(0, TAKEOFF)
    assert not session.label(1, TAKEOFF)
    assert session.reach(2)
    assert session.steps == 2, "the first key's change stays its own"
    session.undo()
    assert session.codes.tolist() == [1, 1, N, N]


def test_a_border_moved_in_between_is_its_own_step():
    session = EditingSession(blank(5))
    session.label(0, IDLE)
    session.reach(2)
    session.label(1, TAKEOFF)
    session.move(1, 2)
    session.reach(4)
    assert session.codes.tolist() == [0, 0, 1, 1, 1]
    session.undo()
    assert session.codes.tolist() == [0, 0, 1, N, N]
    session.undo()
    assert session.codes.tolist() == [0, 1, 1, N, N]


def test_labels_from_elsewhere_can_be_undone():
    session = EditingSession(codes(0, 1))
    assert not session.replace(codes(0, 1))
    assert session.replace(codes(2, 2))
    session.undo()
    assert session.codes.tolist() == [0, 1]


def test_what_was_undone_comes_again_until_something_else_is_done():
    session = EditingSession(blank(5))
    session.label(0, IDLE)
    session.reach(2)
    session.move(3, 2)
    session.say([{"comment": "slips"}], 1)
    assert [session.undo() for _ in range(3)] == [1, 3, 0]
    assert (session.codes.tolist(), session.said, session.undone) == ([N] * 5, [], 3)
    assert not session.reach(4), "looking changes nothing, and forgets nothing"
    assert [session.redo(), session.redo()] == [0, 3]
    assert not session.reach(4), "nothing follows after a redo"
    assert (session.codes.tolist(), session.said) == ([0, 0, N, N, N], [])
    session.label(1, SKILL)
    assert session.redo() is None, "forgotten"
    assert session.said == []


actions = st.lists(
    st.tuples(
        st.sampled_from(["label", "reach", "move", "say", "undo", "redo"]),
        st.integers(0, 1000),
        st.integers(UNLABELED_CODE, LANDING),
    ),
    max_size=40,
)


def act(session: EditingSession, kind: str, number: int, label: int) -> None:
    frame, borders = number % len(session.codes), editing.borders(session.codes)
    if kind == "label":
        session.label(frame, label)
    elif kind == "reach":
        session.reach(frame)
    elif kind == "move" and borders:
        session.move(borders[number % len(borders)], frame)
    elif kind == "say":
        session.say([{"comment": str(number)}], frame)
    elif kind == "undo":
        session.undo()
    elif kind == "redo":
        session.redo()


def state(session: EditingSession) -> tuple:
    return session.codes.tolist(), session.said


@pytest.mark.slow
@given(label_arrays, actions)
def test_segments_always_cover_the_clip_once_and_undo_leads_back(start, sequence):
    session, states, undone = EditingSession(start), [], []
    for kind, number, label in sequence:
        steps, before = session.steps, state(session)
        act(session, kind, number, label)
        if session.steps > steps:
            states.append(before)
            if kind == "redo":
                assert state(session) == undone.pop(), "redo is the exact inverse of undo"
            else:
                undone.clear()
        elif session.steps < steps:
            undone.append(before)
            assert state(session) == states.pop(), "undo is the exact inverse"
        assert (session.steps, session.undone) == (len(states), len(undone))
        found = segments(session.codes)
        covered = [frame for s in found for frame in range(s.start, s.end + 1)]
        assert covered == list(range(len(start)))
    while states:
        session.undo()
        assert state(session) == states.pop()
    assert session.undo() is None
    assert np.array_equal(session.codes, start)


@pytest.mark.slow
@given(label_arrays, st.integers(0, 1000), st.integers(UNLABELED_CODE, LANDING))
def test_a_key_changes_its_frame_and_no_other_segment(start, number, label):
    frame = number % len(start)
    changed = editing.label_from(start, frame, label)
    segment = next(s for s in segments(start) if s.start <= frame <= s.end)
    assert changed[frame] == label
    assert np.array_equal(changed[:frame], start[:frame])
    assert np.array_equal(changed[segment.end + 1 :], start[segment.end + 1 :])


@given(label_arrays, st.integers(0, 1000), st.integers(0, 1000))
def test_carrying_keeps_every_label(start, since, to):
    since, to = since % len(start), to % len(start)
    carried = editing.carry_to(start, since, to)
    given_before = start != NOT_YET
    assert np.array_equal(carried[given_before], start[given_before])
    assert np.array_equal(carried[to + 1 :], start[to + 1 :])
    if start[since] != NOT_YET and to >= since:
        assert (carried[since : to + 1] != NOT_YET).all()


@pytest.mark.slow
@given(label_arrays, st.integers(0, 1000), st.integers(-5, 60))
def test_a_moved_border_keeps_the_order_of_the_segments(start, number, to):
    borders = editing.borders(start)
    if not borders:
        return
    border = borders[number % len(borders)]
    moved = editing.move_border(start, border, to)
    assert [s.label for s in segments(moved)] == [s.label for s in segments(start)]
    others = [frame for frame in editing.borders(moved) if frame not in borders]
    assert len(others) <= 1


def test_a_kind_is_said_of_the_whole_segment_and_follows_the_annotator():
    walking, jump = code_of("idle", "walking"), code_of("skill", "jump")
    before = codes(0, 0, 1, 0, N)
    assert editing.say_kind(before, 1, walking).tolist() == [walking, walking, 1, 0, N]
    session = EditingSession(blank(5))
    session.label(0, IDLE)
    session.reach(1)
    assert session.say_kind(1, walking) and not session.say_kind(0, walking)
    session.reach(3)
    assert session.codes.tolist() == [walking] * 4 + [N]
    session.move(4, 2)
    assert session.codes.tolist() == [walking] * 2 + [N] * 3
    assert session.say_kind(0, IDLE) and session.codes.tolist() == [IDLE] * 2 + [N] * 3
    for frame, code in ((0, jump), (3, walking)):
        with pytest.raises(ValueError, match=f"frame {frame} has no label of that kind"):
            session.say_kind(frame, code)
