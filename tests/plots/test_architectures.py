"""Drawings follow from the models that are drawn."""

import matplotlib
import matplotlib.pyplot as plt
import pytest
import torch
from matplotlib.colors import to_hex
from torch import nn

from gymlib import models
from gymlib.models.cnn import CNNConfig
from gymlib.models.lstm import LSTMConfig
from gymlib.plots import architectures as draw

matplotlib.use("agg")
COLOUR = "#123456"


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def texts(ax) -> list[str]:
    return [text.get_text() for text in ax.texts]


def colours(ax) -> set[str]:
    return {to_hex(patch.get_facecolor()) for patch in ax.patches}


class Chain(nn.Module):
    """Layers one after the other on the keypoints of frames."""

    def __init__(self, *layers):
        super().__init__()
        for number, layer in enumerate(layers):
            self.add_module(f"layer_{number}", layer)

    def forward(self, keypoints):
        values = keypoints.flatten(-2)
        for layer in self.children():
            values = layer(values)
            values = values[0] if isinstance(values, tuple) else values
        return torch.log_softmax(values, dim=-1)


def test_maps_have_the_sizes_that_a_frame_takes():
    model = models.build(CNNConfig((8, 64)), seed=0)
    ax = draw.draw_maps(model, colour=COLOUR)
    assert {"picture\n1 x 2 x 33", "map\n64 x 1 x 9", "vector\n576"} <= set(texts(ax))
    steps = ["convolution 2x2\npadding 1, ReLU", "max-pool 2x2", "flatten", "linear\nlog-softmax"]
    assert set(steps) <= set(texts(ax)) and COLOUR in colours(ax)
    assert model.training, "the model is left as it was"


@pytest.mark.slow
def test_recurrent_cells_are_drawn_for_every_frame_layer_and_direction():
    ax = draw.draw_unrolled(models.build(LSTMConfig(4, 3), seed=0), colour=COLOUR, frames=2)
    assert texts(ax).count("4") == 2 * 2 * 3 and "layer 3, backward" in texts(ax)
    assert COLOUR in colours(ax)
    one_way = Chain(nn.GRU(66, 5, batch_first=True), nn.Linear(5, 4))
    ax = draw.draw_unrolled(one_way, colour=COLOUR, frames=3)
    assert texts(ax).count("5") == 3 and "layer 1, backward" not in texts(ax)


def test_any_model_is_a_row_of_its_layers():
    model = Chain(nn.Linear(66, 32), nn.ReLU(), nn.Linear(32, 4))
    ax = draw.draw_layers(model, colour=COLOUR, frames=7)
    assert {"layer 0", "layer 1", "7 x 32", "7 x 4", "2,144 trained", "132 trained"} <= {*texts(ax)}


@pytest.mark.slow
def test_the_drawing_suits_the_model():
    drawn = {
        name: draw.draw(models.recipe(name).build(0), colour=COLOUR) for name in ("cnn", "lstm")
    }
    assert "flatten" in texts(drawn["cnn"]) and "time" in texts(drawn["lstm"])
    plain = Chain(nn.Linear(66, 4))
    assert "268 trained" in texts(draw.draw(plain, colour=COLOUR))


def test_models_that_a_drawing_does_not_suit():
    with pytest.raises(ValueError, match="Chain has no recurrent layer"):
        draw.draw_unrolled(Chain(nn.Linear(66, 4)), colour=COLOUR)
