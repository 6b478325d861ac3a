"""A body seen from the side whose angles are known, standing, squatting or turning in the air."""

import numpy as np

from gymlib.dataset import Attempt
from gymlib.labels import IDLE, LANDING, SKILL, TAKEOFF
from gymlib.simulation.motion.proportions import centre_of_mass
from gymlib.skeleton import INDEX

SIZE = 640, 480
TORSO = 60.0  # pixels


def _way(degrees: float) -> np.ndarray:
    """Unit vector at an angle clockwise from up; y downwards."""
    return np.array([np.sin(np.radians(degrees)), -np.cos(np.radians(degrees))])


def figure(
    trunk=0.0, hip=180.0, knee=180.0, arm=0.0, *, facing=1, centre=(320.0, 240.0), torso=TORSO
) -> np.ndarray:
    """Keypoints (33, 2) in pixels of a body with these angles in degrees.

    trunk : clockwise from upright. hip, knee : 180 straight. arm : 0 hanging, 180 raised. facing :
    1 to the right, -1 to the left. centre : of mass.
    """
    thigh = trunk + facing * hip
    shank = thigh + facing * (180 - knee)
    upper = trunk + 180 - facing * arm
    ahead, along = _way(trunk + 90 * facing), _way(trunk)
    places = {"hip": np.zeros(2), "shoulder": along}
    places["knee"] = 0.75 * _way(thigh)
    places["ankle"] = places["knee"] + 0.75 * _way(shank)
    toes = _way(shank - 90 * facing)
    places["heel"] = places["ankle"] - 0.08 * toes + 0.1 * _way(shank)
    places["foot_index"] = places["ankle"] + 0.3 * toes + 0.1 * _way(shank)
    places["elbow"] = places["shoulder"] + 0.5 * _way(upper)
    places["wrist"] = places["shoulder"] + 0.95 * _way(upper)
    places |= {name: places["wrist"] for name in ("pinky", "index", "thumb")}
    body = np.empty((33, 2))
    for name, index in INDEX.items():
        part = name.removeprefix("left_").removeprefix("right_")
        body[index] = places.get(part, 1.35 * along + 0.15 * ahead)
    for side in ("left", "right"):
        body[INDEX[f"{side}_ear"]] = 1.35 * along
    body = torso * body
    return body - centre_of_mass(body) + centre


FEET = [INDEX[f"{side}_{part}"] for side in ("left", "right") for part in ("heel", "foot_index")]
_OTHERS = [k for k in range(33) if k not in FEET]
_SHARE = centre_of_mass(np.isin(np.arange(33), _OTHERS)[:, None] * np.ones(2))  # of the mass

PUSH = 5
"""Frames that the legs push before a take-off, and give way in a landing, evenly."""


def salto(
    turns=1.0,
    *,
    way=1,
    facing=1,
    hip=60.0,
    knee=60.0,
    before=20,
    flight=20,
    after=20,
    bend=1.0,
    torso=TORSO,
) -> tuple[np.ndarray, np.ndarray]:
    """Keypoints (frames, 33, 2) and labels of one somersault out of standing.

    The feet leave the ground at ``before`` - 0.5 and meet it ``flight`` frames later; meanwhile the
    body turns evenly, ``way`` 1 forwards or -1 backwards, and the centre of mass falls with
    2 * ``bend`` pixels per frame squared. On the ground it is below the height of the contacts by
    ``bend * flight * PUSH / 2`` pixels. Take-off is labelled for five frames.
    """
    frames = before + flight + after
    late = np.arange(frames) - before + 0.5
    share = np.clip(late / flight, 0, 1)
    ground = np.minimum(np.maximum(-late, late - flight).clip(0), PUSH)  # frames from the flight
    down = bend * flight * (ground - ground**2 / (2 * PUSH))
    bodies = []
    for now, low in zip(share, down):
        held = {"hip": hip, "knee": knee} if 0.15 < now < 0.85 else {}
        up = bend * flight**2 * now * (1 - now)
        turned = 360 * turns * way * facing * now
        centre = 320, 300 - up + low
        body = figure(turned, facing=facing, centre=centre, torso=torso, **held)
        body[FEET, 1] -= low  # they stay where they are while the body sinks
        body[_OTHERS] += (centre - centre_of_mass(body)) / _SHARE
        bodies.append(body)
    lengths = [before - 5, 5, flight, after]
    return np.array(bodies), np.repeat([IDLE, TAKEOFF, SKILL, LANDING], lengths).astype(np.int8)


def attempt(keypoints: np.ndarray, labels=None, fps=30.0, name="paper") -> Attempt:
    """A clip of these keypoints; frames with NaN have no pose."""
    seen = np.isfinite(keypoints).all(axis=(1, 2))
    shares = np.where(seen[:, None, None], keypoints / SIZE, 0).astype(np.float32)
    return Attempt(name, "video", fps, SIZE, shares, seen, labels)
