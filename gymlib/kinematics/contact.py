"""Flights of a skill: when the last contact ends and the next one begins, to a part of a frame.

Labels say it to a frame: the flight begins somewhere between the last frame of the take-off and
the first one of the skill. In the air the centre of mass follows a parabola; on the ground it
leaves it with the square of the time. Of all moments near the labels those are likely at which
such a curve fits, and that gives value and interval. Contacts inside of a skill (a trampoline's
bed, the feet after a round-off) have no label; they are looked for between the fastest fall and
the fastest rise.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from scipy.ndimage import median_filter
from scipy.signal import find_peaks

from gymlib.kinematics import body
from gymlib.kinematics.measurement import Measurement
from gymlib.pose.quality.tracks import inclination

BORDER = 0.6
"""Frames by which labels miss a contact beside the half frame of sampling (standard deviation):
people set the borders of a flight within one frame."""
INNER = 2.5
"""The same of a contact without a label, found by the fastest rise or fall."""
REACH = 0.2
"""Share of a flight before and behind it within which the ground's push is looked at."""
RISE = 0.4
"""Torso lengths that the centre of mass rises and falls at least between two contacts."""
UPRIGHT = 75.0
"""Degrees from the vertical that the trunk leans at most when feet leave the ground or meet it
inside of a skill."""
_GRID = 0.125  # frames between the moments that are tried


class Flight(NamedTuple):
    """Moments of one flight, in frames of the clip; NaN where the clip does not show them."""

    takeoff: Measurement
    landing: Measurement

    @property
    def frames(self) -> tuple[int, int]:
        """First and last frame in the air, as far as the clip shows it."""
        return int(np.ceil(self.takeoff.value)), int(np.ceil(self.landing.value)) - 1


def flights(
    keypoints: Float[np.ndarray, "frames 33 2"], start: int, end: int, border: float = BORDER
) -> list[Flight]:
    """Flights of a skill that is labelled from frame ``start`` to ``end``, in order.

    Parameters
    ----------
    keypoints : pixels, NaN in frames without a pose, which are left out of the fit.
    border : frames by which the labels miss a contact (standard deviation).

    A flight that the clip begins or ends in has its first or last frame there, with an interval
    that is open (infinite) on that side. Without any pose in the skill the labels decide alone.
    """
    if not 0 <= start <= end < len(keypoints):
        raise ValueError(
            f"expected a skill within the clip's {len(keypoints)} frames, found frames {start} to "
            f"{end}; take the labels of the same clip"
        )
    height, found = body.height(keypoints), []
    on_feet = median_filter(body.filled(inclination(keypoints)), 3) < UPRIGHT
    for left, right, sharp in _guesses(height, on_feet, start, end):
        sizes = [border if known else INNER for known in sharp]
        found.append(_refined(height, (left, right), sizes))
    return [_open(flight, start, end, len(height)) for flight in _falling(height, found)]


def _falling(height, found: list[Flight]) -> list[Flight]:
    """The flights that bend as much as the one that bends most: others are no free fall.

    Over hands on the ground, in a cartwheel, the centre of mass rises and sinks more slowly.
    """
    if len(found) == 1:
        return found
    bends = []
    for flight in found:
        times = np.arange(flight.frames[0], flight.frames[1] + 1)
        times = times[np.isfinite(height[times])]
        bends.append(-np.polyfit(times, height[times], 2)[0] if len(times) > 4 else 0.0)
    return [flight for flight, bend in zip(found, bends) if bend >= SLOWER * max(bends)] or found


SLOWER = 0.6
"""Share of the greatest curvature of a clip's flights that a flight has at least."""


def _guesses(height, on_feet, start: int, end: int) -> list[tuple[float, float, tuple[bool, bool]]]:
    """Take-off and landing of each flight, and whether a label says so."""
    labelled = start - 0.5, end + 0.5
    seen = np.isfinite(height[start : end + 1])
    if seen.sum() < 5:
        return [(*labelled, (True, True))]
    smooth = _smooth(body.filled(height), end - start + 1)
    own = smooth[start : end + 1]
    speed, guesses = np.where(on_feet, np.gradient(smooth), np.nan), []
    one = _is_fall(height[start : end + 1])
    tops = [] if one else [start + int(top) for top in find_peaks(own, prominence=RISE)[0]]
    tops = tops or [start + int(own.argmax())]
    lows = [a + int(smooth[a : b + 1].argmin()) for a, b in pairwise(tops)]
    for top, low, high in zip(tops, [start, *lows], [*lows, end]):
        left, right = labelled
        rise, fall = _most(speed, low, top), _most(-speed, top, high)
        if rise is not None and low == start:
            rise = _begin(height, rise, high if fall is None else fall, start)
        inner = rise is not None, fall is not None and high != end
        guesses.append(
            (rise if inner[0] else left, fall if inner[1] else right, (not inner[0], not inner[1]))
        )
    return guesses


def _is_fall(height) -> bool:
    """Whether all of a skill is one free flight: half of its frames lie on a parabola."""
    times = np.flatnonzero(np.isfinite(height))
    weight = np.ones(len(times))
    for _ in range(5):  # towards the curve of least absolute deviations
        curve = np.polyfit(times, height[times], 2, w=weight)
        away = np.abs(height[times] - np.polyval(curve, times))
        weight = 1 / np.sqrt(np.maximum(away, ERROR))
    return bool(curve[0] < 0 and np.median(away) < 2 * ERROR)


