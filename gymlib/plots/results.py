"""Pictures of results: confusion matrices, scores per fold, classes."""

from collections.abc import Iterable

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from jaxtyping import Float
from matplotlib.axes import Axes

from gymlib import models
from gymlib.evaluation import results
from gymlib.evaluation.repeats import SPLITS
from gymlib.labels import CLASSES, COLOURS
from gymlib.plots.heatmap import plot_heatmap
from gymlib.plots.looks import look
from gymlib.plots.style import MISSING_COLOUR, OUTSIDE, SERIES_COLOURS, grid

# Base models share one grey: they differ by chance only. Vote and mean have shape and colour.
MODEL_LOOKS = {
    "base": {"marker": "o", "color": "#9A9A9A", "s": 28, "zorder": 2},
    "ensemble": {"marker": "D", "color": SERIES_COLOURS[0], "s": 58, "zorder": 4},
    "averaged": {"marker": "o", "color": "white", "edgecolor": MISSING_COLOUR, "s": 62,
                 "zorder": 3, "linewidth": 2},
}  # fmt: skip
LEGEND = {"base_1": "base models", "ensemble": "ensemble", "averaged": "averaged model"}
SCORES = {"acc": "accuracy (%)", "f1": "macro F1 (%)"}
# Marker, colour and place above or below the row.
SPLIT_LOOKS = {"clips": ("o", SERIES_COLOURS[0], 0.14), "videos": ("D", SERIES_COLOURS[1], -0.14)}


def plot_confusion(
    matrix: Float[np.ndarray, "4 4"], ax: Axes | None = None, *, title: str = ""
) -> Axes:
    """A row-normalised confusion matrix (0 to 1) as percentages; "–" where a class is missing."""
    ax = ax or plt.subplots(figsize=(3.4, 3.2))[1]
    text = np.where(np.isnan(matrix), "–", np.char.mod("%.0f", np.nan_to_num(100 * matrix)))
    plot_heatmap(
        np.nan_to_num(matrix), ax, text, fmt="", vmin=0, vmax=1, square=True, xticklabels=CLASSES,
        yticklabels=CLASSES, annot_kws={"size": 11},
    )  # fmt: skip
    ax.set(title=title, xlabel="predicted", ylabel="true")
    ax.tick_params(length=0, labelsize=10)
    ax.tick_params(axis="x", rotation=35)
    ax.tick_params(axis="y", rotation=0)
    return ax


def plot_confusions(
    here: dict[str, Float[np.ndarray, "4 4"]],
    thesis: dict[str, Float[np.ndarray, "4 4"]],
    axes=None,
    *,
    name: str = "here",
) -> np.ndarray:
    """One column per approach: our mean matrix above, the published one below; % of the row."""
    size = (3.125 * len(here), 6.6)
    axes = grid(axes, 2, len(here), figsize=size, sharex=True, sharey=True)
    for column, key in zip(axes.T, _in_order(here)):
        for ax, (source, matrices) in zip(column, {name: here, "thesis": thesis}.items()):
            if key in matrices:
                plot_confusion(matrices[key], ax, title=f"{results.title(key)}\n{source}")
                ax.label_outer()
            else:
                ax.set_axis_off()
        if key not in thesis:
            column[0].tick_params(labelbottom=True)
            column[0].set_xlabel("predicted")
    return axes


def _in_order(keys: Iterable[str]) -> list[str]:
    """Keys of approaches in the order of the thesis's table 2."""
    known = set(keys)
    every = results.approaches(results.approach(key).architecture for key in known)
    return [own.key for own in every if own.key in known]


