"""The clip viewer, base of all widgets here: the kernel's side of js/viewer.js.

The browser asks (``do``), the kernel answers (``say``). Clips are sent whole apart from their
pictures, which the browser fetches part by part: a clip can be used while it is loading, and the
kernel is never busy for long.
"""

import math

import anywidget
import matplotlib.pyplot as plt
import numpy as np
import traitlets
from IPython.core.pylabtools import print_figure

from gymlib.annotation.editing import NOT_YET
from gymlib.dataset import Dataset
from gymlib.labels import CODES, COLOURS, KIND_CODES, KINDS, NAMES, UNLABELED, named, segments
from gymlib.plots.heatmap import ink
from gymlib.plots.skeletons import SIDE_COLOURS, side
from gymlib.skeleton import EDGES
from gymlib.viewer.clip_view import Predictions, read_view
from gymlib.viewer.curves import Panel
from gymlib.viewer.filmstrip import plot_strip
from gymlib.viewer.frame_cache import FrameCache
from gymlib.viewer.javascript import script, style

KEYS = {"i": "idle", "t": "take-off", "s": "skill", "l": "landing", "x": UNLABELED}
"""The first four as in the thesis authors' tool."""

# The middle of the body is drawn in the colour of text, which shows on light and dark ground.
_SIDES = {name: colour for name, colour in SIDE_COLOURS.items() if name != "middle"}
NO_ANSWER = -3
"""Code of a frame of which a model says nothing: Unlabeled is what people say."""


def appearance() -> dict:
    """Names, colours and bones, so that JavaScript knows none of its own."""
    kinds = {code: kind for kind, code in KIND_CODES.items()}
    labels = {code: named(code)[0] for code in [*NAMES, *kinds]}
    return {
        "names": {**NAMES, **kinds, NOT_YET: "no label yet", NO_ANSWER: "no answer"},
        "colours": {code: COLOURS[name] for code, name in labels.items()},
        "inks": {code: ink(COLOURS[name]) for code, name in labels.items()},
        "keys": [[key, CODES[name]] for key, name in KEYS.items()],
        "kinds": [[CODES[label], *map(KIND_CODES.get, own)] for label, own in KINDS.items()],
        "bones": [[*bone, _SIDES.get(side(bone))] for bone in EDGES],
    }


def chosen_clips(data: Dataset, clips: list[str] | None) -> list[str]:
    """The clips to show, None for all; ValueError if there are none, or one is unknown."""
    known = list(data.clips["clip"])
    names = known if clips is None else list(clips)
    if not names:
        raise ValueError(f"data set {data.name!r} has no clips to show")
    if unknown := [name for name in names if name not in known]:
        raise ValueError(f"data set {data.name!r} has no clip {unknown[0]!r}; see clips.csv")
    return names


