"""How far chance moves a score: the clips there happen to be, and the seeds.

A score of the protocol is a mean over outer folds, as in the thesis's table 2, and over seeds
(folds, initial weights, order, search). Its interval is a percentile bootstrap (Efron and
Tibshirani 1993, chapter 13) that draws clips and seeds with replacement: one draw of clips for all
seeds, because they are the same clips.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from jaxtyping import Float, Int

from gymlib.evaluation import metrics, results
from gymlib.evaluation.repeats import Repeats
from gymlib.labels import encode

SAMPLES = 1000
LEVEL = 0.95


class Interval(NamedTuple):
    """A mean over folds and seeds, in percent, and where it lies with a chance of 95 %."""

    mean: float
    low: float
    high: float


def table(found: Repeats, labelled: int) -> pd.DataFrame:
    """:func:`intervals` of folds of clips and, below, of folds of videos (column split)."""
    parts = {"clips": found.seeds, "videos": [] if found.videos is None else [found.videos]}
    tables = {split: intervals(seeds, labelled) for split, seeds in parts.items() if seeds}
    return pd.concat(tables, names=["split"]).reset_index("split").reset_index(drop=True)


def per_clip(predictions: pd.DataFrame, key: str) -> dict[tuple[int, str], np.ndarray]:
    """(Outer fold, clip) -> confusion matrix of one approach on that clip."""
    rows = results.rows_of(predictions, key)
    said, true = results.predicted(rows), encode(rows["label"])
    groups = rows.reset_index(drop=True).groupby(["outer", "clip"], sort=False).indices
    return {
        (int(outer), str(clip)): metrics.confusion(true[index], said[index])
        for (outer, clip), index in groups.items()
    }


def intervals(
    seeds: Sequence[pd.DataFrame],
    labelled: int | None = None,
    samples: int = SAMPLES,
    seed: int = 0,
) -> pd.DataFrame:
    """Accuracy and macro F1 of every approach with their intervals.

    Parameters
    ----------
    seeds : one predictions table per seed, of the same clips.
    labelled : frames with a label, whether a pose was found in them or not.

    Returns
    -------
    Columns approach, seeds, and mean, low and high of both scores (acc_mean, acc_low, ...), in
    percent; all_frames is the share of all labelled frames that are named right, where a frame
    without a pose is not (NaN if ``labelled`` is None). Raises ValueError if the tables test
    different clips.
    """
    clips = sorted(set(seeds[0]["clip"]))
    for number, table in enumerate(seeds):
        if sorted(set(table["clip"])) != clips:
            raise ValueError(f"seed {number} was tested on other clips than seed 0; run 06 again")
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(len(clips), np.full(len(clips), 1 / len(clips)), samples)
    chosen = rng.integers(len(seeds), size=(samples, len(seeds)))
    rows = []
    for own in results.approaches(seeds[0]["architecture"]):
        tables = [per_clip(table, own.key) for table in seeds]
        right = [sum(np.trace(matrix) for matrix in table.values()) for table in tables]
        whole = 100 * np.mean(right) / labelled if labelled else np.nan
        row = {"approach": own.key, "seeds": len(seeds), "all_frames": whole}
        for name, score in SCORES.items():
            once = np.ones((1, len(clips)), int)
            found = [np.stack([_mean(t, clips, w, score) for t in tables]) for w in (once, drawn)]
            sampled = found[1][chosen, np.arange(samples)[:, None]].mean(axis=1)
            tail = 100 * (1 - LEVEL) / 2
            low, high = np.percentile(sampled, [tail, 100 - tail])
            row |= {f"{name}_mean": found[0].mean(), f"{name}_low": low, f"{name}_high": high}
        rows.append(row)
    return pd.DataFrame(rows)


def _mean(
    matrices: dict, clips: list[str], weights: Int[np.ndarray, "samples clips"], score
) -> Float[np.ndarray, " samples"]:
    """Mean over outer folds of a score, in percent, where clips count as often as they weigh."""
    order, folds = {clip: k for k, clip in enumerate(clips)}, {}
    for (outer, clip), matrix in matrices.items():
        folds.setdefault(outer, []).append((order[clip], matrix))
    means = []
    for own in folds.values():
        columns, counts = zip(*own)
        total = np.einsum("sc,cij->sij", weights[:, list(columns)], np.stack(counts))
        means.append([score(matrix) for matrix in total])
    return 100 * np.nanmean(means, axis=0)


SCORES = {"acc": metrics.accuracy, "f1": metrics.macro_f1}
"""Column prefix -> the score."""
