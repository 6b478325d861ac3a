"""Extractors beside each other, on motion that can be solved on paper."""

import numpy as np
import pandas as pd
import pytest
from tiny_dataset import standing

from gymlib.dataset.keypoints import keypoint_rows
from gymlib.pose.quality import extractors, tracks
from gymlib.pose.quality.tracks import Track
from gymlib.skeleton import INDEX

TORSO, SIZE = 60.0, (640, 360)
CLIPS = pd.DataFrame({"clip": ["a", "b"], "video": ["v", "w"], "width": 640, "height": 360})


def body(angles, angle_error=0.0, shift=0.0):
    """A body that stands at angles in degrees, seen too far round and too far right (torsos)."""
    angles = np.radians(np.asarray(angles, float) + angle_error)
    cos, sin = np.cos(angles), np.sin(angles)
    turn = np.stack([np.stack([cos, -sin], -1), np.stack([sin, cos], -1)], -2)  # (frames, 2, 2)
    return TORSO * (standing() @ turn.transpose(0, 2, 1) + [shift, 0]) + [320, 180]


def track(clip, keypoints, lost=()):
    detected = ~np.isin(np.arange(len(keypoints)), lost)
    return Track(clip, keypoints.astype(np.float32), detected, float(SIZE[1]))


def labels(**of_clips):
    tables = [
        pd.DataFrame({"clip": clip, "frame": range(len(own)), "label": own})
        for clip, own in of_clips.items()
    ]
    return pd.concat(tables, ignore_index=True)


# --- which clips ------------------------------------------------------------------------------


def test_clips_are_drawn_evenly_over_the_videos():
    names = [f"{video}{number}" for video in "abc" for number in range(5)]
    clips = pd.DataFrame({"clip": names, "video": [name[0] for name in names]})
    drawn = extractors.drawn_clips(clips, 7)
    assert drawn == sorted(drawn) and len(drawn) == len(set(drawn)) == 7
    assert sorted(pd.Series(drawn).str[0].value_counts()) == [2, 2, 3]
    assert extractors.drawn_clips(clips, 7) == drawn != extractors.drawn_clips(clips, 7, seed=1)
    assert set(extractors.drawn_clips(clips, 3)) <= set(drawn)  # more clips are more of the same


def test_some_clips_are_not_drawn():
    clips = pd.DataFrame({"clip": list("abcd"), "video": list("vvww")})
    assert extractors.drawn_clips(clips, 12, without=["a", "d", "elsewhere"]) == ["b", "c"]


# --- with the truth ---------------------------------------------------------------------------


def test_the_torso_angle_is_wrong_by_the_shorter_way():
    true, seen = track("a", body([0, 170, -170, 0])), track("a", body([10, -170, 170, 180], 0), [0])
    np.testing.assert_allclose(extractors.angle_error(seen, true), [np.nan, 20, 20, 180], atol=1e-3)


def test_groups_of_two_extractors():
    """One is 30 degrees off and loses a frame, the other half a torso off to the side."""
    angles = [0, 0, 90, 180]
    truth = [track("a", body(angles)), track("b", body(angles))]
    found = {
        "turned": [track("a", body(angles, 30), [3]), track("b", body(angles, 30))],
        "shifted": [track(clip, body(angles, 0, 0.5)) for clip in "ab"],
    }
    named = labels(a=["idle", "idle", "skill", "skill"], b=["idle", "skill", "skill", "landing"])
    table = extractors.by_group(found, named, CLIPS, truth)
    groups = ["all frames", "idle", "skill", "landing", "upright", "level", "inverted"]
    assert table.index.to_list() == [(group, name) for group in groups for name in found]
    assert table["frames"].xs("turned", level=1).to_list() == [8, 3, 4, 1, 4, 2, 2]
    lost = 1 - table["detected"].xs("turned", level=1)
    np.testing.assert_allclose(lost, [1 / 8, 0, 1 / 4, 0, 0, 0, 1 / 2])
    assert (table["detected"].xs("shifted", level=1) == 1).all()
    assert (table["pck"].xs("shifted", level=1) == 0).all()
    # At 30 degrees a point moves 0.52 of its distance from the hip: only hips and hands are right.
    np.testing.assert_allclose(table["pck where found"].xs("turned", level=1), 10 / 33)
    np.testing.assert_allclose(table["angle"].xs("turned", level=1), 30, atol=1e-3)
    np.testing.assert_allclose(table["angle"].xs("shifted", level=1), 0, atol=1e-3)


