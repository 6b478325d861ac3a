"""Colour, marker and line of every architecture: the same in all figures, no two alike."""

from gymlib import models

# Okabe & Ito (2008), told apart by colour-blind people too. There are more architectures than such
# colours, so each comes with several markers and lines.
_COLOURS = ("#D55E00", "#CC79A7", "#56B4E9", "#444444", "#009E73", "#E69F00", "#0072B2")
_SHAPES = (("o", "-"), ("s", "--"), ("^", ":"), ("D", "-."))


def look(name: str) -> dict[str, str]:
    """Matplotlib's ``color``, ``marker`` and ``linestyle`` of the architecture of that name.

    By its place in the registry. Raises ValueError for one that is not known there.
    """
    place = models.names().index(models.recipe(name).name)
    shape, colour = divmod(place, len(_COLOURS))
    marker, line = _SHAPES[shape % len(_SHAPES)]
    return {"color": _COLOURS[colour], "marker": marker, "linestyle": line}