def plot_folds(
    table1: pd.DataFrame, axes=None, *, title: str = "", beside: pd.DataFrame | None = None
) -> np.ndarray:
    """Every model's macro F1 by outer fold; a panel per architecture.

    Parameters
    ----------
    beside : another table 1, whose scores shall lie within the same heights.
    """
    names = list(dict.fromkeys(approach.architecture for approach in results.compared(table1)))
    axes = grid(axes, 1, len(names), figsize=(4.5 * len(names), 3.6), sharey=True)
    for ax, architecture in zip(axes[0], names):
        for model, rows in table1.groupby("model", sort=False):
            look = MODEL_LOOKS[model.split("_")[0]] | {"label": LEGEND.get(model)}
            ax.scatter(rows["K"] + _shift(model), rows[f"{architecture}_f1"], **look)
        ax.set(title=f"{models.recipe(architecture).title} {title}".strip(), xlabel="outer fold K")
        ax.set_xticks(sorted(table1["K"].unique()))
        ax.margins(x=0.12)
    tables = [table1] if beside is None else [table1, beside]
    every = np.concatenate([own.filter(like="_f1").to_numpy().ravel() for own in tables])
    low, high = np.nanmin(every), np.nanmax(every)
    room = 0.05 * (high - low) + 0.5
    axes[0, 0].set(ylabel=SCORES["f1"], ylim=(low - room, high + room))
    axes[0, -1].legend(**OUTSIDE)
    return axes


def _shift(model: str) -> float:
    """Places within a fold: base models side by side, then ensemble and averaged model."""
    return {"ensemble": 0.12, "averaged": 0.28}.get(model) or 0.1 * int(model.split("_")[1]) - 0.4


def plot_approaches(
    here: pd.DataFrame, thesis: pd.DataFrame, ax: Axes | None = None, *,
    score: str = "f1", name: str = "here",
) -> Axes:  # fmt: skip
    """Every approach's mean over the outer folds with one sd, beside the thesis's (table 2)."""
    ax = ax or plt.subplots(figsize=(7, 3.4))[1]
    keys = _in_order(here["approach"])
    position = pd.Series(np.arange(len(keys))[::-1], keys)
    looks = {name: ("o", SERIES_COLOURS[0], 0.12), "thesis": ("s", "#999999", -0.12)}
    for (label, (marker, colour, shift)), table in zip(looks.items(), (here, thesis)):
        rows = table.set_index("approach").reindex(keys)
        look = {"fmt": marker, "color": colour, "capsize": 3, "label": label}
        ax.errorbar(rows[f"{score}_mean"], position + shift, xerr=rows[f"{score}_sd"], **look)
    ax.set_yticks(position, [results.title(key) for key in keys])
    ax.set_xlabel(SCORES[score] + ", mean ± sd of the folds")
    ax.legend(**OUTSIDE)
    return ax


