"""What notebooks show to be used by hand; without a reader a picture stands in for each.

:func:`browse` looks at clips, :func:`label` labels them, :func:`review` goes through
those worth a second look, :func:`explore` looks at results.
"""

import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import Image
from matplotlib.figure import Figure

from gymlib.annotation.review import ReviewConfig
from gymlib.dataset.tables import read_clips
from gymlib.evaluation.errors import TRUTH
from gymlib.files import paths
from gymlib.files.progress import headless
from gymlib.viewer import (
    ClipView,
    ClipViewer,
    Explorer,
    Labeller,
    Predictions,
    Review,
    plot_frame,
    plot_strip,
    plot_view,
    read_view,
)

__all__ = [
    "ClipView",
    "browse",
    "explore",
    "label",
    "plot_frame",
    "plot_strip",
    "plot_view",
    "read_view",
    "review",
]


PICTURES = paths.REPOSITORY / "figures"
DESCRIPTIONS = {
    "labeller": "The labeller: a frame with its skeleton, a button for each label, and the "
    "timelines of the labels made so far, of the other annotators and of the majority.",
    "review": "The labeller with a queue of cases beside it, one of them open at its frames, and "
    "the agreement of all annotators below.",
    "explorer": "The explorer: a frame with its skeleton beside a confusion matrix; a cell is "
    "chosen and its frames are listed; below, the timelines of label and models, and two models' "
    "probabilities.",
}


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

    The rules of keys and drags are those of :mod:`gymlib.annotation.editing`, the files those of
    :mod:`gymlib.annotation.annotator_file`.

    Parameters
    ----------
    annotator : whose labels; the name of the file.
    clips, predictions : as for :func:`browse`.
    draft : keep the labels out of the data set until they are handed in
        (:func:`gymlib.annotation.annotator_file.hand_in`).
    blind : hide what others say at first; votes should be independent.
    """
    if headless():
        return _picture("labeller")
    return Labeller(dataset, annotator, clips, predictions, draft=draft, blind=blind)


def review(
    dataset: str,
    annotator: str,
    queue: pd.DataFrame | None = None,
    predictions: Predictions | None = None,
    *,
    draft: bool = False,
    blind: bool = False,
    config: ReviewConfig | None = None,
) -> Review | Image:
    """Go through the review queue in the labeller; headless, a picture of it.

    Parameters
    ----------
    queue : a table of :func:`gymlib.annotation.review.queue`; None makes it from votes and poses.
    annotator, predictions, draft, blind : as for :func:`label`; others' labels are shown.
    config : what the queue was made with.
    """
    if headless():
        return _picture("review")
    return Review(dataset, annotator, queue, predictions, draft=draft, blind=blind, config=config)


def explore(
    dataset: str, protocol: str | None = None, model: str | None = None, other: str = TRUTH
) -> Explorer | Image:
    """Look into a protocol's results; headless, a picture of the explorer.

    Parameters
    ----------
    protocol : a folder under results/; None takes the first.
    model, other : see :class:`gymlib.viewer.explorer.Explorer`.
    """
    if headless():
        return _picture("explorer")
    return Explorer(dataset, protocol, model, other)


def _picture(name: str) -> Image:
    return Image(str(PICTURES / f"{name}.png"), alt=DESCRIPTIONS[name])


def _strip(dataset, clips, predictions) -> Figure:
    names = list(read_clips(dataset)["clip"]) if clips is None else list(clips)
    if not names:
        raise ValueError(f"data set {dataset!r} has no clips to show")
    figure = plot_strip(read_view(dataset, names[0], predictions))
    plt.close(figure)  # shown once, as the cell's result
    return figure
