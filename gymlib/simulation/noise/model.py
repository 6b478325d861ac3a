"""A pose estimator's errors as chance: a body is seen right, with sides exchanged, wrong, or lost.

Which of the four, follows in each frame from the frame before and from what makes a body hard to
see: how far it is turned over, how fast it turns, how small it is. Errors are in torso lengths.
"""

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.ndimage import maximum_filter1d

from gymlib.files.atomic import read_json, write_json
from gymlib.labels import marked_segments
from gymlib.skeleton import INDEX, middle, mirror, torso_length

STATES = ("right", "exchanged", "wrong", "lost")
RIGHT, EXCHANGED, WRONG, LOST = range(4)
LIMBS = tuple(
    tuple(INDEX[f"{side}_{name}"] for name in names)
    for side in ("left", "right")
    for names in (
        ("elbow", "wrist", "pinky", "index", "thumb"), ("knee", "ankle", "heel", "foot_index")
    )
)  # fmt: skip
"""Of each arm and leg the joint in its middle, then what hangs on it."""

STEADY = 0.98
"""Memory of the errors from frame to frame while the estimator holds on to a body."""
SPEED, AT_REST = 5, 0.01
"""Column of the conditions with the logarithm of the movement, and what is added to it."""

FITTED = Path(__file__).with_name("fitted.json")


@dataclass(frozen=True)
class PoseNoise:
    """What was learnt.

    Attributes
    ----------
    start : (4,) shares of the states in a clip's first frame.
    follow : (4, 4, 6) weights of the conditions (:func:`conditions`) for each state before (first
        axis) and now (second); the softmax over now gives the chance.
    bias : (33,) deviation between clips of a keypoint's mean error, per axis.
    spread : (33,) deviation of a keypoint about that, per axis, as shares of the frame's size.
    growth : (6,) weights of the conditions for the logarithm of a frame's size of errors.
    unrest : deviation of that logarithm, and its correlation with that of the frame before.
    forgetting : how often the errors of all keypoints begin anew, as a rate: of a body at rest,
        and per torso length that the keypoints move. In between they hardly change.
    stray : (2, 2, 6) as ``follow``, for an arm or leg that is where it should be, or astray.
    astray : deviation of where a limb goes then, per axis, for its middle joint and its end.
    lag : frames by which a moving keypoint is behind.
    wrongs : (episodes, 5) for each stretch of wrong frames turn (radians), logarithm of the
        size, shift right and down, and deviation of what remains.
    """

    start: list
    follow: list
    bias: list
    spread: list
    growth: list
    unrest: list
    forgetting: list
    stray: list
    astray: list
    lag: float
    wrongs: list

    @classmethod
    def load(cls, file: Path = FITTED) -> "PoseNoise":
        """What :mod:`fit` has written."""
        return cls(**{k: v for k, v in read_json(file).items() if k != "provenance"})

    def save(self, file: Path, provenance: dict) -> None:
        """As JSON."""
        write_json(file, asdict(self) | {"provenance": provenance})

    def see(
        self, truth: Float[np.ndarray, "frames 33 2"], rng: np.random.Generator
    ) -> tuple[Float[np.ndarray, "frames 33 2"], Bool[np.ndarray, " frames"]]:
        """The keypoints of a clip as the estimator could have given them, and where it found any.

        Both in square units, such as pixels. Zeros where nobody is found.
        """
        torso, given = typical_torso(truth), conditions(truth)
        states = self.states(given, rng)
        body = truth.copy()
        body[states == EXCHANGED] = mirror(truth[states == EXCHANGED])
        body[states == WRONG] = self._wrong(truth, states, rng)[states == WRONG]
        behind = np.diff(body, axis=0, prepend=body[:1])
        # Where the body seen is another one than in the frame before, nothing is behind.
        behind[np.diff(states, prepend=states[:1]) != 0] = 0
        noise = self._noise(given, rng) + self._strays(given, rng)
        seen = body - self.lag * behind + torso * noise
        seen[states == LOST] = 0
        return seen, states != LOST

    def states(
        self, conditions: Float[np.ndarray, "frames 6"], rng: np.random.Generator
    ) -> Int[np.ndarray, " frames"]:
        """A state for each frame, drawn one after the other."""
        first = int(rng.choice(len(STATES), p=np.array(self.start) / np.sum(self.start)))
        return _chain(np.array(self.follow), conditions, first, rng)

    def _strays(self, conditions, rng) -> Float[np.ndarray, "frames 33 2"]:
        """Arms and legs that are somewhere else for some frames."""
        moved = np.zeros((len(conditions), 33, 2))
        for limb in LIMBS:
            off = _chain(np.array(self.stray), conditions, 0, rng) == 1
            for start, end in marked_segments(off):
                way = rng.normal(size=2)
                moved[start : end + 1, limb[0]] += self.astray[0] * way
                moved[start : end + 1, list(limb[1:])] += self.astray[1] * way
        return moved

    def _wrong(self, truth, states, rng):
        """Another body for every stretch of wrong frames."""
        hip, body = middle(truth, "hip")[:, None], truth.copy()
        torso = typical_torso(truth)
        for start, end in marked_segments(states == WRONG):
            turn, size, right, down, rest = self.wrongs[rng.integers(len(self.wrongs))]
            cos, sin = np.exp(size) * np.cos(turn), np.exp(size) * np.sin(turn)
            part = slice(start, end + 1)
            about = (truth[part] - hip[part]) @ np.array([[cos, sin], [-sin, cos]])
            body[part] = hip[part] + about + torso * np.array([right, down])
            body[part] += torso * rng.normal(0, rest, (1, 33, 2))
        return body

    def _noise(self, conditions, rng):
        """Unsteadiness, in torso lengths: per clip and keypoint constant, and slowly changing."""
        moved = np.exp(conditions[:, SPEED]) - AT_REST
        kept = np.exp(-self.forgetting[0] - self.forgetting[1] * moved)
        memory = np.where(rng.random(len(kept)) < kept, STEADY, 0.0)
        unrest = self.unrest[0] * _slow(rng, np.full(len(moved), float(self.unrest[1])))
        size = np.exp(conditions @ np.array(self.growth) + unrest)
        trembling = _slow(rng, memory, 33, 2)
        moving = size[:, None, None] * np.array(self.spread)[:, None] * trembling
        return moving + np.array(self.bias)[:, None] * rng.normal(size=(33, 2))


