"""All measurements of an attempt, and of a whole data set as one table."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
from jaxtyping import Int

from gymlib.dataset import Attempt, Dataset
from gymlib.dataset.keypoints import keypoint_array
from gymlib.dataset.schemas import MEASURED
from gymlib.files.progress import progress
from gymlib.kinematics import body, contact, pace
from gymlib.kinematics.facing import turned_round
from gymlib.kinematics.landing import landing
from gymlib.kinematics.measurement import Measurement
from gymlib.kinematics.rotation import Rotation, rotation
from gymlib.kinematics.scale import duration, parabola
from gymlib.kinematics.shape import shape
from gymlib.kinematics.skill_name import direction, entry
from gymlib.kinematics.takeoff import takeoff
from gymlib.labels import LANDING, SKILL, TAKEOFF, Segment, segments

Row = dict[str, str | int | Measurement]
"""Name of a measurement (:data:`gymlib.dataset.schemas.MEASURED`) -> the measurement; and attempt,
its number in the clip from 1, flights, name, shape and entry."""


def measure(
    attempt: Attempt, labels: Int[np.ndarray, " frames"] | None = None, slow: float | None = None
) -> list[Row]:
    """What is measured on each skill of a clip, in order; nothing for a clip without a skill.

    Parameters
    ----------
    labels : of all frames; default: those of the attempt. An annotator's or a model's.
    slow : how many times slower than life the film runs; None: as its flights tell
        (:mod:`gymlib.kinematics.pace`), and "pace" says so. Times, heights and speeds are those of
        life.

    Of several flights in a skill the longest gives time, height and scale, the first the
    take-off, the last the landing; rotations are added. Raises ValueError without labels, or if
    they are not as many as the frames.
    """
    codes = attempt.labels if labels is None else labels
    if codes is None:
        raise ValueError(
            f"clip {attempt.name} has no labels, and without them no flight is known; label it in "
            "notebook 01, or hand over a model's"
        )
    if len(codes) != len(attempt):
        raise ValueError(
            f"clip {attempt.name}: expected a label for each of its {len(attempt)} frames, found "
            f"{len(codes)}"
        )
    keypoints, interval = body.pixels(attempt), 1 / (attempt.fps * (slow or 1.0))
    feet = body.has_feet(attempt)
    stretches = segments(np.asarray(codes))
    skills = [k for k, stretch in enumerate(stretches) if stretch.label == SKILL]
    rows = [_skill(keypoints, stretches, k, interval, feet) for k in skills]
    if slow is None:
        paces = pace.of_film([pace.pace(row["torso"], row["flight_time"]) for row in rows])
        for i, own in enumerate(paces):
            if own.seen:
                row = _skill(keypoints, stretches, skills[i], interval / own.value, feet)
                rows[i] = pace.widened(row, own) | {"pace": own}
    return [{"attempt": number} | row for number, row in enumerate(rows, start=1)]


def _skill(keypoints, stretches: list[Segment], k: int, interval: float, feet: bool) -> Row:
    skill = stretches[k]
    flights = contact.flights(keypoints, skill.start, skill.end)
    turns = [rotation(keypoints, flight) for flight in flights]
    shapes = [shape(keypoints, flight) for flight in flights]
    longest = max(range(len(flights)), key=lambda i: len(range(*flights[i].frames)))
    first, last = flights[0], flights[-1]
    begin = stretches[k - 1].start if k and stretches[k - 1].label == TAKEOFF else skill.start
    end = skill.end
    if k + 1 < len(stretches) and stretches[k + 1].label == LANDING:
        end = stretches[k + 1].end
    off = takeoff(keypoints, begin, first)
    down = landing(keypoints, last, end, interval)
    names = [direction(keypoints, f, t) if t else "" for f, t in zip(flights, turns)]
    round_ = turned_round(keypoints, *last.frames)
    flown = parabola(keypoints, flights[longest], interval)
    return {
        "flights": len(flights),
        "name": ", ".join(names) if all(names) else "",
        "shape": ", ".join(own.name for own in shapes) if all(s.name for s in shapes) else "",
        "entry": entry(keypoints, skill.start, flights, feet),
        "takeoff": first.takeoff, "landing": last.landing,
        "flight_time": duration(flights[longest], interval),
        **{name: getattr(flown, name) for name in ("height", "rise", "scale", "torso")},
        **_turning(turns, interval),
        "half_twist": Measurement(round_, round_, round_, "half twists"),
        "hip": shapes[longest].hip, "knee": shapes[longest].knee,
        "takeoff_knee": off.knee, "crouch": off.crouch, "arms": off.arms,
        "takeoff_angle": off.angle,
        "landing_knee": down.knee, "landing_hip": down.hip, "squat": down.squat,
        "steps": down.steps, "hands": down.hands, "stand": down.stand,
        "pace": Measurement.unseen("times"),
    }  # fmt: skip


def _turning(turns: list[Rotation | None], interval: float) -> Row:
    """Rotation, somersaults and greatest speed of all flights together."""
    seen = [turn for turn in turns if turn is not None]
    if len(seen) < len(turns):
        units = {"rotation": "degrees", "somersaults": "turns", "spin": "degrees per second"}
        return {name: Measurement.unseen(unit) for name, unit in units.items()}
    total = sum(abs(turn.total.value) for turn in seen)
    half = np.sqrt(sum(((turn.total.high - turn.total.low) / 2) ** 2 for turn in seen))
    whole = Measurement.within(total, half, "degrees")
    spin = max(float(np.percentile(np.abs(turn.speed), 90)) for turn in seen) / interval
    return {
        "rotation": whole,
        "somersaults": whole.through(lambda degrees: degrees / 360, "turns"),
        "spin": Measurement.within(spin, 0.25 * spin, "degrees per second"),
    }


def columns(clip: str, row: Row) -> dict[str, str | int | float]:
    """A row of measurements.csv: each measurement as its value, lower and upper end."""
    found = {"clip": clip}
    for name, value in row.items():
        if isinstance(value, Measurement):
            found |= {name: value.value, f"{name}_low": value.low, f"{name}_high": value.high}
        else:
            found[name] = value
    return found


def measure_dataset(
    data: Dataset,
    labels: Mapping[str, Int[np.ndarray, " frames"]] | None = None,
    slow: Mapping[str, float] | None = None,
    poses: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """A row per attempt of a data set, as ``measurements.csv`` keeps it.

    Parameters
    ----------
    labels : clip -> label codes of all its frames, such as a model's; default: labels.parquet.
    slow : clip -> how many times slower than life it runs; of clips that are not in it, as their
        flights tell.
    poses : a table like keypoints.parquet, whose clips alone are measured, by its poses; default:
        keypoints.parquet.

    Clips without a skill have no row. Raises as :func:`measure`, and MissingFileError before poses
    are extracted.
    """
    rows, clips = [], data.clips["clip"]
    if poses is not None:
        clips = clips[clips.isin(poses["clip"])]
    for clip in progress(clips, desc="measured", unit="clip"):
        codes, attempt = None if labels is None else labels[clip], data.clip(clip)
        if poses is not None:
            own = poses[poses["clip"] == clip].sort_values("frame")
            seen = own["detected"].to_numpy(bool)
            attempt = replace(attempt, keypoints=keypoint_array(own), detected=seen)
        found = measure(attempt, codes, (slow or {}).get(clip))
        rows += [columns(clip, row) for row in found]
    kinds = {name: str if name in TEXTS else int if name in COUNTS else float for name in HEADER}
    return pd.DataFrame(rows, columns=list(HEADER)).astype(kinds)


TEXTS, COUNTS = ("clip", "name", "shape", "entry"), ("attempt", "flights")
HEADER = (
    "clip", "attempt", "flights", "name", "shape", "entry",
    *(f"{name}{end}" for name in MEASURED for end in ("", "_low", "_high")),
)  # fmt: skip
"""Columns of measurements.csv."""
