"""Accuracy by how the body was seen: upright, level or upside down, or not found; in slow motion.

And by the kind of idle or skill, where people gave kinds.

Inclination is that of the pose that was found, as in notebook 02; where none was found it is not
known.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from jaxtyping import Bool

from gymlib.dataset import Dataset
from gymlib.evaluation.timelines import Answers, Timeline
from gymlib.labels import CLASS_OF, KIND_NAMES, UNLABELED_CODE
from gymlib.pose.quality.accuracy import INCLINATIONS, inclination_class
from gymlib.pose.quality.tracks import inclination

LOST, SLOW = "no pose", "slow motion"

Masks = Mapping[str, Bool[np.ndarray, " _"]]
"""Condition -> in which frames of one clip it holds."""


def of_clips(data: Dataset) -> dict[str, Masks]:
    """Clip -> its masks. Slow motion is what truth/clips.csv of a simulated data set says.

    The first four share all frames out; slow motion is beside them, where it is known.
    """
    slow = _slow(data)
    return {clip: _masks(data, clip, slow.get(clip, False)) for clip in data.clips["clip"]}


def _slow(data: Dataset) -> dict[str, bool]:
    if not data.has("truth/clips.csv"):
        return {}
    told = pd.read_csv(data.folder / "truth" / "clips.csv", dtype={"clip": str})
    return dict(zip(told["clip"], told["slow"] > 1))


def _masks(data: Dataset, clip: str, slow: bool) -> Masks:
    own = data.clip(clip)
    held = np.array(inclination_class(inclination(own.keypoints * np.array(own.size))))
    masks = {name: own.detected & (held == name) for name in INCLINATIONS}
    return masks | {LOST: ~own.detected, SLOW: np.full(len(own), slow)}


def of_kinds(data: Dataset) -> dict[str, Masks]:
    """Clip -> its masks of the kinds that occur, "idle: walking"; nothing without kinds.

    In these frames the label is the kind's class, so accuracy there is its recall.
    """
    if not data.has("kinds.parquet"):
        return {}
    told = data.kinds.sort_values("frame")
    names = [name for name in KIND_NAMES if (told["kind"] == name).any()]
    clips = told.groupby("clip", sort=False)["kind"] if names else ()
    return {
        str(clip): {f"{CLASS_OF[name]}: {name}": (own == name).to_numpy() for name in names}
        for clip, own in clips
    }


def table(
    answers: Mapping[str, tuple[Sequence[Timeline], Answers]], masks: Mapping[str, Masks]
) -> pd.DataFrame:
    """A row per condition: frames with a label, and every architecture's accuracy in percent.

    Parameters
    ----------
    answers : architecture -> its timelines and what it says of them; all have the same clips.
    masks : as :func:`of_clips` or :func:`of_kinds` gives them.

    Conditions without any frame are left out; a frame without an answer is wrong.
    """
    rows = []
    for name in next(iter(masks.values()), {}):
        row = {"condition": name}
        for architecture, (clips, said) in answers.items():
            right = [_right(own, said[own.clip], masks[own.clip][name]) for own in clips]
            row["frames"] = sum(map(len, right))
            if row["frames"]:
                row[architecture] = 100 * np.concatenate(right).mean()
        rows.append(row)
    found = pd.DataFrame(rows, columns=["condition", "frames", *answers])
    return found[found["frames"] > 0].reset_index(drop=True)


def _right(own: Timeline, said, mask) -> Bool[np.ndarray, " frames"]:
    counted = mask & (own.true != UNLABELED_CODE)
    return said[counted] == own.true[counted]
