"""The pose in pictures as they come, on rendered films where the truth is known."""

import numpy as np
import pytest
from somersault import CAMERA, error, pictures, somersault, waiting

from gymlib.pose import follower, networks
from gymlib.pose.follower import Follower
from gymlib.pose.networks import NoLiteRTError


def followed(film, fps=30.0, follow=None):
    follow = follow or Follower(30.0)
    return [follow(frame / fps, picture) for frame, picture in film]


def share_right(found, true):
    """Joints that are right, of all joints of all pictures."""
    rows = [
        np.zeros(18) if seen is None else error(seen.keypoints[None], body[None])[0] < 0.3
        for seen, body in zip(found, true)
    ]
    return np.mean(rows)


@pytest.mark.slow(seconds=5)
def test_the_pose_is_kept_through_a_somersault_though_every_third_picture_is_missing():
    joints = somersault()
    film = [(k, picture) for k, picture in enumerate(pictures(joints)) if k % 3 != 2]
    found = followed(film)
    assert all(seen is not None and 0 < seen.confidence <= 1 for seen in found)
    assert share_right(found, CAMERA.project(joints)[[k for k, _ in film]]) > 0.75


@pytest.mark.slow(seconds=9)
def test_the_one_who_moves_is_followed_even_after_the_numbers_began_anew(monkeypatch):
    monkeypatch.setattr(follower, "SPAN", 0.8)
    gymnast, spotter = somersault(x=-0.9), waiting(x=1.3)
    found = followed(enumerate(pictures(gymnast, spotter)))
    assert share_right(found[12:], CAMERA.project(gymnast)[12:]) > 0.7


@pytest.mark.slow
def test_nobody_is_nobody():
    grey = np.full((48, 64, 3), 120, np.uint8)
    assert followed(enumerate([grey] * 8)) == [None] * 8


def test_without_litert_it_says_what_to_do(monkeypatch):
    monkeypatch.setattr(networks, "available", lambda: False)
    with pytest.raises(NoLiteRTError, match="pip install ai-edge-litert"):
        Follower()