class ClipViewer(anywidget.AnyWidget):
    """Clips of a data set, one at a time: picture, skeleton, timelines, probabilities.

    Parameters
    ----------
    clips : names to choose from; None takes all of clips.csv.
    predictions : see :data:`gymlib.viewer.clip_view.Predictions`.

    ``clip`` and ``frame`` say what is shown and can be observed, :meth:`go` changes it; ``view`` is
    what is known of the clip.
    """

    _esm = script()
    _css = style()
    look = traitlets.Dict().tag(sync=True)
    kind = traitlets.Unicode("viewer").tag(sync=True)
    clip = traitlets.Unicode()
    frame = traitlets.Int(0)

    def __init__(
        self, data: Dataset, clips: list[str] | None = None, predictions: Predictions | None = None
    ):
        self.data, self.clips = data, chosen_clips(data, clips)
        self.predictions = predictions or {}
        self._cache = FrameCache()
        super().__init__(look=appearance())
        self.on_msg(self._hear)
        self.clip = self.first_clip()
        self.load()
        self.frame = self.first_frame()

    def first_clip(self) -> str:
        return self.clips[0]

    def first_frame(self) -> int:
        return 0

    def load(self) -> None:
        """Get ready what is to be shown of the clip."""
        self.view = read_view(self.data, self.clip, self.predictions)

    def go(self, frame: int, clip: str | None = None) -> None:
        """Show a frame, of another clip if that is given; ValueError if there is no such clip."""
        if clip is not None and clip != self.clip:
            self.turn_to(clip, frame)
        else:
            self.frame = frame
            self.send({"say": "go", "frame": frame})

    def turn_to(self, clip: str, frame: int | None = None) -> None:
        """Show another clip from ``frame`` on; ValueError if it is not one of ``clips``."""
        if clip not in self.clips:
            raise ValueError(f"no clip {clip!r} here; there are {', '.join(self.clips[:5])}, ...")
        self.clip = clip
        self.load()
        self.frame = self.first_frame() if frame is None else frame
        self._say_clip()

    # --- messages -----------------------------------------------------------------------------

    def _hear(self, _, content: dict, buffers) -> None:
        """Answer the browser; what goes wrong is said there, where the reader looks."""
        try:
            self.answer(content)
        except (ValueError, OSError, RuntimeError) as error:
            self.send({"say": "problem", "text": str(error)})

    def answer(self, content: dict) -> None:
        """Do what the browser asks."""
        match content["do"]:
            case "ready":
                self.load()
                self._say_clip()
            case "open":
                self.turn_to(content["clip"])
            case "pictures" if content["clip"] == self.clip and self.view.video:
                pictures, more = self._cache.of(self.view.video).part(content["first"])
                part = {"say": "pictures", "clip": self.clip, "first": content["first"]}
                self.send({**part, "more": more}, buffers=pictures)
            case "at" if content["clip"] == self.clip:
                self.frame = content["frame"]

    def _say_clip(self) -> None:
        view = self.view
        about = {
            "say": "clip", "name": view.name, "clips": self.clips, "frames": len(view),
            "frame": min(self.frame, len(view) - 1), "box": view.box,
            "rate": None if math.isnan(view.fps) else view.fps, "filmed": view.video is not None,
            "extracted": view.extracted, "detected": view.detected.tolist(),
        }  # fmt: skip
        self.send(about | self.about_rows(), buffers=[_bytes(view.keypoints)])
        self.say_curves()

    def say_rows(self) -> None:
        """The timelines, once they have changed."""
        self.send({"say": "rows", "clip": self.clip} | self.about_rows())

    def say_curves(self) -> None:
        """The models' probabilities, as far as they are shown, and how the body moves."""
        panels = [Panel.of_model(name, values) for name, values in self.curves().items()]
        panels += self.movement()
        about = {"say": "curves", "clip": self.clip, "names": [panel.name for panel in panels]}
        looks = [panel.look for panel in panels]
        self.send(about | {"looks": looks}, buffers=[_bytes(panel.values) for panel in panels])

    def curves(self) -> dict[str, np.ndarray]:
        """Name -> probabilities to draw."""
        return self.view.probabilities

    def movement(self) -> list[Panel]:
        """Curves of the body to draw below them."""
        return []

    def about_rows(self) -> dict:
        """The timelines, as JSON."""
        return {"rows": [row(name, self.shown(name)) for name in self.view.rows]}

    def shown(self, name: str) -> np.ndarray:
        """Codes of a timeline as they are shown."""
        codes = self.view.rows[name]
        return np.where(codes < 0, NO_ANSWER, codes) if name in self.predictions else codes

    # --- without a kernel ---------------------------------------------------------------------

    def _repr_mimebundle_(self, **kwargs):
        """The widget, and a picture for readers of the saved notebook."""
        data, metadata = super()._repr_mimebundle_(**kwargs)
        figure = plot_strip(self.view)
        data["image/png"] = print_figure(figure, dpi=72, base64=True)
        plt.close(figure)
        return data, metadata


def _bytes(numbers: np.ndarray) -> bytes:
    """32-bit numbers as a browser's Float32Array takes them."""
    return np.ascontiguousarray(numbers, dtype="<f4").tobytes()


def row(name: str, codes: np.ndarray, editable: bool = False) -> dict:
    """A timeline as JSON."""
    parts = [list(segment) for segment in segments(codes)]
    return {"name": name, "segments": parts, "editable": editable}
