"""Confidence: the regression recovers what made the data, and reliability is counted right."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from gymlib.pose import calibration, confidence
from gymlib.pose.landmarks import Estimate
from gymlib.pose.region import Region
from gymlib.skeleton import KEYPOINTS


def test_the_regression_finds_what_made_the_shares(rng):
    values = rng.normal(size=(500, 3))
    shares = expit(values @ [1.5, -2.0, 0.3] + 0.7)
    found = confidence.fit_logistic(values, shares, ridge=0)
    np.testing.assert_allclose(found["weights"], [1.5, -2, 0.3], atol=1e-6)
    assert found["bias"] == pytest.approx(0.7)


def test_features_that_say_the_same_share_their_weight(rng):
    value = rng.normal(size=500)
    shares = expit(2 * value)
    found = confidence.fit_logistic(np.stack([value, value], axis=1), shares, ridge=1e-6)
    np.testing.assert_allclose(found["weights"], [1, 1], atol=1e-3)


def estimate(peak=0.9, length=50.0, angle=0.0):
    points = np.zeros((33, 2))
    points[[11, 12], 1] = -length
    return Estimate(points, np.full(33, peak), np.ones(33), 1.0, Region(0, 0, angle, 250))


def judged(**changes):
    return confidence.confidence(confidence.features(estimate(**changes), 50.0))


def test_what_makes_an_estimate_doubtful():
    assert judged() > judged(peak=0.5) > judged(peak=0.2)
    assert judged() > judged(length=20.0)
    assert judged() > judged(angle=2.0)
    assert 0 < judged(peak=0.0) < 0.5 < judged() < 1


def test_the_numbers_belong_to_the_features():
    numbers = confidence.fitted()
    assert numbers["candidate"]["features"] == list(confidence.FEATURES)
    assert numbers["joint"]["features"] == list(confidence.JOINT_FEATURES)
    assert len(numbers["joint"]["weights"]) == len(confidence.JOINT_FEATURES)


def test_every_keypoint_has_its_part():
    values = confidence.joint_features(np.ones(1), np.ones((1, 33)), np.ones((1, 33)))
    parts = values[0, :, 4:]  # (33, parts)
    assert (parts.sum(axis=1) == 1).all()
    named = {name: confidence.PARTS[own.argmax()] for name, own in zip(KEYPOINTS, parts)}
    assert named["left_ear"] == "head" and named["right_pinky"] == "hand"
    assert named["left_knee"] == "knee" and named["right_foot_index"] == "foot"


def test_a_frame_without_a_pose_is_not_believed():
    nothing = confidence.joint_confidence(np.zeros(1), np.zeros((1, 33)), np.full((1, 33), np.inf))
    assert (nothing < 0.1).all()


def test_reliability_on_paper():
    predicted = np.array([0.05, 0.15, 0.15, 0.95, 1.0])
    right = np.array([0.0, 0.0, 1.0, 1.0, 1.0])
    table = calibration.reliability(predicted, right)
    expected = pd.DataFrame(
        {"cases": [1, 2, 2], "predicted": [0.05, 0.15, 0.975], "right": [0.0, 0.5, 1.0]},
        index=pd.Index([0, 1, 9], name="bin"),
    )
    pd.testing.assert_frame_equal(table, expected)
    error = calibration.expected_calibration_error(table)
    assert error == pytest.approx((0.05 + 2 * 0.35 + 2 * 0.025) / 5)


def test_who_always_says_the_truth_has_no_error(rng):
    right = rng.random(1000)
    table = calibration.reliability(right, right)
    assert calibration.expected_calibration_error(table) == pytest.approx(0)


def test_clips_that_confidence_was_fitted_on():
    assert len(calibration.fitted_on("simulated")) > 20
    assert calibration.fitted_on("mine") == []
