"""Contrast of widgets and film pages, in light and in dark: what WCAG 2.2 asks for at level AA.

Text 4.5 to 1 (1.4.3), boundaries of what can be used and marks of its state 3 to 1 (1.4.11).
"""

import re
import sys
from pathlib import Path

import numpy as np
import pytest
from matplotlib.colors import to_rgba

from gymlib.labels import CLASSES, COLOURS
from gymlib.plots.heatmap import contrast
from gymlib.prediction import film_report
from gymlib.viewer.javascript import style
from gymlib.viewer.widget import appearance

TEXT, PART = 4.5, 3
THEMES = Path(sys.prefix) / "share" / "jupyter" / "lab" / "themes" / "@jupyterlab"
LOOK = (Path(film_report.__file__).parent / "look.css").read_text("utf-8")
_VARIABLE = re.compile(r"(--[\w-]+):\s*([^;{}]+?)\s*[;}]")
_MIX = re.compile(r"color-mix\(in srgb, (.+) (\d+)%, (.+)\)")


def variables(css: str) -> dict[str, str]:
    return dict(_VARIABLE.findall(css))


def block(css: str, begin: str) -> str:
    """What stands between the braces of the first rule that begins so; none within it."""
    return css.split(begin, 1)[1].split("{", 1)[1].split("}", 1)[0] + "}"


def colour(text: str, known: dict[str, str]) -> np.ndarray:
    """Red, green, blue and opacity of a colour as a style sheet says it."""
    if text.startswith("var("):
        name, _, otherwise = text[4:-1].partition(",")
        said = known.get(name, "")
        lost = said.startswith("var(") and "," not in said and said[4:-1] not in known
        return colour(otherwise.strip() if lost or not said else said, known)
    if found := _MIX.fullmatch(text):
        share, one, other = int(found[2]) / 100, colour(found[1], known), colour(found[3], known)
        opacity = share * one[3] + (1 - share) * other[3]
        mixed = (share * one[3] * one[:3] + (1 - share) * other[3] * other[:3]) / opacity
        return np.append(mixed, opacity)
    if text.startswith("rgba("):
        *rgb, opacity = map(float, text[5:-1].split(","))
        return np.array([*(part / 255 for part in rgb), opacity])
    return np.array(to_rgba(text))


def seen(front: str, back: str, known: dict[str, str]) -> float:
    """Contrast of one colour upon another."""
    above, below = colour(front, known), colour(back, known)[:3]
    return contrast(above[3] * above[:3] + (1 - above[3]) * below, below)


def palettes() -> dict[str, dict[str, str]]:
    """Of the widgets: in a page of one's own, and in each theme of JupyterLab."""
    css = style()
    light = variables(block(css, ".gym-viewer"))
    dark = light | variables(block(css.split("prefers-color-scheme: dark")[1], ".gym-viewer"))
    found = {"light": light, "dark": dark}
    for file in sorted(THEMES.glob("*/index.css")):
        found[file.parent.name] = light | variables(file.read_text("utf-8"))
    return found


@pytest.mark.parametrize(
    ("front", "back", "least"),
    [
        *(
            (front, back, TEXT)
            for front in ("ink", "faint")
            for back in ("ground", "raised", "sunk")
        ),
        ("ground", "accent", TEXT),  # what is chosen of a list
        ("alarm", "raised", TEXT),
        *((part, back, PART) for part in ("edge", "accent") for back in ("ground", "raised")),
    ],
)
def test_widgets(front, back, least):
    found = {
        name: seen(f"var(--{front})", f"var(--{back})", own) for name, own in palettes().items()
    }
    assert len(found) > 2, "JupyterLab's themes are there"
    assert {name: round(own, 2) for name, own in found.items() if own < least} == {}


def test_labels_on_the_colours_of_their_classes():
    look = appearance()
    for code, name in look["colours"].items():
        assert contrast(name, look["inks"][code]) >= TEXT, look["names"][code]
    inks = {label: "#000" for label in CLASSES}
    inks |= {label: ink for label, ink in re.findall(r"\.bar\.([\w-]+) { color: (#\w+); }", LOOK)}
    for label, ink in inks.items():
        assert contrast(COLOURS[label], ink) >= TEXT, label


@pytest.mark.parametrize("front", ["ink", "quiet", "link"])
@pytest.mark.parametrize("back", ["ground", "card"])
def test_film_pages(front, back):
    light = variables(block(LOOK, ":root"))
    dark = variables(block(LOOK.split("prefers-color-scheme: dark")[1], ":root"))
    for known in (light, light | dark):
        assert seen(f"var(--{front})", f"var(--{back})", known) >= TEXT
