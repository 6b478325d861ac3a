"""What comes after an import bears points that are missing in every frame."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from footage import film
from keypoint_files import WRITERS, openpose_coco
from stick_figure import attempt, salto

from gymlib import kinematics
from gymlib.__main__ import main
from gymlib.dataset import Dataset
from gymlib.features.bodies import comparable_keypoints
from gymlib.kinematics import Measurement, body
from gymlib.kinematics.curves import curves
from gymlib.skeleton import INDEX, KEYPOINTS

NAMES = ("openpose", "openpose-coco")


def seen_as(name: str, turns: float = 1.0):
    """A somersault, whole and as that program sees it, and its labels."""
    bodies, labels = salto(turns)
    whole = attempt(bodies, labels)
    unknown = [k for k, point in enumerate(KEYPOINTS) if point not in WRITERS[name][1]]
    keypoints = whole.keypoints.copy()
    keypoints[:, unknown] = np.nan
    return whole, replace(whole, keypoints=keypoints)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("turns", [1.0, 2.0])
def test_measurements_of_a_body_without_feet_and_fingers_are_nearly_the_same(name, turns):
    whole, part = seen_as(name, turns)
    (expected,), (found,) = kinematics.measure(whole), kinematics.measure(part)
    for key, value in expected.items():
        if key == "entry" and name == "openpose-coco":
            assert found[key] == "", "toes alone tell it"
        elif not isinstance(value, Measurement):
            assert found[key] == value, key
        elif value.seen and found[key].seen:
            near = np.isclose(found[key].value, value.value, rtol=0.03, atol=0.03)
            # The first frame on the ground, which feet tell best, has the lowest hands here.
            assert near or found[key].low <= value.value <= found[key].high or key == "hands", key
        else:  # which way a body faces is not known without feet
            assert not found[key].seen and (not value.seen or key == "half_twist"), key


@pytest.mark.parametrize("name", NAMES)
def test_networks_see_whole_bodies(name):
    whole, part = seen_as(name)
    found, expected = comparable_keypoints(part), comparable_keypoints(whole)
    known = [INDEX[point] for point in WRITERS[name][1] if point in INDEX]
    assert np.isfinite(found).all()
    np.testing.assert_allclose(found[:, known], expected[:, known], atol=1e-5)
    assert np.isnan(part.keypoints).any(), "the attempt itself keeps what is missing"


def test_curves_and_the_centre_of_mass_are_whole():
    whole, part = seen_as("openpose-coco")
    assert all(np.isfinite(curve).all() for curve in curves(part))
    away = body.height(body.pixels(part)) - body.height(body.pixels(whole))
    assert np.abs(away).max() < 0.05  # torso lengths


@pytest.mark.slow
def test_films_are_labelled_measured_and_drawn(home, tmp_path):
    data = Dataset("mine", home)
    film(data.folder / "videos" / "salto.mp4")
    assert main(["data", "--dataset", "mine"]) == 0
    width, height = (float(data.clips[side][0]) for side in ("width", "height"))
    bodies = salto()[0][16:24]
    shown = {k: [own * [width / 640, height / 480]] for k, own in enumerate(bodies)}
    source = openpose_coco(tmp_path, "salto", shown)
    command = ["import", "--dataset", "mine", "--format", "openpose", "--source", str(source)]
    assert main(command) == 0
    before = data.keypoints
    assert main(["predict", "--dataset", "mine"]) == 0
    assert data.keypoints.equals(before), "nothing is extracted in their place"
    place = data.folder / "results" / "application"
    labels = pd.read_csv(place / "labels.csv")
    assert labels["label"].notna().all() and labels["pose"].all() and len(labels) == 8
    for file in ("measurements.csv", "overlay/salto.mp4", "report/salto.html"):
        assert (place / file).is_file()
