"""How far measurements are from the truth of simulated clips, and whether their intervals hold it.

Targets of this project: flight time within a frame and rotation within 20 degrees in 95 of 100
attempts, the shape right in 90, the whole name in 95.
"""

import numpy as np
import pandas as pd

from gymlib.dataset import Dataset
from gymlib.files.atomic import read_json
from gymlib.kinematics.measure import measure_dataset
from gymlib.kinematics.truth import table
from gymlib.simulation import clip as filming
from gymlib.simulation import skeletons
from gymlib.simulation.clip import Planned
from gymlib.simulation.plan import many, plan

FRAME = "frame"
TOLERANCES = {
    "takeoff": 1.0, "landing": 1.0, "flight_time": FRAME, "rise": 0.1, "rotation": 20.0,
    "half_twist": 0.5, "hip": 20.0, "knee": 20.0, "takeoff_knee": 20.0, "landing_knee": 20.0,
    "landing_hip": 20.0, "steps": 1.0,
}  # fmt: skip
"""Measurement -> what counts as right, in its unit; :data:`FRAME`: one frame's time."""
PACE = 0.5
"""Times slower than life within which slow motion counts as right."""
NAMES = ("name", "shape", "entry")
RECORD = "simulation.json"


def planned(data: Dataset) -> list[Planned]:
    """The plan of a simulated data set, from what it keeps about itself in simulation.json.

    Raises ValueError for a data set that was not simulated.
    """
    file = data.folder / RECORD
    if not file.is_file():
        raise ValueError(
            f"data set {data.name} has no {file.name}, so its truth is unknown; take simulated or "
            "skeletons"
        )
    recipe = read_json(file)
    seed = recipe["seed"]
    own = plan(seed, recipe["size"]) if "size" in recipe else many(recipe["clips"], seed)
    listed = set(data.clips["clip"])
    return [clip for clip in own if clip.clip in listed]


def errors(data: Dataset, poses: pd.DataFrame | None = None) -> pd.DataFrame:
    """:func:`error_table` of a simulated data set, measured by its labels and poses.

    poses : of some clips, which then are measured alone, see
    :func:`gymlib.kinematics.measure_dataset`.

    It is measured with the true pace of each clip, so that one error is not counted in all rows;
    :func:`pace_table` says how often films tell it themselves. Everybody moves again for it, some
    ten clips a second. Raises ValueError as :func:`planned`, and what
    :func:`gymlib.kinematics.measure_dataset` raises.
    """
    own = planned(data)
    if poses is not None:
        asked = set(poses["clip"])
        own = [clip for clip in own if clip.clip in asked]
    rate = skeletons.RATE if "clips" in read_json(data.folder / RECORD) else filming.RATE
    slow, truth = {clip.clip: clip.attempt.slow for clip in own}, table(own, rate)
    known = error_table(measure_dataset(data, slow=slow, poses=poses), truth)
    return pd.concat([known, pace_table(measure_dataset(data, poses=poses), truth)])


def error_table(measured: pd.DataFrame, truth: pd.DataFrame) -> pd.DataFrame:
    """A row per measurement and per name: how often and how nearly right.

    Parameters
    ----------
    measured : as :func:`gymlib.kinematics.measure_dataset` gives it.
    truth : as :func:`gymlib.kinematics.truth.table` gives it.

    Returns
    -------
    Columns attempts (whose truth is known), measured (share with a value), tolerance, right (share
    of all attempts within it; what is not measured is wrong), median error, held (share of the
    measured whose interval holds the truth). Attempts that only one table has are left out.
    """
    both = truth.merge(measured, on=["clip", "attempt"], suffixes=(" true", ""))
    rows = [_row(both, name, limit) for name, limit in TOLERANCES.items()]
    return pd.DataFrame(rows + _named(both)).set_index("measurement")


def pace_table(measured: pd.DataFrame, truth: pd.DataFrame) -> pd.DataFrame:
    """How often slow motion is found, and films that run in time are left alone; two rows.

    Parameters and columns are those of :func:`error_table`, ``measured`` without help.
    """
    both = truth.merge(measured, on=["clip", "attempt"])
    slow, found = both["slow"] > 1, both["pace"].notna()
    error = (both["pace"] - both["slow"]).abs()[slow]
    held = both["slow"].between(both["pace_low"], both["pace_high"])
    of_slow = {
        "measurement": "pace",
        "attempts": int(slow.sum()),
        "measured": found[slow].mean(),
        "tolerance": PACE,
        "right": (error <= PACE).mean(),
        "median error": error.median(),
        "held": held[slow & found].mean(),
    }
    in_time = {
        "measurement": "in time",
        "attempts": int((~slow).sum()),
        "measured": found[~slow].mean(),
        "tolerance": "none found",
        "right": (~found)[~slow].mean(),
    }
    return pd.DataFrame([of_slow, in_time]).set_index("measurement")


def _row(both: pd.DataFrame, name: str, limit) -> dict:
    known = both[both[f"{name} true"].notna()]
    true = known[f"{name} true"]
    error = (known[name] - true).abs()
    tolerance = known["interval"] * (1 + 1e-9) if limit == FRAME else limit
    seen = known[name].notna()
    held = (known[f"{name}_low"] <= true) & (true <= known[f"{name}_high"])
    return {
        "measurement": name,
        "attempts": len(known),
        "measured": seen.mean(),
        "tolerance": limit,
        "right": (error <= tolerance).mean(),
        "median error": error.median(),
        "held": held[seen].mean(),
    }


def _named(both: pd.DataFrame) -> list[dict]:
    """Rows of the names and of all of them together; where there is no entry, none is asked."""
    right = {name: both[f"{name} true"] == both[name] for name in NAMES}
    asked = {name: both[f"{name} true"] != "" for name in NAMES}
    right["all three"] = np.logical_and.reduce([right[n] | ~asked[n] for n in NAMES])
    asked["all three"] = np.ones(len(both), dtype=bool)
    return [
        {
            "measurement": name,
            "attempts": int(asked[name].sum()),
            "measured": (both[name] != "")[asked[name]].mean() if name in both else 1.0,
            "tolerance": "equal",
            "right": own[asked[name]].mean(),
        }
        for name, own in right.items()
    ]
