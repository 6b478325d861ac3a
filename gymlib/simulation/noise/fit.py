"""Learn how an estimator errs from clips whose truth is known."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.optimize import nnls
from sklearn.linear_model import LogisticRegression

from gymlib.dataset import Dataset
from gymlib.dataset.keypoints import keypoint_array
from gymlib.files import provenance
from gymlib.files.tables import read_table
from gymlib.labels import marked_segments
from gymlib.simulation.noise.model import (
    AT_REST,
    EXCHANGED,
    FITTED,
    LIMBS,
    LOST,
    RIGHT,
    SPEED,
    STATES,
    STEADY,
    WRONG,
    PoseNoise,
    conditions,
    typical_torso,
)
from gymlib.skeleton import middle, mirror, to_pixels

TURNED = np.radians(60)
"""A trunk seen this far from its angle is another body's."""
SHIFTED = 0.7
"""So is one whose hip is this many torso lengths from its place."""
ASTRAY = 0.25
"""An arm or leg whose end is on average this many torso lengths from its place is astray."""
SHRUNK = 0.45
"""And one shorter than this share of the true trunk, or of half the clip's."""


class Pair(NamedTuple):
    """One clip: true keypoints, those found, and where any were; in pixels."""

    truth: Float[np.ndarray, "frames 33 2"]
    found: Float[np.ndarray, "frames 33 2"]
    detected: Bool[np.ndarray, " frames"]


def pairs(data: Dataset) -> list[Pair]:
    """The clips of a simulated data set, which keeps what is true; lengths in pixels."""
    truth = dict(list(read_table(data.folder / "truth" / "keypoints.parquet").groupby("clip")))
    return [
        Pair(
            to_pixels(keypoint_array(truth[name]).astype(float), *attempt.size),
            to_pixels(attempt.keypoints.astype(float), *attempt.size),
            attempt.detected,
        )
        for name, attempt in ((name, data.clip(name)) for name in data.clips["clip"])
    ]


def states(pair: Pair) -> Int[np.ndarray, " frames"]:
    """Right, exchanged, wrong or lost, frame by frame."""
    torso = typical_torso(pair.truth)
    true, seen = (
        middle(points, "shoulder") - middle(points, "hip") for points in (pair.truth, pair.found)
    )
    turn = np.angle(np.exp(1j * (_angle(seen) - _angle(true))))
    shift = np.linalg.norm(middle(pair.found, "hip") - middle(pair.truth, "hip"), axis=1)
    length, expected = (np.linalg.norm(trunk, axis=1) for trunk in (seen, true))
    short = length < SHRUNK * np.maximum(expected, 0.5 * torso)
    kept, other = (
        np.linalg.norm(points - pair.truth, axis=-1).mean(axis=1)
        for points in (pair.found, mirror(pair.found))
    )
    found = np.where(other < kept, EXCHANGED, RIGHT)
    found[(np.abs(turn) > TURNED) | (shift > SHIFTED * torso) | short] = WRONG
    found[~pair.detected] = LOST
    return found


def fit(pairs: Sequence[Pair]) -> PoseNoise:
    """The noise that ``pairs`` show. Raises ValueError if a state never occurs in them."""
    seen = [states(pair) for pair in pairs]
    what = [conditions(pair.truth) for pair in pairs]
    missing = set(range(len(STATES))) - set(np.concatenate(seen).tolist())
    if missing:
        names = ", ".join(STATES[state] for state in sorted(missing))
        raise ValueError(f"no frame of these {len(pairs)} clips is {names}; give more clips")
    first = np.bincount([found[0] for found in seen], minlength=len(STATES))
    lag, residuals = _lag([_errors(pair, found) for pair, found in zip(pairs, seen)])
    strays, astray = _strays(residuals)
    learnt = _unsteadiness(residuals, what) | {
        "stray": _follow(strays, [rows for rows in what for _ in LIMBS], 2), "astray": astray,
        "start": first / first.sum(), "follow": _follow(seen, what), "lag": lag,
        "wrongs": _wrongs(pairs, seen),
    }  # fmt: skip
    return PoseNoise(**{name: np.round(value, 4).tolist() for name, value in learnt.items()})


def _angle(trunk):
    return np.arctan2(trunk[:, 0], -trunk[:, 1])


def _follow(seen, what, states: int = len(STATES)) -> Float[np.ndarray, "states states 6"]:
    """Weights of the conditions for the state now, given the one before."""
    before = np.concatenate([found[:-1] for found in seen])
    now = np.concatenate([found[1:] for found in seen])
    here = np.concatenate([rows[1:] for rows in what])
    weights = np.zeros((states, states, here.shape[1]))
    weights[..., 0] = -20.0  # what never followed
    for state in range(states):
        own = before == state
        reached = np.unique(now[own])
        if len(reached) < 2:
            weights[state, reached] = 0
            continue
        model = LogisticRegression(fit_intercept=False, max_iter=1000).fit(here[own], now[own])
        if len(reached) == 2:  # one row of weights, for the second against the first
            weights[state, reached] = np.stack([-model.coef_[0] / 2, model.coef_[0] / 2])
        else:
            weights[state, reached] = model.coef_
    return weights


def _errors(pair: Pair, found):
    """Error and movement of the frames that are right or exchanged, in torso lengths; else NaN."""
    torso = typical_torso(pair.truth)
    body = np.where((found == EXCHANGED)[:, None, None], mirror(pair.truth), pair.truth)
    moved = np.diff(body, axis=0, prepend=body[:1])
    error = pair.found - body
    whole = (found == RIGHT) | (found == EXCHANGED)
    whole &= np.diff(found, prepend=found[:1]) == 0
    error[~whole] = np.nan
    return error / torso, moved / torso


