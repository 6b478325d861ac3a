"""The figures' font for the pages too: DejaVu, as Matplotlib ships it, cut to the signs in use."""

import html
import logging
import re
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from matplotlib.font_manager import FontProperties, findfont

from gymlib.plots.style import FONT

FACES = {
    "sans.woff": FontProperties(family=FONT),
    "sans-bold.woff": FontProperties(family=FONT, weight="bold"),
    "sans-italic.woff": FontProperties(family=FONT, style="italic"),
    "mono.woff": FontProperties(family=f"{FONT} Mono"),
}


def write(site: Path) -> None:
    """Write _static/fonts/ and _static/fonts.css of a rendered site, for the signs it shows."""
    texts = (page.read_text("utf-8") for page in sorted(site.rglob("*.html")))
    signs = {chr(code) for code in range(32, 127)}.union(
        *(html.unescape(re.sub(r"<[^>]*>", "", text)) for text in texts)
    )
    folder = site / "_static" / "fonts"
    folder.mkdir(parents=True)
    rules = []
    for name, face in FACES.items():
        _cut(Path(findfont(face)), signs, folder / name)
        rules.append(
            f'@font-face {{ font-family: "{face.get_family()[0]}"; font-weight: '
            f'{face.get_weight()}; font-style: {face.get_style()}; src: url("fonts/{name}"); }}'
        )
    (site / "_static" / "fonts.css").write_text("\n".join(rules) + "\n", encoding="utf-8")


def _cut(source: Path, signs: set[str], target: Path) -> None:
    logging.getLogger("fontTools").setLevel(logging.ERROR)  # Sphinx prints what others log
    options = subset.Options(flavor="woff", notdef_outline=True)
    font = TTFont(source, recalcTimestamp=False)  # the same signs, the same bytes
    cutter = subset.Subsetter(options)
    cutter.populate(text="".join(sorted(signs)))
    cutter.subset(font)
    subset.save_font(font, str(target), options)
