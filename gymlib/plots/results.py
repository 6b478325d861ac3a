"""Pictures of results: confusion matrices, scores per fold, loss curves, classes."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from gymlib import models
from gymlib.evaluation.results import compared
from gymlib.evaluation.results import title as approach_title
from gymlib.labels import CLASSES, COLOURS
from gymlib.plots.style import SERIES_COLOURS

# Base models share one grey: they differ by chance only. Vote and mean have shape and colour.
MODEL_LOOKS = {
    "base": {"marker": "o", "color": "#9A9A9A", "s": 28, "zorder": 2},
    "ensemble": {"marker": "D", "color": SERIES_COLOURS[0], "s": 58, "zorder": 4},
    "averaged": {"marker": "o", "color": "white", "edgecolor": "#D55E00", "s": 62, "zorder": 3,
                 "linewidth": 2},
}  # fmt: skip
AVERAGED_CURVE = "#D55E00"
THESIS_BATCHES = 100  # the thesis adds up the first 100 batch losses of an epoch
CHANCE = float(np.log(len(CLASSES)))  # mean negative log-likelihood of a uniform guess


def _grid(axes, rows: int, columns: int, **kwargs) -> np.ndarray:
    """The given axes, or new ones, as an array (rows, columns)."""
    if axes is None:
        _, axes = plt.subplots(rows, columns, squeeze=False, layout="constrained", **kwargs)
    return np.asarray(axes).reshape(rows, columns)


def plot_confusion(
    matrix: Float[np.ndarray, "4 4"], ax: Axes | None = None, *, title: str = ""
) -> Axes:
    """A row-normalised confusion matrix (0 to 1) as percentages; "–" where a class is missing."""
    ax = ax or plt.subplots(figsize=(3.4, 3.2))[1]
    text = np.where(np.isnan(matrix), "–", np.char.mod("%.0f", np.nan_to_num(100 * matrix)))
    sns.heatmap(
        np.nan_to_num(matrix),
        ax=ax,
        vmin=0,
        vmax=1,
        cmap="Blues",
        cbar=False,
        square=True,
        annot=text,
        fmt="",
        linewidths=1,
        xticklabels=CLASSES,
        yticklabels=CLASSES,
        annot_kws={"size": 11},
    )
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
    width = 3.125 * len(here)
    axes = _grid(axes, 2, len(here), figsize=(width, 6.6), sharex=True, sharey=True)
    for row, (source, matrices) in enumerate({name: here, "thesis": thesis}.items()):
        for ax, key in zip(axes[row], here):
            if key in matrices:
                plot_confusion(matrices[key], ax, title=f"{approach_title(key)}\n{source}")
                ax.label_outer()
            else:
                ax.set_axis_off()
    return axes


def plot_folds(
    table1: pd.DataFrame, axes=None, *, score: str = "f1", title: str = ""
) -> np.ndarray:
    """Every model's ``score`` ("acc" or "f1", percent) by outer fold; a panel per architecture."""
    names = list(dict.fromkeys(approach.architecture for approach in compared(table1)))
    axes = _grid(axes, 1, len(names), figsize=(4.5 * len(names), 3.6), sharey=True)
    for ax, architecture in zip(axes[0], names):
        for model, rows in table1.groupby("model"):
            look = MODEL_LOOKS[model.split("_")[0]]
            ax.scatter(rows["K"] + _shift(model), rows[f"{architecture}_{score}"], **look)
        ax.set(title=f"{models.recipe(architecture).title} {title}".strip(), xlabel="outer fold K")
        ax.set_xticks(sorted(table1["K"].unique()))
        ax.margins(x=0.12)
    axes[0, 0].set_ylabel({"acc": "accuracy (%)", "f1": "macro F1 (%)"}[score])
    model_legend(axes[0, -1], loc="center left", bbox_to_anchor=(1, 0.5))
    return axes


def _shift(model: str) -> float:
    """Places within a fold: base models side by side, then ensemble and averaged model."""
    return {"ensemble": 0.12, "averaged": 0.28}.get(model) or 0.1 * int(model.split("_")[1]) - 0.4


def model_legend(ax: Axes, **kwargs):
    """Legend of the marks of base models, ensemble and averaged model."""
    names = {"base": "base models", "ensemble": "ensemble", "averaged": "averaged model"}
    handles = []
    for kind, label in names.items():
        look = MODEL_LOOKS[kind]
        edge = look.get("edgecolor", look["color"])
        handles.append(
            Line2D([], [], linestyle="", marker=look["marker"], color=look["color"],
                   markeredgecolor=edge, markeredgewidth=look.get("linewidth", 1), label=label)
        )  # fmt: skip
    return ax.legend(handles=handles, **kwargs)


