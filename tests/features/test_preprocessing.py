"""Which frames stay and in which units, on bodies whose coordinates are known on paper."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny_dataset import HEIGHT, TORSO, WIDTH, make_dataset, pose, standing

from gymlib.dataset import Dataset, schemas
from gymlib.features import normalisation as normalising
from gymlib.features import preprocessing
from gymlib.features.preprocessing import PreprocessingConfig
from gymlib.files.atomic import write_json
from gymlib.files.tables import check
from gymlib.skeleton import INDEX, middle, torso_length

SCALE = np.array([WIDTH, HEIGHT])


def body(frames=5, shift=(0.0, 0.0), scale=1.0) -> np.ndarray:
    """A standing body (frames, 33, 2) in pixels, moving by ``shift`` pixels per frame."""
    still = standing() * TORSO * scale + [WIDTH / 2, HEIGHT / 2]
    return still + np.arange(frames)[:, None, None] * np.array(shift)


def fractions(pixels) -> np.ndarray:
    return (pixels / SCALE).astype(np.float32)


def test_funnel_counts_in_the_order_of_the_thesis():
    detected = np.array([True, True, False, False, True])
    labels = np.array([0, -1, -1, 2, 3], dtype=np.int8)
    assert preprocessing.funnel(detected, labels) == (5, 2, 1, 2)
    assert preprocessing.kept(detected, labels).tolist() == [True, False, False, False, True]


@given(st.lists(st.tuples(st.booleans(), st.integers(-1, 3)), max_size=50))
def test_funnel_adds_up(rows):
    detected = np.array([found for found, _ in rows], dtype=bool)
    labels = np.array([label for _, label in rows], dtype=np.int8)
    counts = preprocessing.funnel(detected, labels)
    assert counts.frames - counts.no_pose - counts.unlabeled == counts.kept


def test_raw_changes_nothing():
    keypoints = fractions(body())
    assert normalising.normalise(keypoints, WIDTH, HEIGHT, "raw") is keypoints


def test_hip_torso_of_a_standing_body():
    found = normalising.hip_torso(fractions(body()), WIDTH, HEIGHT)
    np.testing.assert_allclose(found, np.broadcast_to(standing(), found.shape), atol=1e-5)
    np.testing.assert_allclose(torso_length(found), 1, atol=1e-5)


def test_sideways_travel_goes_and_jumping_stays():
    found = normalising.hip_torso(fractions(body(shift=(7.0, -3.0))), WIDTH, HEIGHT)
    hip = middle(found, "hip")
    np.testing.assert_allclose(hip[:, 0], 0, atol=1e-5)
    # Heights count from the median of the first five frames, here the third.
    np.testing.assert_allclose(hip[:, 1], (np.arange(5) - 2) * -3 / TORSO, atol=1e-5)


def test_a_broken_first_pose_does_not_move_the_others():
    whole, broken = body(), body()
    broken[0] += [0, 400]
    found = normalising.hip_torso(fractions(broken), WIDTH, HEIGHT)
    expected = normalising.hip_torso(fractions(whole), WIDTH, HEIGHT)
    np.testing.assert_allclose(found[1:], expected[1:], atol=1e-5)


@given(
    st.floats(-50, 50),
    st.floats(-50, 50),
    st.floats(0.3, 3.0),
    st.sampled_from([(640, 360), (360, 640), (1920, 1080)]),
)
def test_hip_torso_forgets_place_size_and_picture(dx, dy, scale, picture):
    width, height = picture
    pixels = body(shift=(2.0, -4.0)) * scale + [dx, dy]
    keypoints = (pixels / [width, height]).astype(np.float32)
    found = normalising.hip_torso(keypoints, width, height)
    expected = normalising.hip_torso(fractions(body(shift=(2.0, -4.0))), WIDTH, HEIGHT)
    np.testing.assert_allclose(found, expected, atol=1e-3)


def test_recovered_style_coordinates_give_the_same_numbers():
    """x relative to each frame's left hip, y to the first frame's, as in the recovered clips."""
    pixels = np.stack([pose("skill", progress) for progress in np.linspace(0, 1, 9)])
    hip = pixels[:, INDEX["left_hip"]]
    relative = pixels - np.stack([hip[:, 0], np.full(9, hip[0, 1])], axis=1)[:, None]
    np.testing.assert_allclose(
        normalising.hip_torso(fractions(pixels), WIDTH, HEIGHT),
        normalising.hip_torso(fractions(relative), WIDTH, HEIGHT),
        atol=1e-4,
    )


def test_one_broken_pose_does_not_move_the_scale():
    pixels = body()
    pixels[2, [INDEX["left_shoulder"], INDEX["right_shoulder"]]] += 500
    found = normalising.hip_torso(fractions(pixels), WIDTH, HEIGHT)
    np.testing.assert_allclose(found[0], standing(), atol=1e-5)


def test_a_torso_without_length_is_an_error():
    with pytest.raises(ValueError, match="median torso length is 0 pixels, at least 1"):
        normalising.hip_torso(np.zeros((4, 33, 2), dtype=np.float32), WIDTH, HEIGHT)


def test_an_unknown_normalisation_is_an_error():
    with pytest.raises(ValueError, match="one of raw, hip_torso; found 'hip'"):
        PreprocessingConfig("hip")


def test_gaps():
    assert preprocessing.gaps(np.array([0, 1, 4, 5, 9])).tolist() == [0, 2, 0, 3]
    assert preprocessing.gaps(np.array([3])).tolist() == []


def test_steps_of_a_body_that_moves_evenly():
    found = preprocessing.steps(body(frames=4, shift=(3.0, 4.0)))
    np.testing.assert_allclose(found, [5, 5, 5])


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_unreal_coordinates_are_named(value):
    keypoints = fractions(body())
    keypoints[1, INDEX["right_knee"], 1] = value
    with pytest.raises(ValueError, match="clip one, frame 12: y of right_knee is"):
        preprocessing.check_finite(keypoints, np.arange(11, 16), "one")


def tables(home, name="tiny"):
    make_dataset(home, processed=True, name=name)
    data = Dataset(name, home)
    return data.keypoints, data.labels, data.clips


@pytest.mark.slow
@pytest.mark.parametrize("normalisation", normalising.NORMALISATIONS)
def test_process(home, normalisation):
    keypoints, labels, clips = tables(home)
    kept, funnels = preprocessing.process(
        keypoints, labels, clips, PreprocessingConfig(normalisation)
    )
    check(kept, schemas.PROCESSED, "processed")
    assert len(kept) == funnels["kept"].sum()
    assert funnels["frames"].sum() == len(labels)
    assert funnels["unlabeled"].sum() == 1
    assert kept["clip"].drop_duplicates().tolist() == clips["clip"].tolist()
    assert kept.groupby("clip")["frame"].apply(lambda f: f.is_monotonic_increasing).all()


@pytest.mark.slow
def test_process_takes_rows_in_any_order(home):
    keypoints, labels, clips = tables(home)
    config = PreprocessingConfig("hip_torso")
    expected, _ = preprocessing.process(keypoints, labels, clips, config)
    shuffled = keypoints.sample(frac=1, random_state=1), labels.sample(frac=1, random_state=2)
    found, _ = preprocessing.process(*shuffled, clips, config)
    pd.testing.assert_frame_equal(found, expected)


@pytest.mark.slow
def test_a_clip_without_any_pose_disappears(home):
    keypoints, labels, clips = tables(home)
    keypoints.loc[keypoints["clip"] == "clip_02", "detected"] = False
    kept, funnels = preprocessing.process(
        keypoints, labels, clips, PreprocessingConfig("hip_torso")
    )
    assert "clip_02" not in set(kept["clip"])
    assert funnels.set_index("clip").loc["clip_02", "kept"] == 0
    check(kept, schemas.PROCESSED, "processed")


@pytest.mark.slow
def test_nan_without_a_pose_does_no_harm(home):
    keypoints, labels, clips = tables(home)
    lost = ~keypoints["detected"]
    keypoints.loc[lost, "x_nose"] = np.nan
    kept, _ = preprocessing.process(keypoints, labels, clips, PreprocessingConfig())
    assert kept["x_nose"].notna().all()


@pytest.mark.slow
def test_nan_with_a_pose_is_an_error(home):
    keypoints, labels, clips = tables(home)
    row = keypoints.index[(keypoints["clip"] == "clip_03") & keypoints["detected"]][4]
    keypoints.loc[row, "x_nose"] = np.nan
    frame = keypoints.loc[row, "frame"]
    with pytest.raises(ValueError, match=f"clip clip_03, frame {frame}: x of nose is nan"):
        preprocessing.process(keypoints, labels, clips, PreprocessingConfig())


@pytest.mark.slow
def test_missing_clips_and_frames_are_errors(home):
    keypoints, labels, clips = tables(home)
    config = PreprocessingConfig()
    with pytest.raises(ValueError, match="clip clip_01: no keypoints; expected 40 frames"):
        preprocessing.process(keypoints[keypoints["clip"] != "clip_01"], labels, clips, config)
    with pytest.raises(ValueError, match=r"clip clip_00: labels cover 39 frames \(1 to 39\)"):
        preprocessing.process(keypoints, labels.iloc[1:], clips, config)


@pytest.mark.slow
def test_a_degenerate_clip_is_named(home):
    keypoints, labels, clips = tables(home)
    keypoints.loc[keypoints["clip"] == "clip_04", schemas.XY] = 0.5
    with pytest.raises(ValueError, match="clip clip_04: median torso length is 0 pixels"):
        preprocessing.process(keypoints, labels, clips, PreprocessingConfig("hip_torso"))


@pytest.mark.slow
@pytest.mark.parametrize("normalisation", ["raw", "hip_torso"])
def test_bodies_to_draw_have_true_proportions(home, normalisation):
    data = Dataset(make_dataset(home, processed=True, normalisation=normalisation))
    write_json(data.folder / "processed.json", {"config": {"normalisation": normalisation}})
    drawn = preprocessing.proportioned(data)
    assert list(drawn) == [clip.name for clip in data.processed]
    # The simulated body turns in the picture, so that its bones keep their lengths only there.
    for bodies in drawn.values():
        hip, knee = middle(bodies, "hip"), middle(bodies, "knee")
        assert np.median(torso_length(bodies)) == pytest.approx(1, abs=1e-3)
        assert np.linalg.norm(knee - hip, axis=-1) == pytest.approx(0.7, abs=0.1)
