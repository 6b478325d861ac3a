"""Pictures of training and of the search: loss curves, folds, trials, what a model confuses."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from jaxtyping import Float, Int
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.patches import Patch

from gymlib import models
from gymlib.evaluation.metrics import ClassScores
from gymlib.labels import CLASSES, COLOURS
from gymlib.plots.skeletons import plot_skeleton
from gymlib.plots.style import SERIES_COLOURS, class_legend

CHANCE = float(np.log(len(CLASSES)))  # mean negative log-likelihood of a uniform guess


def plot_curves(curves: dict[str, Float[np.ndarray, " epochs"]], ax: Axes | None = None) -> Axes:
    """Loss by epoch of several models; dotted, the loss of guessing."""
    width = 6.8 if len(curves) > 1 else 5
    ax = ax or plt.subplots(figsize=(width, 3.2), layout="constrained")[1]
    for (name, losses), colour, dash in zip(
        curves.items(), SERIES_COLOURS * 2, ["-", "--", "-.", ":"] * 3
    ):
        ax.plot(np.arange(1, len(losses) + 1), losses, label=name, color=colour, linestyle=dash)
    ax.axhline(CHANCE, color="black", linewidth=0.8, linestyle=":")
    top = np.nanmax([CHANCE, *(np.nanmax(losses) for losses in curves.values())])
    ax.set(xlabel="epoch", ylabel="mean loss per step", ylim=(0, min(2 * CHANCE, 1.05 * top)))
    if len(curves) > 1:  # outside: the lines leave no corner free
        ax.legend(fontsize="small", loc="center left", bbox_to_anchor=(1, 0.5))
    return ax


def plot_image(
    keypoints: Float[np.ndarray, "33 2"], image: Float[np.ndarray, "2 33"], axes=None
) -> np.ndarray:
    """A frame as body, and as the picture of 2 rows and 33 columns that the CNN sees."""
    if axes is None:
        _, axes = plt.subplots(1, 2, figsize=(9, 2.6), width_ratios=[1, 3], layout="constrained")
    plot_skeleton(keypoints, axes[0]).set_axis_off()
    shown = axes[1].imshow(image, aspect="auto", cmap="viridis")
    axes[1].set(xlabel="column", ylabel="row", yticks=[0, 1])
    axes[1].figure.colorbar(shown, ax=axes[1], label="coordinate")
    return axes


def plot_class_scores(scores: dict[str, ClassScores], ax: Axes | None = None) -> Axes:
    """F1 of every class (0 to 1), one group of bars per class and one bar per model."""
    ax = ax or plt.subplots(figsize=(5.5, 3), layout="constrained")[1]
    width = 0.8 / len(scores)
    for k, (found, hatch) in enumerate(zip(scores.values(), ["", "//", "..", "xx"])):
        x = np.arange(len(CLASSES)) + (k - (len(scores) - 1) / 2) * width
        colours = [COLOURS[label] for label in CLASSES]
        ax.bar(x, found.f1, width, color=colours, hatch=hatch, edgecolor="white")
    if len(scores) > 1:
        handles = [Patch(facecolor="#BBBBBB", hatch=h, edgecolor="white", label=n)
                   for n, h in zip(scores, ["", "//", "..", "xx"])]  # fmt: skip
        ax.legend(handles=handles, fontsize="small", loc="center left", bbox_to_anchor=(1, 0.5))
    ax.set_xticks(range(len(CLASSES)), CLASSES)
    ax.set(ylabel="F1", ylim=(0, 1))
    return ax


def plot_filmstrip(
    keypoints: Float[np.ndarray, "shown 33 2"],
    true: Int[np.ndarray, " shown"],
    predicted: Int[np.ndarray, " shown"],
    axes=None,
) -> np.ndarray:
    """Bodies side by side at one scale; above each a bar of its label, below of its prediction."""
    count = len(keypoints)
    if axes is None:
        _, axes = plt.subplots(1, count, figsize=(0.95 * count, 1.9), squeeze=False)
    axes = np.ravel(axes)
    centre = (keypoints.min(axis=1) + keypoints.max(axis=1)) / 2  # of each body's box
    reach = 0.55 * float((keypoints.max(axis=1) - keypoints.min(axis=1)).max())
    for ax, body, middle, label, guess in zip(axes, keypoints, centre, true, predicted):
        plot_skeleton(body - middle, ax, colour="#333333", width=1.1)
        ax.set(xlim=(-reach, reach), ylim=(1.25 * reach, -1.25 * reach), xticks=[], yticks=[])
        ax.axhspan(-1.25 * reach, -1.1 * reach, color=COLOURS[CLASSES[label]])
        ax.axhspan(1.1 * reach, 1.25 * reach, color=COLOURS[CLASSES[guess]])
        for side in ax.spines.values():
            side.set_visible(False)
    for height, name in ((-1.175, "label"), (1.175, "prediction")):
        axes[0].text(-1.15 * reach, height * reach, name, ha="right", va="center", fontsize="small")
    class_legend(
        axes[-1], ncols=len(CLASSES), fontsize="small", loc="lower right", bbox_to_anchor=(1, 1.02)
    )
    return axes


# --- the protocol ---------------------------------------------------------------------------


def plot_fold_map(folds: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Which clips each split tests: a row per outer fold, and the inner folds of the first.

    Parameters
    ----------
    folds : folds.csv, one row per clip; drawn in its order, with lines between videos.
    """
    outer = sorted(folds["outer"].unique())
    inner = folds[f"inner_of_outer_{outer[0]}"].astype("Float64")  # of a file or a table in memory
    inner = pd.Series(inner.to_numpy(float, na_value=np.nan))
    ax = ax or plt.subplots(figsize=(9, 0.9 + 0.28 * (len(outer) + inner.nunique())))[1]
    rows = {f"outer {k + 1}": (folds["outer"] == k).astype(int) for k in outer}
    for i in sorted(inner.dropna().unique()):
        rows[f"outer {outer[0] + 1}, inner {int(i) + 1}"] = (
            (inner == i).astype(int).where(inner.notna(), 2)
        )
    colours = ListedColormap(["#BFD7EA", "#D55E00", "white"])
    ax.pcolormesh(
        np.array([*rows.values()]), cmap=colours, vmin=0, vmax=2, edgecolor="white", lw=0.2
    )
    ax.set_yticks(np.arange(len(rows)) + 0.5, rows)
    ax.invert_yaxis()
    starts = np.flatnonzero(folds["video"] != folds["video"].shift())
    for start in starts[1:]:
        ax.axvline(start, color="black", linewidth=0.8)
    ax.set_xlabel("clip (black lines: another video)")
    handles = [Patch(color="#BFD7EA", label="trains"), Patch(color="#D55E00", label="is tested")]
    ax.legend(handles=handles, loc="center left", bbox_to_anchor=(1, 0.5))
    return ax


