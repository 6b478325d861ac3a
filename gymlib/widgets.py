"""What notebooks show to be used by hand; without a reader a picture stands in for each.

:func:`browse` looks at clips, :func:`label` labels them.
"""

import matplotlib.pyplot as plt
from IPython.display import Image
from matplotlib.figure import Figure

from gymlib import io, paths
from gymlib.progress import headless
from gymlib.viewer import (
    ClipView,
    ClipViewer,
    Labeller,
    Predictions,
    plot_frame,
    plot_strip,
    plot_view,
    read_view,
)

__all__ = ["ClipView", "browse", "label", "plot_frame", "plot_strip", "plot_view", "read_view"]


PICTURE = paths.REPOSITORY / "figures" / "labeller.png"
DESCRIPTION = (
    "The labeller: a frame with its skeleton, a button for each label, and the timelines of the "
    "labels made so far, of the other annotators and of the majority."
)


def browse(
    dataset: str, clips: list[str] | None = None, predictions: Predictions | None = None
) -> ClipViewer | Figure:
    """Look at clips frame by frame; headless, the first clip's filmstrip.

    Parameters
    ----------
    clips : names to choose from; None takes all of clips.csv.
    predictions : see :data:`gymlib.viewer.clip_view.Predictions`.
    """
    if headless():
        return _strip(dataset, clips, predictions)
    return ClipViewer(dataset, clips, predictions)


def label(
    dataset: str,
    annotator: str,
    clips: list[str] | None = None,
    predictions: Predictions | None = None,
    *,
    draft: bool = False,
    blind: bool = True,
) -> Labeller | Image:
    """Label clips frame by frame; headless, a picture of the labeller, and nothing is written.

    The rules of keys and drags are those of :mod:`gymlib.label_session`, the files those of
    :mod:`gymlib.label_file`.

    Parameters
    ----------
    annotator : whose labels; the name of the file.
    clips, predictions : as for :func:`browse`.
    draft : keep the labels out of the data set until :func:`gymlib.label_file.hand_in`.
    blind : hide what others say at first; votes should be independent.
    """
    if headless():
        return Image(str(PICTURE), width=724, alt=DESCRIPTION)
    return Labeller(dataset, annotator, clips, predictions, draft=draft, blind=blind)


def _strip(dataset, clips, predictions) -> Figure:
    names = list(io.read_clips(dataset)["clip"]) if clips is None else list(clips)
    if not names:
        raise ValueError(f"data set {dataset!r} has no clips to show")
    figure = plot_strip(read_view(dataset, names[0], predictions))
    plt.close(figure)  # shown once, as the cell's result
    return figure
