"""Bones, words and bars on a picture. The font is the one of all figures."""

from functools import lru_cache

import cv2
import numpy as np
from jaxtyping import Float, UInt8
from matplotlib.font_manager import findfont
from PIL import Image, ImageDraw, ImageFont

from gymlib.labels import CLASSES, COLOURS, NAMES
from gymlib.plots.skeletons import SIDE_COLOURS, side
from gymlib.plots.style import FONT
from gymlib.skeleton import EDGES

Picture = UInt8[np.ndarray, "height width 3"]
FAINT = "#DDDDDD"


def rgb(colour: str) -> tuple[int, int, int]:
    """ "#0072B2" -> (0, 114, 178)."""
    return tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))


CLASS_RGB = {code: rgb(COLOURS[name]) for code, name in NAMES.items()}


def draw_skeleton(
    picture: Picture,
    keypoints: Float[np.ndarray, "33 2"],
    colour: str | None = None,
    *,
    width: int | None = None,
    edge: str = "#000000",
) -> Picture:
    """A copy of the picture with one body: bones over an edge, left and right told apart.

    Parameters
    ----------
    keypoints : pixels; bones with NaN or far outside the picture are left out.
    colour : one colour (#RRGGBB) for all bones; None gives each side its own.
    width : of a bone in pixels; None takes what suits the height of a film.
    """
    result = picture.copy()
    width = width or max(1, round(picture.shape[0] / 240))
    limit = 4 * max(picture.shape[:2])
    ends = [e for e in EDGES if np.all(np.abs(keypoints[list(e)]) < limit)]  # NaN compares False
    for thickness, edge_colour in ((width + 2, rgb(edge)), (width, None)):
        for bone in ends:
            ink = edge_colour or rgb(colour or SIDE_COLOURS[side(bone)])
            start, end = np.round(keypoints[list(bone)]).astype(int).tolist()
            cv2.line(result, start, end, ink, thickness, cv2.LINE_AA)
    return result


def draw_faintly(picture: Picture, bodies: Float[np.ndarray, "bodies 33 2"]) -> Picture:
    """A copy of the picture with the bodies (pixels) of people who were not followed, in grey."""
    drawn = picture
    for keypoints in bodies:
        drawn = draw_skeleton(drawn, keypoints, FAINT)
    return cv2.addWeighted(picture, 0.5, drawn, 0.5, 0)


def scale(width: int, height: int) -> float:
    """Pixels that letters and bars are measured by: the height, less if the film is upright."""
    return min(height, 0.75 * width)


@lru_cache(maxsize=8)
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(findfont(FONT), size)


def text_width(text: str, size: float) -> float:
    """Pixels that a line written with :func:`write` takes."""
    return _font(max(8, round(size))).getlength(text)


def write(
    picture: Picture, words: list[tuple[str, float, float, str]], size: float, colour="#FFFFFF"
) -> Picture:
    """A copy of the picture with light text over a dark edge.

    Parameters
    ----------
    words : text, x and y in pixels, and which point of the text lies there, as Pillow's
        anchors name it ("lm": left end, middle of the height).
    size : height of the letters' box, in pixels; never below 8, the least one can read.
    """
    image = Image.fromarray(picture)
    pen, font = ImageDraw.Draw(image), _font(max(8, round(size)))
    for text, x, y, anchor in words:
        edge = {"stroke_width": max(1, round(size / 12)), "stroke_fill": "#000000"}
        pen.text((x, y), text, fill=colour, font=font, anchor=anchor, **edge)
    return np.array(image)


def draw_bars(picture: Picture, probabilities: Float[np.ndarray, "4"], whose: str = "") -> Picture:
    """A copy with four named bars in the right upper corner, full at 1; none where NaN.

    ``whose`` they are is written below them.
    """
    result = picture.copy()
    height, width = picture.shape[:2]
    full, thick = int(0.16 * width), max(3, int(0.03 * scale(width, height)))
    right, top, words = int(0.98 * width), int(0.03 * height), []
    for code, probability in enumerate(probabilities):
        y = top + int(1.7 * thick * code)
        cv2.rectangle(result, (right - full, y), (right, y + thick), (40, 40, 40), -1)
        if np.isfinite(probability):
            end = right - full + int(full * min(max(probability, 0), 1))
            cv2.rectangle(result, (right - full, y), (end, y + thick), CLASS_RGB[code], -1)
        words.append((CLASSES[code], right - full - 0.01 * width, y + thick / 2, "rm"))
    words.append((whose, right, top + int(1.7 * thick * len(CLASSES)), "rt"))
    return write(result, words, 1.25 * thick)
