"""How far chance moves a score: the clips there happen to be, and the seeds.

A score of the protocol is a mean over outer folds, as in the thesis's table 2, and over seeds
(folds, initial weights, order, search). Its interval is a percentile bootstrap (Efron and
Tibshirani 1993, chapter 13) that draws clips and seeds with replacement: one draw of clips for all
seeds, because they are the same clips.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from jaxtyping import Float, Int

from gymlib.evaluation import metrics, results
from gymlib.evaluation.repeats import Repeats
from gymlib.labels import CLASSES, encode

SAMPLES = 1000
LEVEL = 0.95


def table(found: Repeats, labelled: int) -> pd.DataFrame:
    """:func:`intervals` of folds of clips and, below, of folds of videos (column split)."""
    tables = {split: intervals(seeds, labelled) for split, seeds in found.by_split.items()}
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
    percent; all_frames is acc_mean over all labelled frames, where one without a pose is not named
    right (NaN if ``labelled`` is None). Raises ValueError if the tables test
    different clips.
    """
    clips = sorted(set(seeds[0]["clip"]))
    for number, table in enumerate(seeds):
        if sorted(set(table["clip"])) != clips:
            raise ValueError(f"seed {number} was tested on other clips than seed 0; run 06 again")
    rng = np.random.default_rng(seed)
    weights = draws(rng, len(clips), samples)
    chosen = rng.integers(len(seeds), size=(samples, len(seeds)))
    rows = []
    for own in results.approaches(seeds[0]["architecture"]):
        tables = [per_clip(table, own.key) for table in seeds]
        tested = sum(matrix.sum() for matrix in tables[0].values())
        row = {"approach": own.key, "seeds": len(seeds), "all_frames": np.nan}
        for name, score in SCORES.items():
            # (seeds, 1 + samples); the first is not drawn: every clip counts once.
            found = [_by_fold(matrices, clips, weights, score) for matrices in tables]
            means = np.stack([_mean(by_fold) for by_fold in found])
            row |= columns(name, _over_seeds(means, chosen))
        if labelled:
            row["all_frames"] = row["acc_mean"] * tested / labelled
        rows.append(row)
    return pd.DataFrame(rows)


def of_counts(
    right: Int[np.ndarray, "seeds clips"],
    tested: Int[np.ndarray, " clips"],
    rng: np.random.Generator,
) -> dict[str, float]:
    """acc_mean, acc_low, acc_high of frames ``right`` of those ``tested``, drawn as above."""
    seeds, clips = right.shape
    if not clips:
        return dict.fromkeys(("acc_mean", "acc_low", "acc_high"), np.nan)
    weights = draws(rng, clips)
    chosen = rng.integers(seeds, size=(SAMPLES, seeds))
    found = 100 * (right @ weights.T) / (weights @ tested)  # (seeds, 1 + samples)
    return columns("acc", _over_seeds(found, chosen))


def curve(counts: pd.DataFrame, samples: int = SAMPLES, seed: int = 0) -> pd.DataFrame:
    """Scores of a learning curve with their intervals.

    Those of scores draw the tested clips, as :func:`intervals` does. Those of gains draw the outer
    folds as well: each fold trained one model on one part of its clips, and so holds that chance.

    Parameters
    ----------
    counts : learning_curve.csv, see :mod:`gymlib.evaluation.learning_curve`.

    Returns
    -------
    A row per architecture and share, the smallest first; trained is the mean number of training
    clips over the outer folds. Columns of scores as in :func:`intervals`, and what the share gains
    over the one before, drawn in pairs: acc_gain_mean, acc_gain_low, ... (NaN in the first row).
    """
    clips, rows = sorted(set(counts["clip"])), []
    rng, size = np.random.default_rng(seed), counts["outer"].nunique()
    weights = draws(rng, len(clips), samples)
    # Column 0 is not drawn: every clip and every fold once.
    folds = np.vstack([np.arange(size), rng.integers(size, size=(samples, size))]).T
    for name in results.ordered(counts["architecture"]):
        before = {}
        for share, own in counts[counts["architecture"] == name].groupby("share"):
            trained = own.groupby("outer")["trained"].first().mean()
            row = {"architecture": name, "share": share, "trained": trained}
            by_clip = own.groupby(["outer", "clip"])
            matrices = {key: part[list(CLASSES)].to_numpy() for key, part in by_clip}
            now = {prefix: _by_fold(matrices, clips, weights, s) for prefix, s in SCORES.items()}
            for prefix, found in now.items():
                row |= columns(prefix, _mean(found))
                if before:
                    gained = np.take_along_axis(found - before[prefix], folds, axis=0)
                    row |= columns(f"{prefix}_gain", _mean(gained))
            rows.append(row)
            before = now
    return pd.DataFrame(rows)


def draws(
    rng: np.random.Generator, clips: int, samples: int = SAMPLES
) -> Int[np.ndarray, "rows clips"]:
    """How often each clip counts: once in the first row; in each of the others as often as it is
    drawn when as many as there are, with replacement, are drawn."""
    drawn = rng.multinomial(clips, np.full(clips, 1 / clips), samples)
    return np.vstack([np.ones((1, clips), int), drawn])


def _mean(found: Float[np.ndarray, "folds values"]) -> Float[np.ndarray, " values"]:
    """Over the folds that a draw left clips in; NaN where it left none."""
    known = np.isfinite(found)
    total, count = np.where(known, found, 0).sum(axis=0), known.sum(axis=0)
    return np.divide(total, count, out=np.full(len(count), np.nan), where=count > 0)


def _over_seeds(
    found: Float[np.ndarray, "seeds values"], chosen: Int[np.ndarray, "samples seeds"]
) -> Float[np.ndarray, " values"]:
    """The mean of a score and of its samples that follow it, the latter over the seeds drawn."""
    sampled = found[:, 1:][chosen, np.arange(len(chosen))[:, None]].mean(axis=1)
    return np.append(found[:, 0].mean(), sampled)


def columns(prefix: str, found: Float[np.ndarray, " values"]) -> dict[str, float]:
    """A score and the ends of its interval, from the samples that follow it, as columns.

    The interval is NaN where no sample gives a number.
    """
    tail, known = 100 * (1 - LEVEL) / 2, found[1:][~np.isnan(found[1:])]
    low, high = np.percentile(known, [tail, 100 - tail]) if len(known) else (np.nan, np.nan)
    return {f"{prefix}_mean": found[0], f"{prefix}_low": low, f"{prefix}_high": high}


def _by_fold(
    matrices: dict, clips: list[str], weights: Int[np.ndarray, "samples clips"], score
) -> Float[np.ndarray, "folds samples"]:
    """A score of every outer fold, in percent, where clips count as often as they weigh."""
    order, folds = {clip: k for k, clip in enumerate(clips)}, {}
    for (outer, clip), matrix in matrices.items():
        folds.setdefault(outer, []).append((order[clip], matrix))
    found = []
    for own in folds.values():
        columns, counts = zip(*own)
        total = np.einsum("sc,cij->sij", weights[:, list(columns)], np.stack(counts))
        found.append(score(total))
    return 100 * np.array(found)


SCORES = {"acc": metrics.accuracy, "f1": metrics.macro_f1}
"""Column prefix -> the score."""