def _lag(pairs) -> tuple[float, list]:
    """Frames by which the keypoints are behind (least squares), and the errors without it."""
    above = sum(np.nansum(error * moved) for error, moved in pairs)
    below = sum(np.nansum(moved**2 * ~np.isnan(error)) for error, moved in pairs)
    lag = float(-above / below)
    return lag, [error + lag * moved for error, moved in pairs]


def _strays(residuals) -> tuple[list, list]:
    """For each clip and limb whether it is astray, and how far: middle joint, end.

    The residuals of limbs that are, become NaN, so that the trembling is that of the others.
    """
    found, size = [], ([], [])
    for rest in residuals:
        for limb in LIMBS:
            ends = rest[:, limb[1:]].mean(axis=1)  # (frames, 2), NaN where unknown
            off = np.linalg.norm(ends, axis=1) > ASTRAY
            found.append(off.astype(int))
            size[0].append(rest[off, limb[0]])
            size[1].append(ends[off])
            rest[np.ix_(off, list(limb))] = np.nan
    # Half of the lengths of a vector of two normal numbers are above 1.177 of their deviation.
    lengths = [np.linalg.norm(np.concatenate(part), axis=-1) for part in size]
    return found, [float(np.nanmedian(length) / 1.177) for length in lengths]


def _unsteadiness(residuals, what) -> dict:
    """The fields of PoseNoise on how much and how fast the keypoints of a body tremble."""
    known = [np.isfinite(rest[:, :13]).all(axis=(1, 2)) for rest in residuals]
    kept = [k for k, good in enumerate(known) if good.sum() > 5]
    means = {k: np.nan_to_num(_mean(residuals[k], axis=0)) for k in kept}
    # Each frame's errors as a size and a pattern, NaN where they are not known.
    inner = {k: residuals[k] - means[k] for k in kept}
    size = {k: np.sqrt(_mean(inner[k] ** 2, axis=(1, 2))) for k in kept}
    pattern = [inner[k] / size[k][:, None, None] for k in kept]
    here = np.concatenate([what[k][known[k]] for k in kept])
    logs = np.concatenate([np.log(size[k][known[k]]) for k in kept])
    growth, *_ = np.linalg.lstsq(here, logs, rcond=None)
    rest = [np.log(size[k]) - what[k] @ growth for k in kept]
    return {
        "bias": np.sqrt(np.mean([mean**2 for mean in means.values()], axis=(0, 2))),
        "spread": np.sqrt(_mean(np.concatenate(pattern) ** 2, axis=(0, 2))),
        "growth": growth,
        "unrest": [np.nanstd(np.concatenate(rest)), _memory(rest)],
        "forgetting": _forgetting(pattern, [what[k] for k in kept]),
    }


def _forgetting(patterns, what) -> Float[np.ndarray, "2"]:
    """How minus the logarithm of the errors' memory grows with the body's movement.

    The memory is the mean product of patterns, whose mean square is one, of neighbouring frames
    that move alike: tenths of all.
    """
    same = np.concatenate([_mean(p[1:] * p[:-1], axis=(1, 2)) for p in patterns])
    moved = np.concatenate([np.exp(rows[1:, SPEED]) - AT_REST for rows in what])
    known = np.isfinite(same)
    tenths = np.array_split(np.argsort(moved[known]), 10)
    memory = np.array([same[known][rows].mean() for rows in tenths]).clip(min=0.01)
    moved = np.array([moved[known][rows].mean() for rows in tenths])
    weights = np.stack([np.ones(len(moved)), moved], axis=1)
    return nnls(weights, np.maximum(-np.log(memory / STEADY), 0))[0]


def _mean(values, axis) -> np.ndarray:
    """Mean of what is known; NaN where nothing is."""
    known = np.isfinite(values)
    count = known.sum(axis=axis)
    total = np.where(known, values, 0).sum(axis=axis)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def refit(data: Dataset) -> Path:
    """Fit the noise to a data set with truth, write what the package draws from; its path."""
    files = [data.folder / name for name in ("keypoints.parquet", "truth/keypoints.parquet")]
    origin = {"data": provenance.file_hash(files), "commit": provenance.commit()}
    fit(pairs(data)).save(FITTED, {"dataset": data.name} | origin)
    return FITTED


def _memory(series) -> float:
    """Correlation of each value with the next one, where both are known."""
    before, now = (
        np.concatenate([part[cut].reshape(-1) for part in series])
        for cut in (slice(None, -1), slice(1, None))
    )
    both = np.isfinite(before) & np.isfinite(now)
    return float(np.corrcoef(before[both], now[both])[0, 1])


def _wrongs(pairs, seen) -> Float[np.ndarray, "episodes 5"]:
    """Turn, size, shift and rest of the body found in each stretch of wrong frames."""
    rows = []
    for pair, found in zip(pairs, seen):
        torso = typical_torso(pair.truth)
        for start, end in marked_segments(found == WRONG):
            part = slice(start, end + 1)
            hips = [middle(points[part], "hip") for points in (pair.truth, pair.found)]
            true, other = (
                (points[part] - hip[:, None]) @ np.array([1, 1j])
                for points, hip in zip((pair.truth, pair.found), hips)
            )
            ratio = (other * true.conj()).sum() / (np.abs(true) ** 2).sum()  # least squares
            rest = np.sqrt((np.abs(other - ratio * true) ** 2).mean() / 2) / torso
            shift = (hips[1] - hips[0]).mean(axis=0) / torso
            rows.append([np.angle(ratio), np.log(max(abs(ratio), 0.05)), *shift, rest])
    return np.array(rows)
