"""Pictures of training and of the search: loss curves, folds, trials, what a model confuses."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from jaxtyping import Float, Int
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from gymlib import models
from gymlib.evaluation.metrics import ClassScores
from gymlib.labels import CLASSES, COLOURS
from gymlib.plots.looks import look
from gymlib.plots.skeletons import plot_skeleton
from gymlib.plots.style import CHANCE, MISSING_COLOUR, OUTSIDE, SERIES_COLOURS, class_legend, grid

TRAINS = "#BFD7EA"
THESIS_BATCHES = 100  # the thesis adds up the first 100 batch losses of an epoch


def plot_curves(curves: dict[str, Float[np.ndarray, " epochs"]], ax: Axes | None = None) -> Axes:
    """Loss by epoch of several models; dotted, the loss of guessing."""
    width = 6.8 if len(curves) > 1 else 5
    ax = ax or plt.subplots(figsize=(width, 3.2), layout="constrained")[1]
    looks = zip(curves.items(), SERIES_COLOURS * 2, ["-", "--", "-.", ":"] * 3)
    for (name, losses), colour, dash in looks:
        ax.plot(np.arange(1, len(losses) + 1), losses, label=name, color=colour, linestyle=dash)
    ax.axhline(CHANCE, color="black", linewidth=0.8, linestyle=":")
    ax.xaxis.set_major_locator(MaxNLocator("auto", integer=True))
    top = np.nanmax([CHANCE, *(np.nanmax(losses) for losses in curves.values())])
    ax.set(xlabel="epoch", ylabel="mean loss per step", ylim=(0, min(2 * CHANCE, 1.05 * top)))
    if len(curves) > 1:
        ax.legend(fontsize="small", **OUTSIDE)
    return ax


def plot_losses(losses: pd.DataFrame, architecture: str, axes=None) -> np.ndarray:
    """Loss curves of every model, one panel per outer fold (thesis, appendix A.2).

    ``losses`` has the mean loss per step of every epoch (architecture, outer, model, epoch, loss);
    the right-hand axis gives 100 times that: the thesis adds up the first 100 steps. The heights
    are those of all architectures in ``losses``, so that their figures can be compared.
    """
    rows = losses[losses["architecture"] == architecture]
    outer = sorted(rows["outer"].unique())
    axes = grid(axes, 1, len(outer), figsize=(1.8 * len(outer) + 1.2, 3.2), sharey=True)
    styles = _curve_styles(sorted(rows["model"].unique()))
    for ax, k in zip(axes[0], outer):
        for model, style in styles.items():
            curve = rows[(rows["outer"] == k) & (rows["model"] == model)].sort_values("epoch")
            ax.plot(curve["epoch"] + 1, curve["loss"], label=model.replace("_", " "), **style)
        ax.axhline(CHANCE, color="black", linewidth=0.8, linestyle=":")
        ax.set(title=f"Fold {k + 1}", xlabel="epoch")
    title = models.recipe(architecture).title
    axes[0, 0].set(ylabel=f"{title}: mean loss per step", ylim=_loss_limits(losses))
    scales = (lambda y: THESIS_BATCHES * y, lambda y: y / THESIS_BATCHES)
    right = axes[0, -1].secondary_yaxis("right", functions=scales)
    right.set_ylabel("the thesis's scale (sum of 100)")
    handles, names = axes[0, 0].get_legend_handles_labels()
    axes[0, 0].figure.legend(handles, names, loc="outside lower center", ncols=len(names))
    return axes


def _curve_styles(names: list[str]) -> dict[str, dict]:
    """Base models in four colours told apart by dashes too, the averaged model thick."""
    dashes = ["-", "--", "-.", ":"]
    bases = [model for model in names if model.startswith("base")]
    colours = [colour for colour in SERIES_COLOURS if colour != MISSING_COLOUR]
    styles = {
        model: {"color": colours[i % 4], "linestyle": dashes[i % 4], "linewidth": 1.4}
        for i, model in enumerate(bases)
    }
    others = [model for model in names if model not in styles and model != "ensemble"]
    return styles | {model: {"color": MISSING_COLOUR, "linewidth": 2} for model in others}


def _loss_limits(losses: pd.DataFrame) -> tuple[float, float]:
    """From 0 to the highest loss, but no higher than twice chance: spikes are cut off."""
    top = losses["loss"].max()
    return 0, min(2 * CHANCE, 1.05 * max(CHANCE, top if np.isfinite(top) else CHANCE))


def plot_image(
    keypoints: Float[np.ndarray, "33 2"], image: Float[np.ndarray, "2 33"], axes=None
) -> np.ndarray:
    """A frame as body, and as the picture of 2 rows and 33 columns for a convolution."""
    axes = grid(axes, 1, 2, figsize=(9, 2.6), width_ratios=[1, 3])[0]
    plot_skeleton(keypoints, axes[0]).set_axis_off()
    shown = axes[1].imshow(image, aspect="auto", cmap="viridis")
    axes[1].set(xlabel="column", ylabel="row", yticks=[0, 1])
    axes[1].figure.colorbar(shown, ax=axes[1], label="coordinate")
    return axes


def plot_class_scores(scores: dict[str, ClassScores], ax: Axes | None = None) -> Axes:
    """F1 of every class (0 to 1), one group of bars per class and one bar per model."""
    ax = ax or plt.subplots(figsize=(5.5, 3), layout="constrained")[1]
    width, hatches = 0.8 / len(scores), ["", "//", "..", "xx"]
    for k, (found, hatch) in enumerate(zip(scores.values(), hatches)):
        x = np.arange(len(CLASSES)) + (k - (len(scores) - 1) / 2) * width
        colours = [COLOURS[label] for label in CLASSES]
        ax.bar(x, found.f1, width, color=colours, hatch=hatch, edgecolor="white")
    if len(scores) > 1:
        look = {"facecolor": "#BBBBBB", "edgecolor": "white"}
        handles = [Patch(hatch=hatch, label=name, **look) for name, hatch in zip(scores, hatches)]
        ax.legend(handles=handles, fontsize="small", **OUTSIDE)
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
        ax.spines[:].set_visible(False)
    for height, name in ((-1.175, "label"), (1.175, "prediction")):
        axes[0].text(-1.15 * reach, height * reach, name, ha="right", va="center", fontsize="small")
    place = {"loc": "lower right", "bbox_to_anchor": (1, 1.02)}
    class_legend(axes[-1], ncols=len(CLASSES), fontsize="small", **place)
    return axes


def plot_fold_map(folds: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Which clips each split tests (folds.csv): outer folds, and the inner folds of the first.

    Clips stand in the order of the table, with lines between videos.
    """
    outer = sorted(folds["outer"].unique())
    inner = folds[f"inner_of_outer_{outer[0]}"].astype("Float64")  # of a file or a table in memory
    inner = pd.Series(inner.to_numpy(float, na_value=np.nan))
    ax = ax or plt.subplots(figsize=(9, 0.9 + 0.28 * (len(outer) + inner.nunique())))[1]
    rows = {f"outer {k + 1}": (folds["outer"] == k).astype(int) for k in outer}
    for i in sorted(inner.dropna().unique()):
        tested = (inner == i).astype(int).where(inner.notna(), 2)
        rows[f"outer {outer[0] + 1}, inner {int(i) + 1}"] = tested
    colours = ListedColormap([TRAINS, MISSING_COLOUR, "white"])
    image, look = np.array([*rows.values()]), {"edgecolor": "white", "lw": 0.2}
    ax.pcolormesh(image, cmap=colours, vmin=0, vmax=2, **look)
    ax.set_yticks(np.arange(len(rows)) + 0.5, rows)
    ax.invert_yaxis()
    starts = np.flatnonzero(folds["video"] != folds["video"].shift())
    for start in starts[1:]:
        ax.axvline(start, color="black", linewidth=0.8)
    ax.set_xlabel("clip (black lines: another video)")
    names = {"trains": TRAINS, "is tested": MISSING_COLOUR}
    handles = [Patch(color=colour, label=name) for name, colour in names.items()]
    ax.legend(handles=handles, **OUTSIDE)
    return ax


