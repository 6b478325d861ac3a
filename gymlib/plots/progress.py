"""Measurements over the attempts of a folder: is there more, less, or only chance?"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from gymlib.kinematics.words import WORDS
from gymlib.plots.style import SERIES_COLOURS

LEAST = 3
"""Attempts from which on there is a course to be seen."""
SHOWN = ("flight_time", "height", "rotation", "hip", "landing_knee", "stand")
WINDOW = 5
"""Attempts of a skill whose median the line goes through, the attempt itself in their middle."""
NAMELESS, OTHERS = "no name", "other skills"
_LOOKS = tuple(zip(SERIES_COLOURS, "os^D"))  # none of a class
_HEIGHT = 1.15  # inches of a panel


def plot_progress(
    table: pd.DataFrame, measurements: Sequence[str] = SHOWN, *, width: float = 7
) -> Figure:
    """A panel per measurement: values and intervals over the attempts, in the table's order.

    Skills, told apart by their names, have colours and markers of their own, and a line of their
    running median; it breaks, and there is no point, where nothing was measured. An open end of an
    interval is not drawn. Measurements that no attempt has are left out.

    Parameters
    ----------
    table : rows of ``measurements.csv``.
    measurements : of :data:`gymlib.kinematics.words.WORDS`.
    width : of the figure in inches.

    Raises ValueError with fewer than :data:`LEAST` attempts, or if none of the measurements is
    there.
    """
    if len(table) < LEAST:
        raise ValueError(
            f"expected at least {LEAST} attempts to see a course, found {len(table)}; add films, "
            "or compare two attempts"
        )
    shown = [name for name in measurements if table[name].notna().any()]
    if not shown:
        raise ValueError(
            f"none of {', '.join(measurements)} was measured in any of {len(table)} attempts; see "
            "their pages for what was found"
        )
    size = (width, _HEIGHT * len(shown) + 0.9)
    figure, axes = plt.subplots(
        len(shown), 1, figsize=size, sharex=True, squeeze=False, layout="constrained"
    )
    skills = _skills(table)
    for ax, name in zip(axes[:, 0], shown):
        _plot(ax, table, name, skills)
    below = axes[-1, 0]
    below.xaxis.set_major_locator(MaxNLocator("auto", integer=True, steps=[1, 2, 5, 10]))
    below.set(xlim=(0.5, len(table) + 0.5), xlabel="attempt, in order")
    lines = axes[0, 0].get_legend_handles_labels()
    look = {"ncols": 2, "fontsize": "small", "frameon": False}
    legend = figure.legend(*lines, loc="outside upper left", **look)
    for text in legend.get_texts():
        text.set_parse_math(False)  # the table may be a stranger's, and a bad equation stops all
    return figure


def _skills(table: pd.DataFrame) -> pd.Series:
    """The skill of each attempt, the rarest together if there are more than looks."""
    names = table["name"].fillna("").replace("", NAMELESS)
    common = names.value_counts().index
    kept = common if len(common) <= len(_LOOKS) else common[: len(_LOOKS) - 1]
    return names.where(names.isin(kept), OTHERS)


def _plot(ax: Axes, table: pd.DataFrame, name: str, skills: pd.Series) -> None:
    words, at = WORDS[name], np.arange(1, len(table) + 1)
    own = table[[name, f"{name}_low", f"{name}_high"]].to_numpy(float)
    value, low, high = np.where(np.isfinite(own), own, np.nan).T
    for skill, (colour, marker) in zip(skills.unique(), _LOOKS):
        these = (skills == skill).to_numpy()
        ends = np.nan_to_num([(value - low)[these], (high - value)[these]])
        look = {"color": colour, "marker": marker, "markersize": 4, "linestyle": "none"}
        ax.errorbar(at[these], value[these], ends, **look, elinewidth=1, label=skill)
        ax.plot(at[these], _running_median(value[these]), color=colour, linewidth=1.5)
    ax.spines[["top", "right"]].set_visible(False)
    ax.set_title(f"{words.name} ({words.unit.strip()})", loc="left", fontsize="small")
    lacks = int(np.isnan(value).sum())
    if lacks:
        ax.set_title(f"not measured: {lacks}", loc="right", fontsize="small", color="#666666")


def _running_median(values) -> np.ndarray:
    """Of what was measured; NaN where it was not."""
    course = pd.Series(values).rolling(WINDOW, center=True, min_periods=1).median()
    return np.where(np.isnan(values), np.nan, course)
