"""Pictures as the text that a page holds them in, so that it is one file."""

import base64
import io

import numpy as np
from jaxtyping import UInt8
from matplotlib.figure import Figure
from PIL import Image

QUALITY = 78  # of JPEG


def data_uri(picture: UInt8[np.ndarray, "height width 3"], side: int | None = None) -> str:
    """A picture as the text that a page holds it in; ``side`` makes it smaller."""
    image, content = Image.fromarray(picture), io.BytesIO()
    image = image.resize((side, side)) if side else image
    image.save(content, "jpeg", quality=QUALITY, optimize=True)
    return uri(content.getvalue(), "jpeg")


def uri(content: bytes, kind: str) -> str:
    """An encoded picture as the text that a page holds it in."""
    return f"data:image/{kind};base64,{base64.b64encode(content).decode('ascii')}"


def png(figure: Figure, dpi: int = 160) -> bytes:
    """A figure as PNG; it is closed."""
    import matplotlib.pyplot as plt

    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=dpi)
    plt.close(figure)
    return content.getvalue()
