"""What notebooks show to be used by hand; without a reader a picture stands in for each.

Widgets that ask models are imported where they are shown: their libraries take seconds to load.
"""

from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from anywidget import AnyWidget
from IPython.display import Image
from matplotlib.figure import Figure

from gymlib.dataset import Dataset
from gymlib.files import paths
from gymlib.files.progress import headless
from gymlib.viewer.clip_view import Predictions, read_view
from gymlib.viewer.film_drop import FilmDrop
from gymlib.viewer.filmstrip import plot_strip
from gymlib.viewer.labeller import Labeller
from gymlib.viewer.person import PersonChooser
from gymlib.viewer.widget import ClipViewer, chosen_clips

DESCRIPTIONS = {
    "live": "A simulated gymnast before the camera with his skeleton, his label and four bars.",
    "film_drop": "A place with a dashed border: drop a film here, or click to choose one.",
    "labeller": "The labeller: a frame with its skeleton, a button for each label, and the "
    "timelines of the labels made so far, of the other annotators and of the majority.",
    "review": "The labeller with a queue of cases beside it, one of them open at its frames, and "
    "the agreement of all annotators below.",
    "explorer": "The explorer: a frame with its skeleton beside a confusion matrix; a cell is "
    "chosen and its frames are listed; below, the timelines of label and models, and two models' "
    "probabilities.",
}


def browse(
    data: Dataset,
    clips: list[str] | None = None,
    predictions: Predictions | None = None,
    *,
    pointing: bool = False,
) -> ClipViewer | Figure:
    """Look at clips frame by frame (:class:`ClipViewer`); headless, the first clip's filmstrip.

    pointing : a click may say whom to follow (:class:`PersonChooser`), and poses are found anew.
    """
    if not headless():
        return (PersonChooser if pointing else ClipViewer)(data, clips, predictions)
    figure = plot_strip(read_view(data, chosen_clips(data, clips)[0], predictions))
    plt.close(figure)  # shown once, as the cell's result
    return figure


def drop_film(home: Path | None = None) -> FilmDrop | Image:
    """Take a film from the browser (:class:`FilmDrop`); headless, a picture of the place for it."""
    return _picture("film_drop") if headless() else FilmDrop(home)


def dropped_film(home: Path | None = None) -> Path | None:
    """The film that :func:`drop_film` took last since the kernel was started, None before that."""
    return FilmDrop.latest.get(paths.home() if home is None else Path(home).resolve())


def film_live(own=None) -> AnyWidget | Image:
    """Label pictures of the browser's camera (:class:`LiveView`); headless, a picture of it.

    own : a :class:`gymlib.prediction.answers.Ensemble`; None takes the weights of the package.
    """
    if headless():
        return _picture("live")
    from gymlib.viewer.live_view import LiveView

    return LiveView(own)


def label(
    data: Dataset, annotator: str, clips: list[str] | None = None, **options
) -> Labeller | Image:
    """Label clips frame by frame; headless, a picture of the labeller, and nothing is written.

    The rules of keys and drags are those of :mod:`gymlib.annotation.editing`, the files those of
    :mod:`gymlib.annotation.annotator_file`. Options are those of :class:`Labeller`: predictions,
    draft, blind, start_from.
    """
    return _picture("labeller") if headless() else Labeller(data, annotator, clips, **options)


def review(
    data: Dataset, annotator: str, queue: pd.DataFrame | None = None, *further, **options
) -> AnyWidget | Image:
    """Go through the review queue in the labeller; headless, a picture of it.

    Further arguments and options are those of :class:`Reviewer`: predictions, draft, blind, config,
    profile.
    """
    if headless():
        return _picture("review")
    from gymlib.viewer.reviewer import Reviewer

    return Reviewer(data, annotator, queue, *further, **options)


def explore(data: Dataset, protocol: str | None = None, **options) -> AnyWidget | Image:
    """Look into a protocol's results; headless, a picture of the explorer.

    Options are those of :class:`Explorer`: model, other.
    """
    if headless():
        return _picture("explorer")
    from gymlib.viewer.explorer import Explorer

    return Explorer(data, protocol, **options)


def _picture(name: str) -> Image:
    return Image(str(paths.REPOSITORY / "figures" / f"{name}.png"), alt=DESCRIPTIONS[name])
