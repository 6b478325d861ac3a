"""Accuracy on parts of the data, video by video and class by class: a mean hides the hard ones."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from gymlib.dataset import Dataset
from gymlib.evaluation import chance, results
from gymlib.evaluation.repeats import Repeats
from gymlib.labels import CLASSES


def labelled(data: Dataset) -> pd.DataFrame:
    """Every frame with one of the four labels, pose or not: clip, frame, label and video."""
    frames = data.labels[data.labels["label"].isin(CLASSES)]
    frames = frames.assign(label=pd.Categorical(frames["label"], CLASSES))
    return frames[["clip", "frame", "label"]].merge(data.clips[["clip", "video"]], on="clip")


def table(found: Repeats, labelled: pd.DataFrame, part: str) -> pd.DataFrame:
    """Every ensemble's accuracy on every part, with its chance and over all frames.

    Parameters
    ----------
    labelled : as :func:`labelled` gives it.
    part : its column whose values are the parts: "label", or what clips have, such as "video".

    Returns
    -------
    A row per split ("clips", or "videos" where whole ones were left out), approach and part, in
    the order of classes or by name: clips and frames that were tested; labelled, the frames with a
    label; acc_mean, acc_low, acc_high, in percent of the tested frames, over seeds and as many
    draws of the part's clips and seeds as in :func:`gymlib.evaluation.chance.intervals`;
    all_frames, in percent of the labelled frames, where one without a pose is not recognised.
    NaN where a part has no tested frame.
    """
    rows = [
        {"split": split, "approach": own.key, **row}
        for split, seeds in found.by_split.items()
        for own in results.approaches(seeds[0]["architecture"]) if own.model == "ensemble"
        for row in _rows([results.answers(seed, own.key) for seed in seeds], labelled, part)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def _rows(seeds: Sequence[pd.DataFrame], labelled: pd.DataFrame, part: str) -> list[dict]:
    every = labelled.groupby(part, observed=True).size()
    of_clip = labelled.drop_duplicates("clip").set_index("clip")[part]
    rng, counts = np.random.default_rng(0), []
    for answers in seeds:
        names = answers["true"] if part == "label" else answers["clip"].map(of_clip)
        right = answers["label"].eq(answers["true"])
        grouped = right.groupby([names.rename("part"), answers["clip"]], observed=True)
        counts.append(grouped.agg(["sum", "size"]))
    rows = []
    for name, frames in every.items():
        own = [count.loc[[name]] if name in count.index else count.iloc[:0] for count in counts]
        right = np.stack([count["sum"].to_numpy() for count in own])  # (seeds, clips)
        tested = own[0]["size"].to_numpy()
        row = {part: name, "clips": len(tested), "frames": int(tested.sum()), "labelled": frames}
        row |= chance.of_counts(right, tested, rng)
        rows.append(row | {"all_frames": 100 * right.sum(axis=1).mean() / frames})
    return rows
