"""SVG figures made light: no blanks, hundredths, photographs inside them as JPEG."""

import base64
import io
import re

from PIL import Image

COLOURS = 256
"""A picture of more is a photograph: the eye sees no difference, and the file is a tenth."""
QUALITY = 88

_LINE = re.compile(r'(?<= d=")[^"]+')
_HUNDREDTHS = re.compile(r"(\.\d\d)\d+")
_PICTURE = re.compile(r"data:image/png;base64,([^\"]+)")


def lighten(svg: str) -> str:
    """The same figure: its lines to hundredths of a point, its photographs as JPEG."""
    svg = re.sub(r">\s+<", "><", svg)
    svg = _LINE.sub(lambda found: _HUNDREDTHS.sub(r"\1", " ".join(found[0].split())), svg)
    return _PICTURE.sub(lambda found: _reduced(found[0], found[1]), svg)


def _reduced(link: str, text: str) -> str:
    with Image.open(io.BytesIO(base64.b64decode(text))) as picture:
        if picture.convert("RGBA").getextrema()[3][0] < 255:
            return link  # JPEG knows no transparency
        flat = picture.convert("RGB")
    few, buffer = flat.getcolors(COLOURS), io.BytesIO()
    if few:  # exact: a drawing, or a map of numbers
        flat.quantize(len(few), dither=Image.Dither.NONE).save(buffer, "png", optimize=True)
    else:
        flat.save(buffer, "jpeg", quality=QUALITY, subsampling=0, optimize=True)
    kind = "png" if few else "jpeg"
    lighter = f"data:image/{kind};base64,{base64.b64encode(buffer.getvalue()).decode('ascii')}"
    return min(link, lighter, key=len)