def _slow(
    rng: np.random.Generator, memory: Float[np.ndarray, " frames"], *shape: int
) -> Float[np.ndarray, "frames ..."]:
    """Normal noise whose frames (first axis) remember the one before by ``memory``."""
    values = rng.normal(size=(len(memory), *shape))
    for t in range(1, len(values)):
        values[t] = memory[t] * values[t - 1] + np.sqrt(1 - memory[t] ** 2) * values[t]
    return values


def _chain(
    weights: Float[np.ndarray, "before now 6"],
    conditions: Float[np.ndarray, "frames 6"],
    first: int,
    rng: np.random.Generator,
) -> Int[np.ndarray, " frames"]:
    """States drawn one after the other, each with the softmax of the weighted conditions."""
    scores = np.einsum("bnc,fc->fbn", weights, conditions)
    chances = np.exp(scores - scores.max(axis=-1, keepdims=True)).cumsum(axis=-1)
    drawn, found = rng.random(len(conditions)), np.full(len(conditions), first)
    for t in range(1, len(found)):
        row = chances[t, found[t - 1]]
        found[t] = np.searchsorted(row, drawn[t] * row[-1])
    return found


def typical_torso(keypoints: Float[np.ndarray, "frames 33 2"]) -> float:
    """The clip's torso length: a trunk that points at the camera is short, so not every frame's."""
    return float(np.quantile(torso_length(keypoints), 0.75))


def conditions(truth: Float[np.ndarray, "frames 33 2"]) -> Float[np.ndarray, "frames 6"]:
    """What makes a body hard to see, per frame, in pixels of a 960 by 540 picture or the like.

    1; the trunk's angle from upright in right angles, and its square; the logarithm of its
    fastest turn within two frames; the logarithm of 100 pixels by the torso; the logarithm of how
    far the keypoints move about the hip, in torso lengths per frame, with 0.01 for a body at rest.
    """
    trunk = middle(truth, "shoulder") - middle(truth, "hip")
    angle = np.unwrap(np.arctan2(trunk[:, 0], -trunk[:, 1]))
    over = np.abs(np.angle(np.exp(1j * angle))) / (np.pi / 2)
    turn = np.abs(np.degrees(np.gradient(angle))) if len(angle) > 1 else np.zeros(len(angle))
    fastest = np.log1p(maximum_filter1d(turn, 5, mode="nearest"))
    small = np.full(len(truth), np.log(100 / max(typical_torso(truth), 1.0)))
    about = truth - middle(truth, "hip")[:, None]
    moved = (
        np.linalg.norm(np.gradient(about, axis=0), axis=-1).mean(axis=1)
        if len(truth) > 1
        else 0 * small
    )
    speed = np.log(AT_REST + moved / typical_torso(truth))
    return np.stack([np.ones(len(truth)), over, over**2, fastest, small, speed], axis=1)