def test_without_a_truth_only_what_is_found():
    found = {"one": [track("a", body([0, 180]), [1]), track("b", body([0]))]}
    named = labels(a=["idle", "skill"], b=["idle"])
    table = extractors.by_group(found, named, CLIPS)
    assert [group for group, _ in table.index] == ["all frames", "idle", "skill"]
    np.testing.assert_allclose(table["detected"], [2 / 3, 1, 0])
    assert table[["pck", "angle"]].isna().all(axis=None)


def test_two_turns_are_720_degrees():
    angles = np.linspace(0, 720, 41)
    whole = track("a", body(angles))
    assert extractors.turned(whole, 0, 40) == pytest.approx(720, abs=0.01)
    assert extractors.turned(whole, 10, 20) == pytest.approx(180, abs=0.01)
    assert extractors.turned(track("a", body(-angles)), 0, 40) == pytest.approx(-720, abs=0.01)
    short = track("a", body(angles), range(10, 18))  # from 162 to 324 degrees
    assert extractors.turned(short, 0, 40) == pytest.approx(720, abs=0.01)
    long = track("a", body(angles), range(10, 21))  # 216 degrees are taken for 144 backwards
    assert extractors.turned(long, 0, 40) == pytest.approx(360, abs=0.01)
    assert np.isnan(extractors.turned(track("a", body(angles), range(40)), 0, 40))


def test_a_skill_is_right_if_its_rotation_is():
    angles = np.concatenate([np.zeros(3), np.linspace(0, 360, 19), np.zeros(3)])
    flat = np.concatenate([np.zeros(12), np.full(13, 40.0)])  # a somersault that was not seen
    names = ["idle"] * 3 + ["skill"] * 19 + ["landing"] * 3
    truth = [track("a", body(angles))]
    found = {"good": [track("a", body(angles, 10))], "bad": [track("a", body(flat))]}
    table = extractors.rotations(found, truth, labels(a=names, unseen=["skill"] * 5))
    assert table[["extractor", "clip", "start", "end", "right"]].to_numpy().tolist() == [
        ["good", "a", 3, 21, True], ["bad", "a", 3, 21, False],
    ]  # fmt: skip
    np.testing.assert_allclose(table["true"], 360, atol=0.01)
    np.testing.assert_allclose(table["turned"], [360, 40], atol=0.01)


def test_confidence_and_what_is_right():
    """Half of the points are a torso off; a lost frame and the table's order do not count."""
    truth = [track("a", body([0, 0])), track("b", body([0]))]
    tables = []
    for clip, lost in (("b", []), ("a", [1])):
        own = body([0] * (1 if clip == "b" else 2))
        own[:, ::2, 0] += TORSO
        visibility = np.where(np.arange(33) % 2, 0.9, 0.2) * np.ones((len(own), 1))
        detected = ~np.isin(np.arange(len(own)), lost)
        tables.append(keypoint_rows(clip, own / SIZE, visibility, detected, np.zeros(len(own))))
    predicted, right = extractors.confidences(pd.concat(tables), CLIPS, truth)
    assert len(predicted) == 66
    np.testing.assert_allclose(predicted, np.where(right, 0.9, 0.2), atol=1e-6)
    assert right.sum() == 32


# --- without the truth ------------------------------------------------------------------------


def test_a_limb_that_changes_its_length():
    still = body(np.zeros(5))
    np.testing.assert_allclose(extractors.limb_change(still), 0, atol=1e-9)
    still[2, INDEX["left_ankle"], 1] += 0.35 * TORSO  # the shank is 0.7 torso lengths long
    expected = np.zeros((4, 8))
    expected[[1, 2], 6] = 0.5
    np.testing.assert_allclose(extractors.limb_change(still), expected, atol=1e-9)
    np.testing.assert_allclose(extractors.limb_change(body(np.arange(0, 360, 30))), 0, atol=1e-9)


def test_measures_without_a_truth():
    shaking = body(np.zeros(11))
    shaking[::2, :, 0] += 0.0  # hip-centred: what all points do together is no jitter
    still, lost = track("a", shaking), track("a", shaking, range(6))
    moving = body(np.zeros(11))
    moving[::2, INDEX["left_wrist"], 0] += 0.1 * TORSO
    found = {"still": [still], "lost": [lost], "shaking": [track("a", moving)]}
    table = extractors.without_truth(found)
    assert table.columns.to_list() == list(found)
    np.testing.assert_allclose(table.loc["frames without a pose (%)"], [0, 600 / 11, 0])
    jitter = "jitter when still, 90th percentile (% of torso)"
    np.testing.assert_allclose(table.loc[jitter], [0, 0, 0], atol=1e-4)  # one of 33 points
    assert table.loc[extractors.LIMBS, "still"] == pytest.approx(0, abs=1e-4)
    assert tracks.residual(moving).max() == pytest.approx(0.1)
    assert table.loc[extractors.LIMBS, "shaking"] > 1
