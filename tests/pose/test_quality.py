"""Measures of pose tracks on motion that can be solved on paper, and on the real tracks."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_dataset import make_dataset, standing

from gymlib.dataset import Dataset
from gymlib.dataset.keypoints import keypoint_array
from gymlib.pose.quality import accuracy, statistics, tracks
from gymlib.pose.quality.tracks import Track
from gymlib.skeleton import INDEX, KEYPOINTS, mirror

TORSO = 60.0  # pixels


def body(frames=20, dx=0.0, dy=0.0, angles=None):
    """A standing body (torso 60 pixels) that moves dx, dy pixels and turns by given degrees."""
    angles = np.zeros(frames) if angles is None else np.radians(angles)
    cos, sin = np.cos(angles), np.sin(angles)
    turn = np.stack([np.stack([cos, -sin], -1), np.stack([sin, cos], -1)], -2)  # (frames, 2, 2)
    moved = TORSO * standing() @ turn.transpose(0, 2, 1)
    return moved + np.arange(len(angles))[:, None, None] * [dx, dy] + [300, 200]


def track(keypoints, name="clip", height=360.0, detected=None):
    detected = np.ones(len(keypoints), bool) if detected is None else detected
    return Track(name, keypoints.astype(np.float32), detected, height)


def exchanged(keypoints, frame, parts):
    """Left and right of some keypoints exchanged in one frame."""
    result, other = keypoints.copy(), mirror(keypoints)
    points = [INDEX[f"{side}_{part}"] for side in ("left", "right") for part in parts]
    result[frame, points] = other[frame, points]
    return result


# --- one track --------------------------------------------------------------------------------


def test_even_motion_has_no_jitter():
    for moving in (body(dx=7), body(dy=-3), body(dx=2, dy=2)):
        np.testing.assert_allclose(tracks.displacement(moving), 0, atol=1e-12)
        np.testing.assert_allclose(tracks.residual(moving), 0, atol=1e-12)
        assert not tracks.breaks(moving).any.any()


def test_one_moving_point():
    shaking = body()
    wrist = INDEX["left_wrist"]
    shaking[::2, wrist, 0] += 0.1 * TORSO  # to and fro by a tenth of a torso
    expected = np.zeros((19, 33))
    expected[:, wrist] = 0.1
    np.testing.assert_allclose(tracks.displacement(shaking), expected, atol=1e-12)
    np.testing.assert_allclose(tracks.residual(shaking), expected[1:], atol=1e-12)


@pytest.mark.parametrize(
    ("speed", "phase"), [(0.0, 0), (0.03, 0), (0.04, 1), (0.13, 1), (0.14, 2), (1.0, 2)]
)
def test_phases_follow_the_height_of_the_trunk(speed, phase):
    assert (tracks.phases(body(dy=speed * TORSO)) == phase).all()


def test_phases_do_not_see_running():
    """Sideways travel is lost in the recovered skeletons, so it counts nowhere."""
    assert (tracks.phases(body(dx=30)) == 0).all()


def test_torso_angle():
    turned = body(angles=np.array([0, 45, 90, 180, -90, -45]))
    np.testing.assert_allclose(tracks.torso_angle(turned), [0, 45, 90, 180, -90, -45], atol=1e-9)
    np.testing.assert_allclose(tracks.inclination(turned), [0, 45, 90, 180, 90, 45], atol=1e-9)
    np.testing.assert_allclose(tracks.turns(turned), [45, 45, 90, 90, 45], atol=1e-9)
    assert tracks.upside_down(turned).tolist() == [False, False, False, True, False, False]


def test_rotation_of_a_somersault():
    angles = np.concatenate([np.zeros(10), np.linspace(0, 360, 51), np.full(10, 360)])
    found = tracks.rotation(body(angles=angles))
    assert found.net == pytest.approx(360)
    assert found.range == pytest.approx(360)
    assert found.frames == 35  # 7.2 degrees per frame: beyond 54 in frame 8, beyond 306 in 43
    backwards = tracks.rotation(body(angles=-angles))
    assert (backwards.net, backwards.frames) == (pytest.approx(-360), 35)


def test_rotation_that_is_lost():
    to_and_fro = np.concatenate([np.linspace(0, 120, 15), np.linspace(120, 0, 15)])
    found = tracks.rotation(body(angles=to_and_fro))
    assert found.net == pytest.approx(0, abs=1e-9)
    assert found.range == pytest.approx(120)
    assert np.isnan(found.frames)


def test_proportions():
    found = tracks.proportions(body())
    expected = {
        "upper arm": 0.4,
        "forearm": 0.4,
        "thigh": 0.7,
        "shank": 0.7,
        "nose to shoulder line": 0.4,
        "shoulder width": 0.16,
    }
    assert set(found) == set(expected)
    for name, value in expected.items():
        np.testing.assert_allclose(found[name], value, atol=1e-9)
    inverted = tracks.proportions(body(angles=np.full(5, 180.0)))
    assert all(len(values) == 0 for values in inverted.values())


def test_leg_swap_breaks_into_and_out_of_the_frame():
    swapped = exchanged(body(), 5, ["hip", "knee", "ankle", "heel", "foot_index"])
    found = tracks.breaks(swapped)
    assert np.flatnonzero(found.leg_swap).tolist() == [4, 5]
    assert not found.arm_swap.any()
    assert not found.pose_jump.any()


def test_arm_swap():
    swapped = exchanged(body(), 5, ["shoulder", "elbow", "wrist"])
    found = tracks.breaks(swapped)
    assert np.flatnonzero(found.arm_swap).tolist() == [4, 5]
    assert not found.leg_swap.any()


def test_torso_turn_needs_more_than_60_degrees():
    angles = np.array([0, 59, 0, 61, 0])
    assert tracks.breaks(body(angles=angles)).torso_turn.tolist() == [False, False, True, True]
    wrapped = np.array([170, -170, 170])  # twenty degrees, not 340
    assert not tracks.breaks(body(angles=wrapped)).torso_turn.any()


def test_pose_jump():
    jumped = body()
    others = [i for i in range(33) if i not in (23, 24)]
    jumped[8:, others, 1] += 0.6 * TORSO
    assert np.flatnonzero(tracks.breaks(jumped).pose_jump).tolist() == [7]


def test_torso_collapse():
    collapsed = body()
    shoulders = [INDEX["left_shoulder"], INDEX["right_shoulder"]]
    collapsed[6, shoulders, 1] += 0.7 * TORSO
    assert np.flatnonzero(tracks.breaks(collapsed).torso_collapse).tolist() == [5]


def test_single_short_torsos_do_not_change_the_scale():
    assert tracks.clip_torso(body()) == pytest.approx(TORSO)
    short = body()
    short[:4] *= 0.1
    assert tracks.clip_torso(short) == pytest.approx(TORSO)


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 1000),
    scale=st.floats(0.2, 5),
    shift=st.floats(-500, 500),
    flip=st.booleans(),
)
def test_measures_depend_on_neither_size_nor_place_nor_side(seed, scale, shift, flip):
    rng = np.random.default_rng(seed)
    original = body(30, angles=np.cumsum(rng.normal(0, 20, 30))) + rng.normal(0, 6, (30, 33, 2))
    moved = scale * original + shift
    if flip:  # seen from the other side: x turned over, left and right exchanged
        moved = mirror(moved * [-1, 1])
    for measure in (tracks.displacement, tracks.residual, tracks.phases):
        values = measure(original)
        other = measure(moved)
        if flip and values.ndim == 2:
            other = mirror(other[..., None])[..., 0]
        np.testing.assert_allclose(other, values, atol=1e-7)
    for before, after in zip(tracks.breaks(original), tracks.breaks(moved)):
        np.testing.assert_array_equal(before, after)


def test_frames_without_a_pose_are_left_out():
    keypoints = body(6, dy=1.0)
    keypoints[2] = 0  # no pose
    keypoints[4, 7, 1] = np.nan
    found = track(keypoints, detected=np.array([1, 1, 0, 1, 1, 1], bool))
    assert tracks.usable_frames(found).tolist() == [0, 1, 3, 5]
    assert np.isfinite(tracks.usable(found)).all()
    angle = tracks.seen_angle(found)
    assert np.isnan(angle[2]) and angle[0] == pytest.approx(0, abs=1e-4)


def test_examples_skip_gaps_and_change_clips():
    swap = exchanged(body(), 5, ["hip", "knee", "ankle"])
    both = exchanged(swap, 11, ["shoulder", "elbow", "wrist"])
    detected = np.ones(20, bool)
    detected[4] = False  # the swap at 5 now lies behind a gap; leaving it at 6 does not
    clips = [track(swap, "a", detected=detected), track(both, "b"), track(body(), "c")]
    assert tracks.examples(clips) == [("a", 5, 6, "leg swap"), ("b", 10, 11, "arm swap")]
    assert tracks.examples([track(body())]) == []


@pytest.mark.slow
def test_tracks_from_tables(home):
    data = Dataset(make_dataset(home, clips=2), home)
    keypoints, clips = data.keypoints, data.clips
    shuffled = keypoints.sample(frac=1, random_state=0)
    found = tracks.from_tables(shuffled, clips)
    assert [t.clip for t in found] == list(clips["clip"])
    own = keypoints[keypoints["clip"] == "clip_01"]
    np.testing.assert_allclose(
        found[1].keypoints, keypoint_array(own) * np.float32([640, 360]), rtol=1e-6
    )
    assert found[0].picture_height == 360
    with pytest.raises(ValueError, match="clip clip_01: no keypoints"):
        tracks.from_tables(keypoints[keypoints["clip"] == "clip_00"], clips)
    with pytest.raises(ValueError, match="clip_00: frames of the keypoints are not 0, 1, 2"):
        tracks.from_tables(keypoints[keypoints["frame"] != 3], clips)


# --- the table of a data set ------------------------------------------------------------------


def values(table):
    return table.set_index(["group", "statistic"])["value"]


def test_table_has_the_published_rows():
    reference = statistics.published()
    assert not reference.duplicated(["group", "statistic"]).any()
    found = values(statistics.statistics_table([track(body())]))
    assert set(found.index) == set(zip(reference["group"], reference["statistic"]))


def test_table_of_two_clips():
    angles = np.concatenate([np.zeros(10), np.linspace(0, 360, 31)])
    detected = np.ones(40, bool)
    detected[:4] = False
    clips = [track(body(angles=angles)), track(body(40), "still", detected=detected)]
    found = values(statistics.statistics_table(clips))
    assert found["detection", "frames without a pose"] == pytest.approx(4 / 81)
    assert found["clip length", "shortest"] == 36
    assert found["clip length", "longest"] == 41
    assert found["rotation", "clips with a net turn of 250 degrees"] == 0.5
    assert found["rotation", "clips with a range below 180"] == 0.5
    assert found["rotation", "of these one way"] == 1
    assert found["size", "torso of large bodies"] == pytest.approx(60 / 360)
    assert np.isnan(found["size", "torso of small bodies"])
    assert found["broken transitions", "any"] == 0
    assert found["displacement", "still, median"] == pytest.approx(0, abs=1e-5)


def test_gaps_count_as_one_step():
    """As in the recovered skeletons, whose frames without a pose were deleted."""
    keypoints, detected = body(30, dy=0.1 * TORSO), np.ones(30, bool)
    detected[5:10] = False
    found = values(statistics.statistics_table([track(keypoints, detected=detected)]))
    assert found["clip length", "median"] == 25
    assert found["displacement", "medium, median"] == pytest.approx(0, abs=1e-5)


def test_clips_that_cannot_be_measured():
    nobody = track(np.zeros((5, 33, 2)), "nobody", detected=np.zeros(5, bool))
    tiny = track(body() / 1000, "tiny")
    found = values(statistics.statistics_table([nobody, tiny]))
    assert found["detection", "frames without a pose"] == pytest.approx(5 / 25)
    assert found.drop(("detection", "frames without a pose")).isna().all()
    with_body = values(statistics.statistics_table([nobody, tiny, track(body())]))
    assert with_body["clip length", "longest"] == 20
    with pytest.raises(ValueError, match="at least one track"):
        statistics.statistics_table([])


def test_comparison_marks_what_is_off():
    reference = pd.DataFrame({"group": "g", "statistic": list("abcde"), "real": 1.0})
    table = reference[["group", "statistic"]].assign(value=[1.4, 1.6, 0.7, 0.0, np.nan])
    found = statistics.compare(table, reference, factor=1.5)
    assert found["differs"].tolist() == [False, True, False, True, False]
    np.testing.assert_allclose(found["ratio"], [1.4, 1.6, 0.7, 0, np.nan])


@pytest.mark.slow
def test_published_statistics_are_reproduced(real_data):
    """The definitions are right if they give the published figures of the same 67 clips."""
    file = np.load(real_data / "recovered" / "skeletons.npz", allow_pickle=False)
    clips = [track(file[name], name, height=540.0) for name in sorted(file.files)]
    found = statistics.compare(statistics.statistics_table(clips))
    found = found[found["group"] != "detection"]
    assert found["ratio"].between(1 / 1.15, 1.15).all()
    counts = {  # exact counts of 6,040 transitions and 67 clips
        "left and right legs swapped": 76 / 6040,
        "left and right arms swapped": 17 / 6040,
        "torso turns over 60 degrees": 133 / 6040,
        "pose jumps over half a torso": 207 / 6040,
        "any": 462 / 6040,
        "clips: left and right legs swapped": 27 / 67,
        "clips: torso turns over 60 degrees": 61 / 67,
        "clips with a net turn of 250 degrees": 37 / 67,
        "of these one way": 29 / 37,
        "clips with a range of 300 degrees": 36 / 67,
        "clips with a range of 180 to 300": 11 / 67,
    }
    exact = found.set_index("statistic")["value"]
    for name, value in counts.items():
        assert exact[name] == pytest.approx(value, rel=1e-9), name


# --- distance to the truth --------------------------------------------------------------------


def test_pck_of_known_distances():
    truth = body(4)
    seen = np.ones(4, bool)
    near, far = truth + [0.1 * TORSO, 0], truth + [0, 0.3 * TORSO]
    assert accuracy.pck(accuracy.errors(near, truth, seen)) == 1
    assert accuracy.pck(accuracy.errors(far, truth, seen)) == 0
    assert accuracy.pck(accuracy.errors(far, truth, seen), threshold=0.31) == 1
    half = np.where(np.arange(4)[:, None, None] < 2, near, far)
    curve = accuracy.pck_curve(accuracy.errors(half, truth, seen), np.array([0.05, 0.2, 0.4]))
    np.testing.assert_allclose(curve, [0, 0.5, 1])


def test_missing_frames_are_misses_or_left_out():
    truth = body(4)
    error = accuracy.errors(truth, truth, np.array([True, True, True, False]))
    assert accuracy.pck(error) == 0.75
    assert accuracy.pck(error, missing="skip") == 1


def test_unknown_truth_is_not_judged():
    truth = body(3)
    truth[:, 5] = np.nan
    error = accuracy.errors(body(3), truth, np.ones(3, bool))
    assert np.isnan(error[:, 5]).all()
    assert accuracy.pck(error) == 1
    assert np.isnan(
        accuracy.pck(accuracy.errors(body(3), np.full((3, 33, 2), np.nan), np.ones(3, bool)))
    )


def test_parts_cover_the_body_once():
    parts = [accuracy._part(name) for name in KEYPOINTS]
    assert {part: parts.count(part) for part in accuracy.PARTS} == {
        "head": 11, "shoulders": 2, "elbows": 2, "hands": 8,
        "hips": 2, "knees": 2, "ankles": 2, "feet": 4,
    }  # fmt: skip


def test_pck_of_parts():
    truth = body(4)
    wrong = truth.copy()
    wrong[:2, [INDEX["left_knee"]]] += TORSO
    inclination = np.array(["upright", "upright", "level", "level"])
    found = accuracy.part_table(accuracy.errors(wrong, truth, np.ones(4, bool)), inclination)
    assert found.loc["knees", "upright"] == 0.5
    assert found["upright"].drop("knees").eq(1).all()
    assert found["level"].eq(1).all()
    assert found["inverted"].isna().all()


def test_exchanged_sides():
    truth = track(body(4))
    swapped = truth.keypoints.copy()
    swapped[2] = mirror(swapped[2])
    found = track(swapped, detected=np.array([True, True, True, False]))
    np.testing.assert_array_equal(accuracy.sides_exchanged([found], [truth]), [0, 0, 1, np.nan])


def test_inclination_classes():
    degrees = np.array([0.0, 59, 60, 119, 120, 180])
    assert accuracy.inclination_class(degrees) == [
        "upright", "upright", "level", "level", "inverted", "inverted",
    ]  # fmt: skip


def test_nearest_seen():
    numbers = np.array([0.0, 1, 2, 3, 4, 5])
    seen = np.array([0, 1, 0, 0, 1, 0], bool)
    assert accuracy.nearest_seen(numbers, seen).tolist() == [1, 1, 1, 4, 4, 4]
    assert np.isnan(accuracy.nearest_seen(numbers, np.zeros(6, bool))).all()


def test_gap_lengths():
    clips = [np.array(list(bits), int).astype(bool) for bits in ("110011", "0", "01101", "111")]
    assert accuracy.gap_lengths(clips) == [2, 1, 1, 1]


def test_frames_by_label_and_inclination():
    angles = np.array([0, 0, 90, 180, 180, 0])
    keypoints = body(angles=angles)
    detected = np.array([1, 1, 0, 1, 0, 1], bool)
    labels = pd.DataFrame(
        {"clip": "clip", "frame": range(5), "label": ["idle"] * 2 + ["skill"] * 3}
    )
    clips = pd.DataFrame({"clip": ["clip"], "video": ["v"]})
    found = accuracy.frame_table([track(keypoints, detected=detected)], labels, clips)
    assert found["label"].tolist() == ["idle", "idle", "skill", "skill", "skill", "Unlabeled"]
    # Without a truth the inclination comes from the nearest frame with a pose.
    assert found["inclination"].tolist()[:2] == ["upright", "upright"]
    assert found["inclination"].tolist()[3:] == ["inverted", "inverted", "upright"]
    assert found["correct"].isna().all()

    wrong = keypoints.copy()
    wrong[3] += TORSO
    true = [track(keypoints)]
    found = accuracy.frame_table([track(wrong, detected=detected)], labels, clips, true)
    assert found["inclination"].tolist() == [
        "upright", "upright", "level", "inverted", "inverted", "upright",
    ]  # fmt: skip
    assert found["correct"].tolist() == [1, 1, 0, 0, 0, 1]
    by_label = accuracy.shares(found, "label")
    assert by_label.loc["skill"].tolist() == [3, pytest.approx(1 / 3), 0, 0]
    assert by_label.loc["idle"].tolist() == [2, 1, 1, 1]


def test_truth_of_another_length():
    clips = pd.DataFrame({"clip": ["clip"], "video": ["v"]})
    labels = pd.DataFrame({"clip": ["clip"], "frame": [0], "label": ["idle"]})
    with pytest.raises(ValueError, match="clip clip: 5 frames of keypoints, 6 frames of truth"):
        accuracy.frame_table([track(body(5))], labels, clips, [track(body(6))])


def test_a_clip_without_any_pose_has_no_inclination():
    clips = pd.DataFrame({"clip": ["clip"], "video": ["v"]})
    labels = pd.DataFrame({"clip": ["clip"], "frame": [0], "label": ["idle"]})
    empty = track(np.zeros((3, 33, 2)), detected=np.zeros(3, bool))
    assert set(accuracy.frame_table([empty], labels, clips)["inclination"]) == {"unknown"}
