"""Who was not followed: a detector that sees what it is told, and where its answers are kept."""

import numpy as np
import pytest
from footage import film
from sightings import sighting
from tiny_dataset import TORSO, standing

from gymlib.dataset import Dataset, inventory
from gymlib.dataset.keypoints import keypoint_rows
from gymlib.pose import networks, others
from gymlib.pose.detector import Detection

FOLLOWED = TORSO * standing() + [300.0, 200.0]


def body(place, confidence=0.9):
    return sighting(0, place, confidence=confidence).candidate


def test_somebody_else_is_clear_and_a_torso_away():
    near, far, doubtful = body((340, 200)), body((365, 200)), body((365, 200), confidence=0.5)
    assert others.apart([near, far, doubtful], FOLLOWED).tolist() == [False, True, False]
    assert others.apart([], FOLLOWED).shape == (0,)


@pytest.fixture
def hall(home, monkeypatch):
    """A film of 20 frames, 64 x 48, with somebody at (16, 24) who is followed, seen in all frames
    but the ninth; the detector sees him and a spotter at (56, 12) in each. And the looks."""
    data, looks = Dataset("mine"), []
    film(data.folder / "videos" / "hall" / "one.mp4", frames=20)
    inventory.make(data)
    pose = np.tile(5 * standing() + [16, 24], (20, 1, 1)) / [64, 48]
    detected = np.arange(20) != 8
    seen, times = np.ones((20, 33)), np.arange(20) / 25
    data.write(keypoint_rows("one", pose, seen, detected, times), "keypoints.parquet")
    people = [body((16, 24)), body((56, 12))]

    def detector(picture, minimum, tiles):
        looks.append(picture.shape[:2])
        return [Detection(one.region, 0.9) for one in people]

    monkeypatch.setattr(networks, "available", lambda: True)
    monkeypatch.setattr(others, "Detector", lambda: detector)
    monkeypatch.setattr(others, "LandmarkNetwork", lambda: lambda picture, region: region)
    monkeypatch.setattr(
        others, "candidate", lambda region, torso: body((region.x, region.y), 0.8 + region.x / 1e3)
    )
    return data, looks


@pytest.mark.slow
def test_the_spotter_stands_in_the_frames_nearest_to_each_look(hall):
    """Looks at frames 0, 8 and 16; in the ninth, 8, the body is lost, and nobody is told."""
    found = others.of_clip(hall[0], "one")
    assert hall[1] == [(48, 64)] * 2
    assert found["frame"].tolist() == [0, 1, 2, 3, 4, 13, 14, 15, 16, 17, 18, 19]
    bodies = others.by_frame(found)
    np.testing.assert_allclose(bodies[15], np.tile([56 / 64, 12 / 48], (1, 33, 1)))
    assert others.clearest(found.iloc[5:], 25.0) == pytest.approx((0.875, 0.25, 13 / 25))


@pytest.mark.slow
def test_they_are_looked_for_again_only_if_the_pose_is_another(hall):
    data, looks = hall
    first, again = others.of_clip(data, "one"), others.of_clip(data, "one")
    np.testing.assert_array_equal(first, again)
    assert len(looks) == 2
    assert not list((data.folder / ".poses").glob("*.parquet")), "beside the poses, not among them"
    data.write(data.keypoints.assign(x_nose=np.float32(0.1)), "keypoints.parquet")
    others.of_clip(data, "one")
    assert len(looks) == 4


@pytest.mark.slow
def test_alone_without_a_film_or_without_the_networks_there_is_nobody(hall, monkeypatch):
    data, looks = hall
    monkeypatch.setattr(others, "apart", lambda bodies, followed: np.zeros(len(bodies), bool))
    assert others.of_clip(data, "one").empty and others.by_frame(others.NOBODY) == {}
    assert len(looks) == 2
    monkeypatch.setattr(networks, "available", lambda: False)
    assert others.of_clip(data, "one").empty
    monkeypatch.setattr(networks, "available", lambda: True)
    data.write(data.clips.assign(path=None), "clips.csv")
    assert others.of_clip(data, "one").empty and len(looks) == 2
