"""How long and how heavy the parts of a gymnast are.

Lengths are shares of the standing height (Winter 2009, "Biomechanics and Motor Control of Human
Movement", figure 4.1), drawn a little towards what BlazePose reports of real gymnasts, whose
torsos come out longer and limbs shorter than a ruler finds. Masses, centres of mass and radii of
gyration are those of de Leva 1996 ("Adjustments to Zatsiorsky-Seluyanov's segment inertia
parameters", table 4, men).
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from gymlib.skeleton import INDEX

GRAVITY = 9.81
"""Metres per second squared."""

SOLE = 0.02
"""Metres from the keypoints of heel and toe down to the floor: half the thickness of a foot."""


@dataclass(frozen=True)
class Proportions:
    """Lengths in metres; ``Proportions.of(height)`` gives those of an average body.

    ``torso`` is mid-hip to mid-shoulder, ``shoulders`` and ``hips`` are whole widths,
    ``ankle`` is the ankle's height above the keypoints of heel and toe, ``heel`` and ``toe`` lie
    behind and before it.
    """

    height: float
    torso: float
    shoulders: float
    hips: float
    upper_arm: float
    forearm: float
    hand: float
    thigh: float
    shank: float
    neck: float
    head: float
    ankle: float
    heel: float
    toe: float

    @classmethod
    def of(cls, height: float) -> "Proportions":
        """The average body of a height in metres."""
        shares = {
            "torso": 0.305, "shoulders": 0.205, "hips": 0.115, "upper_arm": 0.165,
            "forearm": 0.142, "hand": 0.055, "thigh": 0.232, "shank": 0.234, "neck": 0.108,
            "head": 0.055, "ankle": 0.038, "heel": 0.026, "toe": 0.092,
        }  # fmt: skip
        return cls(height, **{name: height * share for name, share in shares.items()})

    @classmethod
    def sample(cls, rng: np.random.Generator) -> "Proportions":
        """A random gymnast of 1.50 to 1.84 m whose parts vary by 3% (standard deviation)."""
        body = vars(cls.of(float(rng.uniform(1.50, 1.84))))
        factors = np.clip(rng.normal(1, 0.03, len(body)), 0.93, 1.07)
        factors[0] = 1
        return cls(**{name: float(v * f) for (name, v), f in zip(body.items(), factors)})

    @property
    def leg(self) -> float:
        """Hip to ankle with a straight knee, metres."""
        return self.thigh + self.shank


# Share of the body's mass, centre of mass from the first end and radius of gyration about a
# transverse axis, both as shares of the segment's length (de Leva 1996, table 4).
_SEGMENTS = {
    ("shoulder", "hip"): (0.4346 / 2, 0.431, 0.33),
    ("shoulder", "elbow"): (0.0271, 0.577, 0.277),
    ("elbow", "wrist"): (0.0162, 0.457, 0.270),
    ("wrist", "index"): (0.0061, 0.79, 0.3),
    ("hip", "knee"): (0.1416, 0.410, 0.329),
    ("knee", "ankle"): (0.0433, 0.446, 0.252),
    ("heel", "foot_index"): (0.0137, 0.4415, 0.251),
}
_HEAD = 0.0694


def _points():
    """Each segment as two points of half its mass at its centre of mass +- radius of gyration."""
    rows, masses = [], []
    for side in ("left", "right"):
        for (first, last), (mass, centre, gyration) in _SEGMENTS.items():
            for share in (centre - gyration, centre + gyration):
                row = np.zeros(33)
                row[INDEX[f"{side}_{first}"]] = 1 - share
                row[INDEX[f"{side}_{last}"]] += share
                rows.append(row)
                masses.append(mass / 2)
        row = np.zeros(33)
        row[INDEX[f"{side}_ear"]] = 1
        rows.append(row)
        masses.append(_HEAD / 2)
    masses = np.array(masses)
    return np.array(rows), masses / masses.sum()


POINTS, MASSES = _points()
"""The body as mass points: ``POINTS @ joints`` are their places, ``MASSES`` sum to one.

Two points per segment have exactly its mass, centre of mass and transverse moment of inertia.
"""

_CENTRE = MASSES @ POINTS


def centre_of_mass(
    joints: Float[np.ndarray, "*frames 33 axes"],
) -> Float[np.ndarray, "*frames axes"]:
    """Centre of mass of the whole body, in the units of ``joints``; in a picture, where it is seen.

    NaN stays NaN.
    """
    return np.einsum("j,...jk->...k", _CENTRE, joints)
