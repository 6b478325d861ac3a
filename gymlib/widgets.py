"""Look at one clip frame by frame: picture, skeleton, labels and predictions under a slider.

In JupyterLab :func:`browse` gives a list of clips and a slider; run headlessly it gives a
filmstrip of the first clip instead.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, Int, UInt8
from matplotlib.figure import Figure

from gymlib import io, paths, video
from gymlib.annotations import table_votes
from gymlib.labels import NAMES, UNLABELED_CODE, encode
from gymlib.plots.annotation import plot_timeline
from gymlib.plots.skeletons import plot_skeleton
from gymlib.preprocessing import to_pixels
from gymlib.progress import headless

PICTURE_HEIGHT = 480  # pixels kept of each picture; a clip is held in memory while it is shown
MOST_PICTURES = 2000  # frames; the rest of a longer clip is shown without pictures
STRIP_FRAMES = 6


@dataclass(frozen=True)
class ClipView:
    """One clip, ready to be shown.

    Attributes
    ----------
    keypoints : (frames, 33, 2) pixels; frames that are not ``detected`` are not drawn.
    rows : name of a timeline (annotator, majority, a model) -> label codes, -1 where none.
    extracted : false as long as no pose has been looked for.
    pictures : RGB, made smaller by ``reduction``; may be fewer than the frames, or none.
    """

    name: str
    keypoints: Float[np.ndarray, "frames 33 2"]
    detected: Bool[np.ndarray, " frames"]
    rows: dict[str, Int[np.ndarray, " frames"]]
    pictures: list[UInt8[np.ndarray, "height width 3"]] = field(default_factory=list)
    reduction: int = 1
    extracted: bool = True

    def __len__(self) -> int:
        return len(self.keypoints)


def read_view(
    dataset: str, clip: str, predictions: dict[str, pd.DataFrame] | None = None
) -> ClipView:
    """A clip of a data set with whatever exists of it: pictures, poses, labels, predictions.

    Parameters
    ----------
    predictions : name of a timeline -> table with columns clip, frame and label (the predicted
        one), as far as there is a prediction; other frames stay without a label.

    Raises ValueError if the data set has no such clip.
    """
    clips = io.read_clips(dataset).set_index("clip")
    if clip not in clips.index:
        raise ValueError(f"data set {dataset!r} has no clip {clip!r}; see clips.csv")
    about = clips.loc[clip]
    frames = int(about["frames"])
    extracted = (paths.dataset(dataset) / "keypoints.parquet").is_file()
    keypoints = np.zeros((frames, 33, 2), dtype=np.float32)
    detected = np.zeros(frames, dtype=bool)
    if extracted:
        keypoints, detected = _poses(dataset, clip, about)
    rows = _labels(dataset, clip)
    for name, table in (predictions or {}).items():
        rows[name] = np.full(frames, UNLABELED_CODE, dtype=np.int8)
        own = table[table["clip"] == clip]
        rows[name][own["frame"].to_numpy()] = encode(own["label"])
    pictures, reduction = _pictures(dataset, about)
    return ClipView(clip, keypoints, detected, rows, pictures, reduction, extracted)


def _poses(dataset, clip, about) -> tuple[np.ndarray, np.ndarray]:
    table = io.read_keypoints(dataset)
    own = table[table["clip"] == clip].sort_values("frame")
    pixels = to_pixels(io.keypoint_array(own), about["width"], about["height"])
    return pixels, own["detected"].to_numpy(bool)


def _labels(dataset, clip) -> dict[str, np.ndarray]:
    if not (paths.dataset(dataset) / "labels.parquet").is_file():
        return {}
    table = io.read_labels(dataset)
    own = table[table["clip"] == clip].sort_values("frame")
    names = [name for name in io.annotators(dataset) if name in own and own[name].notna().any()]
    votes = table_votes(own, names).T if names else []
    return dict(zip(names, votes)) | {"label": encode(own["label"])}


def _pictures(dataset, about) -> tuple[list, int]:
    name = about["path"]
    if not isinstance(name, str) or not name:
        return [], 1
    path = paths.dataset(dataset) / name
    if not path.is_file():
        return [], 1
    reduction = max(1, -(-int(about["height"]) // PICTURE_HEIGHT))
    pictures = []
    for frame in video.read_frames(path):
        if frame.index >= MOST_PICTURES:
            break
        pictures.append(frame.rgb[::reduction, ::reduction].copy())
    return pictures, reduction


def plot_frame(view: ClipView, frame: int, ax=None):
    """Picture and skeleton of one frame, with its label as the title; returns the axes.

    Raises IndexError if the clip has no such frame.
    """
    if not 0 <= frame < len(view):
        raise IndexError(f"clip {view.name} has frames 0 to {len(view) - 1}, not {frame}")
    ax = ax or plt.subplots(figsize=(5, 4))[1]
    if frame < len(view.pictures):
        ax.imshow(view.pictures[frame])
    if view.detected[frame]:
        plot_skeleton(view.keypoints[frame] / view.reduction, ax)
    elif view.extracted:
        ax.text(0.5, 0.5, "no pose", ha="center", transform=ax.transAxes, color="#D55E00")
    if frame < len(view.pictures):
        height, width = view.pictures[frame].shape[:2]
        ax.set(xlim=(0, width), ylim=(height, 0))
    else:
        _frame_box(view, ax)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.spines[:].set_visible(False)
    label = f": {NAMES[int(view.rows['label'][frame])]}" if "label" in view.rows else ""
    ax.set_title(f"frame {frame}{label}", fontsize="small")
    return ax


def _frame_box(view: ClipView, ax) -> None:
    """The same limits in every frame of a clip without pictures, so that movement shows."""
    seen = view.keypoints[view.detected].reshape(-1, 2)
    low, high = np.percentile(seen, [0.5, 99.5], axis=0) if len(seen) else ((0, 0), (1, 1))
    margin = 0.1 * (np.subtract(high, low).max() + 1e-6)
    ax.set(xlim=(low[0] - margin, high[0] + margin), ylim=(high[1] + margin, low[1] - margin))
    ax.set_aspect("equal")


def plot_view(view: ClipView, frames: list[int]) -> Figure:
    """Some frames of a clip side by side, above its timelines, where lines mark the frames."""
    rows = max(1, len(view.rows))
    width = max(6.0, 1.9 * len(frames))
    figure = plt.figure(figsize=(width, 3 + 0.25 * rows), layout="constrained")
    grid = figure.add_gridspec(2, len(frames), height_ratios=[2.4, 0.3 + 0.25 * rows])
    for column, frame in enumerate(frames):
        plot_frame(view, frame, figure.add_subplot(grid[0, column]))
    below = figure.add_subplot(grid[1, :])
    plot_timeline(view.rows, below)
    below.set(xlim=(0, len(view)), xlabel="frame")
    for frame in frames:
        below.axvline(frame + 0.5, color="black", linewidth=1)
    figure.suptitle(view.name, fontsize="medium")
    return figure


def plot_strip(view: ClipView) -> Figure:
    """A clip as evenly spaced frames: what stands in for the slider without a reader."""
    return plot_view(view, np.linspace(0, len(view) - 1, STRIP_FRAMES).round().astype(int).tolist())


def browse(
    dataset: str,
    clips: list[str] | None = None,
    predictions: dict[str, pd.DataFrame] | None = None,
) -> ipywidgets.Widget | Figure:
    """A slider over the frames of a data set's clips; headless, the first clip's filmstrip.

    Parameters
    ----------
    clips : names to choose from; None takes all of clips.csv.
    predictions : as for :func:`read_view`.
    """
    names = list(io.read_clips(dataset)["clip"]) if clips is None else list(clips)
    if not names:
        raise ValueError(f"data set {dataset!r} has no clips to show")
    if headless():
        figure = plot_strip(read_view(dataset, names[0], predictions))
        plt.close(figure)  # shown once, as the cell's result
        return figure
    return slider(names, lambda name: read_view(dataset, name, predictions))


def slider(names: list[str], read: Callable[[str], ClipView]) -> ipywidgets.Widget:
    """Clip list, frame slider with a play button, and the picture they choose."""
    choice = ipywidgets.Dropdown(options=names, description="clip")
    frame = ipywidgets.IntSlider(0, 0, 0, description="frame", continuous_update=True)
    play = ipywidgets.Play(0, 0, 0, interval=100)
    ipywidgets.jslink((play, "value"), (frame, "value"))
    picture, views = ipywidgets.Output(), {}

    def show(_=None):
        picture.clear_output(wait=True)
        with picture:
            figure = plot_view(views["now"], [frame.value])
            plt.show()
            plt.close(figure)

    def choose(_=None):
        views["now"] = read(choice.value)
        frame.max = play.max = len(views["now"]) - 1
        frame.value = play.value = 0
        show()

    choice.observe(choose, "value")
    frame.observe(show, "value")
    choose()
    return ipywidgets.VBox([ipywidgets.HBox([choice, play, frame]), picture])
