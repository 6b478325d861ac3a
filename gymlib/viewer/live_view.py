"""Labels while filming, in a notebook: the kernel's side of js/live.js.

The browser has the camera. It sends a picture, and the next one when the last has been answered,
so that a slow machine names fewer pictures instead of falling behind.
"""

from collections.abc import Callable

import anywidget
import numpy as np
import traitlets

from gymlib import video
from gymlib.pose.follower import Seen
from gymlib.prediction import pretrained
from gymlib.prediction.answers import Ensemble
from gymlib.prediction.live.naming import Live, Named, Picture
from gymlib.prediction.live.screen import words
from gymlib.viewer.javascript import script, style
from gymlib.viewer.widget import appearance


class LiveView(anywidget.AnyWidget):
    """Names the pictures of the browser's camera, and tells each attempt when it is over.

    Parameters
    ----------
    own : what answers; None takes the weights of the package, once the camera begins.
    follow : as of :class:`gymlib.prediction.live.Live`.

    ``live`` is what names the pictures, None without a camera.
    """

    _esm = script()
    _css = style()
    look = traitlets.Dict().tag(sync=True)
    kind = traitlets.Unicode("live").tag(sync=True)

    def __init__(
        self,
        own: Ensemble | None = None,
        follow: Callable[[float, Picture], Seen | None] | None = None,
    ):
        self._own, self._follow = own, follow
        self.live: Live | None = None
        super().__init__(look=appearance())
        self.on_msg(self._hear)

    def _hear(self, _, content: dict, buffers) -> None:
        """Answer the browser; what goes wrong is said there, where the reader looks."""
        try:
            self.answer(content, buffers)
        except (ValueError, OSError, RuntimeError) as error:
            self.live = None
            self.send({"say": "problem", "text": str(error)})

    def answer(self, content: dict, buffers) -> None:
        """Do what the browser asks."""
        match content["do"]:
            case "begin":
                self._own = self._own or pretrained.load()
                self.live = Live(self._own, self._follow)
                self.send({"say": "begun"})
            case "picture" if self.live:
                self._name(content["time"], bytes(buffers[0]))
            case "picture":
                raise ValueError("the camera was ended where this cell is shown twice: begin again")
            case "end":
                self.live = None

    def _name(self, time: float, jpeg: bytes) -> None:
        """Take a picture; tell the names of those that have one now, and an attempt that is over.

        Raises ValueError for a picture that is damaged or does not follow the last.
        """
        told = self.live.attempted
        named = self.live.add(time, video.read_jpeg(jpeg))
        if self.live.attempted is not told:
            self.send({"say": "attempt", "lines": words(self.live.attempted)})
        self.send({"say": "named", "time": time, "names": [about(one) for one in named]})


def about(one: Named) -> dict:
    """What is said of a picture, as JSON: whole pixels; None for nobody and for no probability."""
    known = np.isfinite(one.probabilities).all()
    return {
        "time": one.time,
        "label": one.label,
        "probabilities": one.probabilities.round(3).tolist() if known else None,
        "keypoints": one.seen and np.rint(one.seen.keypoints).astype(int).tolist(),
    }