def plot_trials(trials: pd.DataFrame, startup: int, axes=None) -> np.ndarray:
    """Validation F1 by trial: every child's best so far, and the mean of all children.

    Parameters
    ----------
    startup : trials drawn before any result counted; a line marks where the search begins.
    """
    names = sorted(trials["architecture"].unique())
    if axes is None:
        _, axes = plt.subplots(
            1, len(names), figsize=(4.5 * len(names), 3), sharey=True, layout="constrained"
        )
    axes = np.atleast_1d(axes)
    for ax, name in zip(axes, names):
        rows = trials[trials["architecture"] == name]
        table = rows.pivot(index="trial", columns=["outer", "inner"], values="f1")
        numbers = table.index + 1
        ax.plot(numbers, table.cummax(), color=models.recipe(name).colour, alpha=0.35, lw=1)
        ax.plot(
            numbers, table.cummax().mean(axis=1), color="black", lw=2, label="best so far, mean"
        )
        ax.plot(numbers, table.mean(axis=1), color="black", lw=1, ls=":", label="this trial, mean")
        ax.axvline(startup + 0.5, color="#999999", lw=0.8)
        ax.set(title=name.upper(), xlabel="trial")
    axes[0].set_ylabel("validation macro F1")
    axes[0].legend(fontsize="small")
    return axes


def plot_plane(trials: pd.DataFrame, chosen: pd.DataFrame, axes=None) -> np.ndarray:
    """All trials in the plane of learning rate and momentum, coloured by F1; rings: chosen."""
    names = sorted(trials["architecture"].unique())
    if axes is None:
        _, axes = plt.subplots(
            1, len(names), figsize=(4.8 * len(names), 3.6), sharey=True, layout="constrained"
        )
    axes = np.atleast_1d(axes)
    for ax, name in zip(axes, names):
        rows, best = (table[table["architecture"] == name] for table in (trials, chosen))
        shown = ax.scatter(
            rows["learning_rate"], rows["momentum"], c=rows["f1"], s=18, cmap="viridis"
        )
        ax.scatter(
            best["learning_rate"],
            best["momentum"],
            s=70,
            facecolor="none",
            edgecolor="#D55E00",
            lw=1.5,
        )
        ax.set(title=name.upper(), xlabel="learning rate")
        ax.figure.colorbar(shown, ax=ax, label="validation macro F1")
    axes[0].set_ylabel("momentum")
    return axes


def plot_choices(chosen: pd.DataFrame, axes=None) -> np.ndarray:
    """The children's chosen learning rate and momentum by outer fold; lines: their mean."""
    names = sorted(chosen["architecture"].unique())
    if axes is None:
        _, axes = plt.subplots(
            2, len(names), figsize=(4.5 * len(names), 4.2), sharex=True, sharey="row",
            squeeze=False, layout="constrained",
        )  # fmt: skip
    for column, name in zip(np.asarray(axes).T, names):
        rows = chosen[chosen["architecture"] == name]
        for ax, parameter in zip(column, ("learning_rate", "momentum")):
            ax.scatter(rows["outer"] + 1, rows[parameter], color=models.recipe(name).colour, s=30)
            for outer, mean in rows.groupby("outer")[parameter].mean().items():
                ax.hlines(mean, outer + 0.7, outer + 1.3, color="black", lw=1.5)
            ax.set_ylabel(parameter.replace("_", " ") if name == names[0] else "")
        column[0].set_title(name.upper())
        column[-1].set(xlabel="outer fold", xticks=sorted(rows["outer"].unique() + 1))
    return axes
