"""Figures made light: the same picture in fewer bytes."""

import base64
import io

import numpy as np
from PIL import Image

from gymlib.files import svg as svg_files


def svg(picture):
    """An SVG that embeds a picture as Matplotlib does, its base64 on a line of its own."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "png")
    text = base64.b64encode(buffer.getvalue()).decode()
    return f'<svg><text>a "b"</text><image xlink:href="data:image/png;base64,\n{text}"/></svg>'


def embedded(text):
    data = text.split("base64,")[1].split('"')[0]
    return Image.open(io.BytesIO(base64.b64decode(data)))


def test_a_photograph_is_compressed_and_keeps_its_look():
    noise = np.random.default_rng(0).normal(0, 8, (60, 80, 3))
    ramp = np.linspace(40, 200, 80)[None, :, None]
    picture = np.clip(ramp + noise, 0, 255).astype(np.uint8)
    before, after = svg(picture), svg_files.lighten(svg(picture))
    assert len(after) < 0.5 * len(before) and "data:image/jpeg;base64," in after
    assert after.startswith('<svg><text>a "b"</text>') and after.endswith('"/></svg>')
    seen = np.asarray(embedded(after).convert("RGB"), dtype=float)
    assert np.abs(seen - picture).mean() < 8
    assert after == svg_files.lighten(before), "the same bytes every time"


def test_a_map_of_numbers_stays_exact():
    rows = np.random.default_rng(0).integers(0, 200, (30, 30))
    picture = np.stack([rows, 255 - rows, rows // 2], axis=-1).astype(np.uint8)
    after = embedded(svg_files.lighten(svg(picture)))
    np.testing.assert_array_equal(np.asarray(after.convert("RGB")), picture)


def test_few_colours_stay_exact():
    picture = np.zeros((40, 40, 3), np.uint8)
    picture[10:] = 0, 114, 178
    picture[20:] = 230, 159, 0
    after = embedded(svg_files.lighten(svg(picture)))
    np.testing.assert_array_equal(np.asarray(after.convert("RGB")), picture)


def test_transparent_pictures_and_figures_without_pictures_stay():
    picture = np.zeros((9, 9, 4), np.uint8)
    assert svg_files.lighten(svg(picture)) == svg(picture)
    assert svg_files.lighten("<svg><path d='M0 0'/></svg>") == "<svg><path d='M0 0'/></svg>"
