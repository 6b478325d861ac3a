"""Numbers on colours can be read, by WCAG 2.2."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gymlib.plots.heatmap import contrast, ink, plot_heatmap

share = st.floats(0, 1)


@given(share, share, share)
def test_black_or_white_is_legible_on_any_colour(red, green, blue):
    assert contrast((red, green, blue), ink((red, green, blue))) >= 4.5


def test_contrast_of_known_colours():
    assert contrast("#777777", "white") == pytest.approx(4.48, abs=0.01)
    assert contrast("white", "#777777") == contrast("#777777", "white")


@pytest.mark.slow
@pytest.mark.parametrize("masked", [False, True])
def test_every_number_is_legible_on_its_cell(masked):
    values = np.linspace(0, 1, 100).reshape(10, 10)
    mask = np.triu(np.ones_like(values, dtype=bool)) if masked else np.zeros((10, 10), bool)
    ax = plot_heatmap(values, plt.subplots()[1], mask=mask, vmin=0, vmax=1, fmt=".2f")
    assert [text.get_text() for text in ax.texts] == [f"{v:.2f}" for v in values[~mask]]
    for text in ax.texts:
        cell = mpl.colormaps["Blues"](float(text.get_text()))
        assert contrast(cell, text.get_color()) >= 4.4  # the text is rounded, the cell is not
