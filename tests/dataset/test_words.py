"""Skeleton, labels, clips, names: the words everything else is written in."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gymlib import labels, skeleton
from gymlib.dataset import Clip, Dataset

CODES = st.lists(st.integers(-1, 3), max_size=60)


@pytest.mark.slow
def test_there_are_33_keypoints_and_mediapipe_agrees():
    import mediapipe as mp

    names = [name.lower() for name in mp.solutions.pose.PoseLandmark.__members__]
    assert list(skeleton.KEYPOINTS) == names


@pytest.mark.slow
def test_bones_are_those_of_mediapipe():
    import mediapipe as mp

    theirs = {frozenset(edge) for edge in mp.solutions.pose.POSE_CONNECTIONS}
    assert {frozenset(edge) for edge in skeleton.EDGES} == theirs


def test_mirroring_twice_changes_nothing_and_the_nose_stays():
    assert (skeleton.MIRROR[skeleton.MIRROR] == np.arange(33)).all()
    assert skeleton.MIRROR[0] == 0
    assert skeleton.KEYPOINTS[skeleton.MIRROR[skeleton.INDEX["mouth_left"]]] == "mouth_right"


def test_torso_length_of_a_known_body():
    body = np.zeros((1, 33, 2))
    for side, x in (("left", -1.0), ("right", 1.0)):
        body[0, skeleton.INDEX[f"{side}_shoulder"]] = x, 0.0
        body[0, skeleton.INDEX[f"{side}_hip"]] = x + 3.0, 4.0
    assert skeleton.torso_length(body) == pytest.approx(5.0)


@given(CODES)
def test_segments_and_frames_are_inverse(codes):
    codes = np.array(codes, dtype=np.int8)
    assert (labels.frames(labels.segments(codes)) == codes).all()


@given(CODES)
def test_neighbouring_segments_differ(codes):
    found = labels.segments(np.array(codes, dtype=np.int8))
    assert all(a.label != b.label and a.end + 1 == b.start for a, b in pairwise(found))


@given(CODES)
def test_encode_and_decode_are_inverse(codes):
    assert labels.encode(labels.decode(np.array(codes, dtype=np.int8))).tolist() == codes


def test_an_unknown_label_is_named_with_its_place():
    with pytest.raises(ValueError, match=r"unknown label 'flight' at position 1; expected one of"):
        labels.encode(["idle", "flight"])


def test_segments_with_a_gap_are_refused():
    with pytest.raises(ValueError, match="a segment starting at frame 3, found frames 4 to 5"):
        labels.frames([labels.Segment(0, 2, 0), labels.Segment(4, 5, 1)])


def test_a_clip_of_unequal_parts_is_refused():
    with pytest.raises(ValueError, match=r"clip a: .* equally long, found \(2, 3, 2\)"):
        Clip("a", "v", np.arange(2), np.zeros((3, 33, 2), np.float32), np.zeros(2, np.int8))


@pytest.mark.parametrize("name", ["../up", "a/b", "", ".hidden", "C:\\x", "a b", "x" * 101, ".."])
def test_names_never_lead_out_of_their_folder(name):
    with pytest.raises(ValueError, match="cannot be a file name"):
        Dataset(name)
