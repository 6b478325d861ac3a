"""What runs below the picture: probabilities over time and timelines, the current frame marked."""

import numpy as np
from jaxtyping import Float, Int

from gymlib.labels import CLASSES
from gymlib.plots.overlay.drawing import CLASS_RGB, Picture, scale, text_width, write

GROUND = (24, 24, 24)
"""Behind everything, and where there is no probability or label: the line alone is white."""
NAMES_WIDTH = 0.16
"""Share of the width that the names of the rows take, at least."""


class Panel:
    """The strip below the pictures of one clip, drawn once.

    Parameters
    ----------
    timelines : name -> label codes per frame, -1 where there is none.
    probabilities : (frames, 4), NaN where there are none; None leaves the areas out.
    width, height : of the pictures above, in pixels; the strip's own height is even.
    whose : name of the timeline that the probabilities belong to.
    """

    def __init__(
        self,
        timelines: dict[str, Int[np.ndarray, " frames"]],
        probabilities: Float[np.ndarray, "frames 4"] | None,
        width: int,
        height: int,
        whose: str = "",
    ):
        row = 2 * max(4, int(scale(width, height)) // 48)
        gap, size = 2 * (row // 8 + 1), 0.75 * row
        longest = max(text_width(name, size) for name in timelines)
        size *= min(1, (width / 2 - 2 * gap) / longest)
        self.left = min(int(max(NAMES_WIDTH * width, longest + 2 * gap)), width // 2)
        self.frames = len(next(iter(timelines.values())))
        columns = np.arange(width - self.left) * self.frames // (width - self.left)
        bands = []  # (name, picture of the band over the frames)
        if probabilities is not None:
            areas = _areas(probabilities, 4 * row)[:, columns]
            bands.append(("probability\n" + whose if whose else "probability", areas))
        for name, codes in timelines.items():
            colours = [CLASS_RGB[int(code)] if code >= 0 else GROUND for code in codes]
            line = np.array(colours, dtype=np.uint8)[columns]
            bands.append((name, np.repeat(line[None], row, axis=0)))
        total = gap + sum(len(band) + gap for _, band in bands)
        strip = np.full((total, width, 3), GROUND, np.uint8)
        top, words = gap, []
        for name, band in bands:
            strip[top : top + len(band), self.left :] = band
            lines = name.split("\n")
            for i, line in enumerate(lines):
                middle = top + len(band) / 2 + 1.3 * size * (i - (len(lines) - 1) / 2)
                words.append((line, self.left - gap, middle, "rm"))
            top += len(band) + gap
        self.picture = write(strip, words, size)

    def at(self, index: int) -> Picture:
        """The strip with a white line at frame ``index``."""
        result, width = self.picture.copy(), self.picture.shape[1] - self.left
        middle = self.left + (2 * index + 1) * width // (2 * self.frames)
        half = max(1, width // 400)
        result[:, max(self.left, middle - half) : middle + half + 1] = 255
        return result


def _areas(probabilities: Float[np.ndarray, "frames 4"], height: int) -> Picture:
    """One column per frame, filled from below with the classes in proportion, idle lowest."""
    level = (np.arange(height)[::-1, None] + 0.5) / height  # (height, 1), from 1 down to 0
    result = np.full((height, len(probabilities), 3), GROUND, np.uint8)
    upper = np.cumsum(probabilities, axis=1)  # (frames, 4)
    for code in reversed(range(len(CLASSES))):
        result[level < upper[:, code]] = CLASS_RGB[code]  # NaN compares False
    return result