def plot_trials(trials: pd.DataFrame, startup: int, axes=None) -> np.ndarray:
    """Validation F1 by trial: the best so far of every inner fold, and the mean of all.

    A line behind the first ``startup`` trials, drawn before any result counted, marks the search.
    """
    recipes = _recipes(trials)
    axes = grid(axes, 1, len(recipes), figsize=(4.5 * len(recipes), 3), sharey=True)[0]
    for ax, recipe in zip(axes, recipes):
        rows = trials[trials["architecture"] == recipe.name]
        table = rows.pivot(index="trial", columns=["outer", "inner"], values="f1")
        numbers, best = table.index + 1, table.cummax()
        ax.plot(numbers, best, color=look(recipe.name)["color"], alpha=0.35, lw=1)
        ax.plot(numbers, best.mean(axis=1), color="black", lw=2, label="best so far, mean")
        ax.plot(numbers, table.mean(axis=1), color="black", lw=1, ls=":", label="this trial, mean")
        ax.axvline(startup + 0.5, color="#999999", lw=0.8)
        ax.set(title=recipe.title, xlabel="trial")
    axes[0].set_ylabel("validation macro F1")
    axes[0].legend(fontsize="small")
    return axes


def _recipes(table: pd.DataFrame) -> list[models.Recipe]:
    """Of the architectures in a table, by name."""
    return [models.recipe(name) for name in sorted(table["architecture"].unique())]