def plot_approaches(
    here: pd.DataFrame, thesis: pd.DataFrame, ax: Axes | None = None, *,
    score: str = "f1", name: str = "here",
) -> Axes:  # fmt: skip
    """Every approach's mean over the outer folds with one sd, beside the thesis's (table 2)."""
    ax = ax or plt.subplots(figsize=(7, 3.4))[1]
    keys = list(here["approach"])
    position = pd.Series(np.arange(len(keys))[::-1], keys)
    looks = {name: ("o", SERIES_COLOURS[0], 0.12), "thesis": ("s", "#999999", -0.12)}
    for (label, (marker, colour, shift)), table in zip(looks.items(), (here, thesis)):
        rows = table.set_index("approach").reindex(keys)
        ax.errorbar(
            rows[f"{score}_mean"], position + shift, xerr=rows[f"{score}_sd"],
            fmt=marker, color=colour, capsize=3, label=label,
        )  # fmt: skip
    ax.set_yticks(position, [approach_title(key) for key in keys])
    ax.set_xlabel({"acc": "accuracy (%)", "f1": "macro F1 (%)"}[score] + ", mean ± sd of the folds")
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return ax


def plot_losses(losses: pd.DataFrame, architecture: str, axes=None) -> np.ndarray:
    """Loss curves of every model, one panel per outer fold (thesis, appendix A.2).

    Parameters
    ----------
    losses : architecture, outer, model, epoch, loss; the mean loss per step of every epoch. The
        right-hand axis gives 100 times that: the thesis adds up the first 100 steps.
    """
    rows = losses[losses["architecture"] == architecture]
    outer = sorted(rows["outer"].unique())
    axes = _grid(axes, 1, len(outer), figsize=(1.8 * len(outer) + 1.2, 3.2), sharey=True)
    styles = _curve_styles(sorted(rows["model"].unique()))
    for ax, k in zip(axes[0], outer):
        for model, style in styles.items():
            curve = rows[(rows["outer"] == k) & (rows["model"] == model)].sort_values("epoch")
            ax.plot(curve["epoch"] + 1, curve["loss"], label=model.replace("_", " "), **style)
        ax.axhline(CHANCE, color="black", linewidth=0.8, linestyle=":")
        ax.set(title=f"Fold {k + 1}", xlabel="epoch")
    axes[0, 0].set(
        ylabel=f"{models.recipe(architecture).title}: mean loss per step", ylim=_loss_limits(rows)
    )
    right = axes[0, -1].secondary_yaxis(
        "right", functions=(lambda y: THESIS_BATCHES * y, lambda y: y / THESIS_BATCHES)
    )
    right.set_ylabel("the thesis's scale (sum of 100)")
    handles, names = axes[0, 0].get_legend_handles_labels()
    axes[0, 0].figure.legend(handles, names, loc="outside lower center", ncols=len(names))
    return axes


def _curve_styles(names: list[str]) -> dict[str, dict]:
    """Base models in four colours told apart by dashes too, the averaged model thick."""
    dashes = ["-", "--", "-.", ":"]
    bases = [model for model in names if model.startswith("base")]
    colours = [colour for colour in SERIES_COLOURS if colour != AVERAGED_CURVE]
    styles = {
        model: {"color": colours[i % 4], "linestyle": dashes[i % 4], "linewidth": 1.4}
        for i, model in enumerate(bases)
    }
    others = [model for model in names if model not in styles and model != "ensemble"]
    return styles | {model: {"color": AVERAGED_CURVE, "linewidth": 2} for model in others}


def _loss_limits(rows: pd.DataFrame) -> tuple[float, float]:
    """From 0 to the highest loss, but no higher than twice chance: spikes are cut off."""
    top = rows["loss"].max()
    return 0, min(2 * CHANCE, 1.05 * max(CHANCE, top if np.isfinite(top) else CHANCE))


def plot_per_class(per_class: pd.DataFrame, axes=None) -> np.ndarray:
    """F1 of every class as bars, precision (triangle) and recall (line) on them; per approach."""
    keys = list(per_class["approach"].unique())
    axes = _grid(axes, 1, len(keys), figsize=(3.125 * len(keys), 3.4), sharey=True)
    for ax, key in zip(axes[0], keys):
        rows = per_class[per_class["approach"] == key].set_index("label").loc[list(CLASSES)]
        ax.bar(CLASSES, rows["f1"], color=[COLOURS[label] for label in CLASSES])
        ax.scatter(CLASSES, rows["precision"], marker="^", color="black", s=40, label="precision")
        ax.scatter(CLASSES, rows["recall"], marker="_", color="black", s=160, label="recall")
        ax.set(title=approach_title(key), ylim=(0, 102))
        ax.tick_params(axis="x", rotation=35)
    axes[0, 0].set_ylabel("F1 (bar), %")
    axes[0, -1].legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return axes