def plot_chance(chance: pd.DataFrame, thesis: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Accuracy with its interval for folds of clips and of videos, and the thesis's number.

    ``chance`` as gymlib.evaluation.chance.table gives it, ``thesis`` its table 2.
    """
    ax = ax or plt.subplots(figsize=(7, 3.4))[1]
    keys = _in_order(chance["approach"].unique())
    position = pd.Series(np.arange(len(keys))[::-1], keys)
    for split, rows in chance.groupby("split", sort=False):
        _draw_intervals(ax, split, rows.set_index("approach").reindex(keys), position)
    published = thesis.set_index("approach")["acc_mean"].reindex(keys)
    ax.scatter(published, position, s=480, marker="|", color="#666666", label="thesis")
    ax.set_yticks(position, [results.title(key) for key in keys])
    ax.set_xlabel(f"{SCORES['acc']}, mean and 95 % interval")
    ax.legend(**OUTSIDE).legend_handles[0].set_sizes([90])  # the thesis's, lower than a row
    return ax


def _draw_intervals(ax: Axes, split: str, rows: pd.DataFrame, position) -> None:
    marker, colour, shift = SPLIT_LOOKS[split]
    look = {"fmt": marker, "color": colour, "capsize": 3, "label": SPLITS[split]}
    ax.errorbar(rows["acc_mean"], position + shift, xerr=_reach(rows, "acc"), **look)


def plot_parts(parts: pd.DataFrame, part: str, axes=None) -> np.ndarray:
    """Accuracy with its interval on every part of the data, one panel per ensemble.

    ``parts`` as gymlib.evaluation.parts.table gives it; ``part`` is its column of names. Crosses
    are the accuracy over all labelled frames, those without a pose counted as not recognised.
    """
    keys, names = _in_order(parts["approach"].unique()), parts[part].unique()
    size = (4.5 * len(keys), 0.42 * len(names) + 1.2)
    axes = grid(axes, 1, len(keys), figsize=size, sharex=True, sharey=True)
    position = np.arange(len(names))[::-1]
    for ax, key in zip(axes[0], keys):
        for split, own in parts[parts["approach"] == key].groupby("split", sort=False):
            rows = own.set_index(part).reindex(names)
            _draw_intervals(ax, split, rows, position)
            if split == "clips":
                ax.plot(rows["all_frames"], position + SPLIT_LOOKS[split][2], "x", color="#666666",
                        label="all frames")  # fmt: skip
        ax.set(title=results.title(key), xlabel=SCORES["acc"])
    axes[0, 0].set_yticks(position, names)
    axes[0, -1].legend(**OUTSIDE)
    return axes


def _reach(rows: pd.DataFrame, score: str) -> Float[np.ndarray, "2 rows"]:
    """How far an interval reaches below and above its mean."""
    ends = rows[[f"{score}_low", f"{score}_high"]]
    return np.abs(ends.sub(rows[f"{score}_mean"], axis=0)).to_numpy().T


def plot_learning_curve(curve: pd.DataFrame, axes=None) -> np.ndarray:
    """Both scores of averaged models by the number of clips that they were trained on.

    ``curve`` as gymlib.evaluation.chance.curve gives it: a line per architecture in its colour,
    bars from end to end of its intervals.
    """
    axes = grid(axes, 1, len(SCORES), figsize=(9, 3.6), sharey=True)
    names = list(curve["architecture"].unique())
    for ax, (score, label) in zip(axes[0], SCORES.items()):
        for number, name in enumerate(names):
            rows, title = curve[curve["architecture"] == name], models.recipe(name).title
            # A little apart, so that bars of different architectures do not hide each other.
            place = rows["trained"] * 1.03 ** (number - (len(names) - 1) / 2)
            own = look(name) | {"capsize": 3, "label": title}
            ax.errorbar(place, rows[f"{score}_mean"], yerr=_reach(rows, score), **own)
        ax.set_xscale("log")
        ticks = sorted(set(curve["trained"]))
        ax.set_xticks(ticks, [f"{tick:.0f}" for tick in ticks])
        ax.minorticks_off()
        ax.set(xlabel="clips trained on", title=label)
    axes[0, 0].set_ylabel("mean and 95 % interval")
    axes[0, -1].legend(**OUTSIDE)
    return axes


def plot_per_class(per_class: pd.DataFrame, axes=None) -> np.ndarray:
    """F1 of every class as bars, precision (triangle) and recall (line) on them; per approach."""
    keys = list(per_class["approach"].unique())
    axes = grid(axes, 1, len(keys), figsize=(3.125 * len(keys), 3.4), sharey=True)
    for ax, key in zip(axes[0], keys):
        rows = per_class[per_class["approach"] == key].set_index("label").loc[list(CLASSES)]
        ax.bar(CLASSES, rows["f1"], color=[COLOURS[label] for label in CLASSES])
        ax.scatter(CLASSES, rows["precision"], marker="^", color="black", s=40, label="precision")
        ax.scatter(CLASSES, rows["recall"], marker="_", color="black", s=160, label="recall")
        ax.set(title=results.title(key), ylim=(0, 102))
        ax.tick_params(axis="x", rotation=35)
    axes[0, 0].set_ylabel("F1 (bar), %")
    axes[0, -1].legend(**OUTSIDE)
    return axes
