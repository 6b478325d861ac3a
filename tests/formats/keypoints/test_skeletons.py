"""Other skeletons' points by order and by name."""

import pytest

from gymlib.formats.keypoints import skeletons
from gymlib.formats.keypoints.skeletons import blazepose_name
from gymlib.skeleton import INDEX, KEYPOINTS

ORDERS = {
    "COCO_17": 17, "COCO_18": 18, "BODY_25": 25, "HALPE_26": 26, "COCO_133": 133, "HALPE_136": 136,
}  # fmt: skip


@pytest.mark.parametrize("name", ORDERS)
def test_orders_have_their_points_once(name):
    order = getattr(skeletons, name)
    own = [point for point in order if point in INDEX]
    assert len(order) == ORDERS[name] and len(own) == len(set(own))
    assert len(own) == (17 if name.startswith("COCO_1") and name != "COCO_133" else 21)


def test_places_of_the_published_orders():
    """OpenPose, doc/02_output.md; AlphaPose, docs/output.md; COCO WholeBody, README."""
    assert [skeletons.BODY_25[k] for k in (4, 11, 14, 16, 19, 24)] == [
        "right_wrist", "right_ankle", "left_ankle", "left_eye", "left_foot_index", "right_heel",
    ]  # fmt: skip
    assert [skeletons.COCO_18[k] for k in (1, 2, 13, 14)] == [
        "neck", "right_shoulder", "left_ankle", "right_eye",
    ]  # fmt: skip
    assert [skeletons.COCO_17[k] for k in (1, 5, 16)] == [
        "left_eye",
        "left_shoulder",
        "right_ankle",
    ]
    assert [skeletons.HALPE_26[k] for k in (18, 19, 20, 21, 24, 25)] == [
        "neck", "mid_hip", "left_foot_index", "right_foot_index", "left_heel", "right_heel",
    ]  # fmt: skip
    assert [skeletons.COCO_133[k] for k in (17, 19, 20, 22)] == [
        "left_foot_index", "left_heel", "right_foot_index", "right_heel",
    ]  # fmt: skip


@pytest.mark.parametrize("name", KEYPOINTS)
def test_every_point_is_known_however_it_is_written(name):
    words = name.split("_")
    for text in (name, " ".join(words), "".join(w.title() for w in words), "-".join(words).upper()):
        assert blazepose_name(text, {}) == name


@pytest.mark.parametrize(
    ("text", "point"),
    [
        ("knee_L", "left_knee"), ("LKnee", "left_knee"), ("rknee", "right_knee"),
        ("leftknee", "left_knee"), ("Knee Right", "right_knee"), ("R_Toe", "right_foot_index"),
        ("left big toe", "left_foot_index"), ("nose", "nose"), ("L.Hip", "left_hip"),
        ("rear", None), ("tail", None), ("knee", None), ("knee1", None), ("left_right_knee", None),
        ("hand_L", None), ("", None), ("L", None),
    ],
)  # fmt: skip
def test_names_of_parts(text, point):
    assert blazepose_name(text, {}) == point


def test_meanings_come_first():
    meanings = {"knee1": "right_knee", "nose": ""}
    assert blazepose_name("knee1", meanings) == "right_knee"
    assert blazepose_name("nose", meanings) is None