def _smooth(height, frames: int):
    """Without single broken poses, and averaged over a twelfth of the skill."""
    width = max(3, frames // 12 | 1)
    return np.convolve(
        np.pad(median_filter(height, 2 * (width // 2) + 1), width // 2, "edge"),
        np.ones(width) / width, "valid",
    )  # fmt: skip


def _most(values, first: int, last: int) -> int | None:
    """Frame of the greatest value between two frames; None where all are NaN."""
    own = values[first : last + 1]
    return first + int(np.nanargmax(own)) if np.isfinite(own).any() else None


def _begin(height, rise: int, fall: int, start: int) -> int | None:
    """Where the flight of a skill begins that begins before it, on hands and feet; else None.

    The parabola from the fastest rise to the fastest fall is far below the body at the skill's
    begin; the flight's is the first frame from which on the body keeps to it.
    """
    times = np.arange(rise, fall + 1)
    times = times[np.isfinite(height[times])]
    if len(times) < 5:
        return None
    curve = np.polyfit(times, height[times], 2)
    before = np.arange(start, rise + 1)
    above = height[before] - np.polyval(curve, before)
    seen = above[np.isfinite(above)]
    if curve[0] >= 0 or len(seen) < 4 or np.median(seen[:3]) < LATE:
        return None
    return start + int(np.flatnonzero(above > OFF)[-1]) + 1


OFF = 0.1
"""Torso lengths above its parabola in which a body has not left the ground."""
LATE = 0.3
"""Torso lengths above its parabola in which a body is not in the air yet: as a skill begins,
bodies that fly are within 0.1 of it in 95 of 100 generated clips, those in a round-off 0.4 above
it and more."""


def _refined(height, guess: tuple[float, float], sizes: list[float]) -> Flight:
    """The likely moments near a guess: a curve's fit, weighed with how sure the guess is."""
    tried = [
        np.arange(at - 3 * size - 0.5, at + 3 * size + 0.5, _GRID) for at, size in zip(guess, sizes)
    ]
    beliefs = [_belief(moments, at, size) for moments, at, size in zip(tried, guess, sizes)]
    belief = np.add.outer(*beliefs) + _fit(height, *tried)
    weight = np.exp(belief - belief.max())
    ends = [weight.sum(axis=1), weight.sum(axis=0)]
    return Flight(*(_summary(moments, own) for moments, own in zip(tried, ends)))


def _belief(moments, at: float, size: float):
    """Log of how likely moments are by the guess alone: sampling (half a frame) and its error."""
    return -((moments - at) ** 2) / (2 * (size**2 + 1 / 12))


def _fit(height, takeoffs, landings) -> Float[np.ndarray, "takeoffs landings"]:
    """Log-likelihood of moments: a parabola, left quadratically before and behind the flight."""
    lasts = landings.mean() - takeoffs.mean()
    room = max(2.0, REACH * lasts)
    first, last = max(0, int(takeoffs.mean() - room)), int(np.ceil(landings.mean() + room))
    times = np.arange(first, min(last + 1, len(height)))
    times = times[np.isfinite(height[times])]
    if len(times) < 8:
        return np.zeros((len(takeoffs), len(landings)))
    before = np.maximum(takeoffs[:, None] - times, 0) ** 2
    behind = np.maximum(times - landings[:, None], 0) ** 2
    centred = (times - times.mean()) / np.ptp(times)
    free = np.linalg.qr(np.vander(centred, 3))[0]  # (times, 3), orthonormal
    y, before, behind = (v - (v @ free) @ free.T for v in (height[times], before, behind))
    left = _residual(y, before, behind)
    size = max(left.min() / max(len(times) - 7, 1), ERROR**2)
    # Errors of neighbouring frames are alike, so that few of them are as good as one.
    return -left / (2 * size) / ALIKE


ALIKE = 4.0
"""Neighbouring frames whose errors count as one: pose errors last about so long."""


ERROR = 0.05
"""Torso lengths: a curve that fits better still proves nothing, bodies are no points."""


def _residual(y, before, behind):
    """Sum of squares that remains of y (times,) after both kinds of push, for all pairs."""
    aa, bb = (before**2).sum(axis=1)[:, None], (behind**2).sum(axis=1)[None]
    ab = before @ behind.T
    ya, yb = (before @ y)[:, None], (behind @ y)[None]
    scale = aa * bb - ab**2
    with np.errstate(divide="ignore", invalid="ignore"):
        both = (ya**2 * bb - 2 * ya * yb * ab + yb**2 * aa) / scale
        one = np.fmax(np.nan_to_num(ya**2 / aa), np.nan_to_num(yb**2 / bb))
    return y @ y - np.where(scale > 1e-9 * (aa * bb + 1e-12), both, one)


def _summary(moments, weight) -> Measurement:
    share = np.cumsum(weight) / weight.sum()
    low, high = np.interp([0.025, 0.975], share, moments)
    return Measurement(float(moments @ weight / weight.sum()), float(low), float(high), "frames")


def _open(flight: Flight, start: int, end: int, frames: int) -> Flight:
    """The flight with open intervals where it is cut by the clip's begin or end."""
    takeoff, landing = flight
    if start == 0 and takeoff.low < 1:
        takeoff = Measurement(0.0, -np.inf, 0.0, "frames")
    if end == frames - 1 and landing.high > frames - 1:
        landing = Measurement(frames - 1.0, frames - 1.0, np.inf, "frames")
    return Flight(takeoff, landing)