def plot_plane(trials: pd.DataFrame, chosen: pd.DataFrame, axes=None) -> np.ndarray:
    """All trials in the plane of the first two parameters searched, coloured by F1; rings: chosen.

    Where fewer were searched, F1 and the number of the trial stand in. All panels share one scale
    of colours.
    """
    recipes = _recipes(trials)
    size, shared = (4.4 * len(recipes) + 0.8, 3.6), _shared(recipes)
    lowest, highest = trials["f1"].min(), trials["f1"].max()
    axes = grid(axes, 1, len(recipes), figsize=size, sharey=shared)[0]
    for ax, recipe in zip(axes, recipes):
        x, y = [*recipe.space, "f1", "trial"][:2]
        rows, best = (table[table["architecture"] == recipe.name] for table in (trials, chosen))
        look = {"s": 18, "cmap": "viridis", "vmin": lowest, "vmax": highest}
        shown = ax.scatter(rows[x], rows[y], c=rows["f1"], **look)
        ring = {"facecolor": "none", "edgecolor": MISSING_COLOUR, "lw": 1.5}
        ax.scatter(best[x], best[y], s=70, **ring)
        ax.set(title=recipe.title, xlabel=x.replace("_", " "), ylabel=y.replace("_", " "))
        if shared == "row":
            ax.label_outer()
    axes[0].figure.colorbar(shown, ax=list(axes), label="validation macro F1")
    return axes


def plot_choices(chosen: pd.DataFrame, axes=None) -> np.ndarray:
    """What the search chose, by outer fold: a row per parameter; lines: mean of the inner folds."""
    recipes = _recipes(chosen)
    count, shared = max(1, *(len(recipe.space) for recipe in recipes)), _shared(recipes)
    size = (4.5 * len(recipes), 2.1 * count)
    axes = grid(axes, count, len(recipes), figsize=size, sharex=True, sharey=shared)
    for column, recipe in zip(axes.T, recipes):
        own = chosen[chosen["architecture"] == recipe.name]
        for ax, parameter in zip(column, recipe.space):
            ax.scatter(own["outer"] + 1, own[parameter], color=look(recipe.name)["color"], s=30)
            for outer, mean in own.groupby("outer")[parameter].mean().items():
                ax.hlines(mean, outer + 0.7, outer + 1.3, color="black", lw=1.5)
            ax.set_ylabel(parameter.replace("_", " "))
            if shared == "row":
                ax.label_outer()
        last = max(1, len(recipe.space))
        for ax in column[last:]:
            ax.set_axis_off()
        column[0].set_title(recipe.title)
        column[last - 1].set(xlabel="outer fold", xticks=sorted(own["outer"].unique() + 1))
        column[last - 1].tick_params(labelbottom=True)
    return axes


def _shared(recipes: list[models.Recipe]) -> str:
    """Which axes share their heights: those of a row, if the same parameters were searched."""
    return "row" if len({tuple(recipe.space) for recipe in recipes}) == 1 else "none"
