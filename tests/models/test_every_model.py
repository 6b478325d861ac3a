"""What holds for every registered architecture, and that each check can fail."""

from dataclasses import dataclass, replace

import pytest
import torch
from torch import nn

from gymlib import models
from gymlib.training import checks

CHECKS = [
    pytest.param(check, id=check.__name__, marks=[pytest.mark.slow] * (check is checks.learns))
    for check in checks.CHECKS
]


@pytest.mark.slow
@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("name", models.names())
def test_architecture(name, check):
    assert next(check(models.recipe(name)), None) is None


ABOUT_THE_BODY = (
    "asformer", "dilated_tcn", "differential_rnn", "ed_tcn", "gca_lstm", "gymtcn",
    "hierarchical_rnn", "mstcn", "res_tcn", "st_gcn",
)  # fmt: skip


@pytest.mark.slow
@torch.no_grad()
@pytest.mark.parametrize("name", ABOUT_THE_BODY)
def test_place_and_size_do_not_matter(name):
    model = models.recipe(name).build(0).eval()
    for frames in (1, 2, 7, 78):
        body = checks.keypoints(frames)
        elsewhere = model(200 * body + torch.tensor([300.0, 150.0]))
        torch.testing.assert_close(elsewhere, model(body), atol=1e-3, rtol=1e-3)


@dataclass(frozen=True)
class Settings:
    width: int = 8


class Good(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.first = nn.Linear(66, config.width)
        self.last = nn.Linear(config.width, 4)

    def forward(self, keypoints):
        return torch.log_softmax(self.last(torch.tanh(self.first(keypoints.flatten(-2)))), -1)


class NoSoftmax(Good):
    def forward(self, keypoints):
        return self.last(torch.tanh(self.first(keypoints.flatten(-2))))


class Unused(Good):
    def __init__(self, config):
        super().__init__(config)
        self.spare = nn.Linear(3, 3)


class Noisy(Good):
    def forward(self, keypoints):
        return super().forward(keypoints + torch.randn_like(keypoints))


class Neighbours(Good):
    def forward(self, keypoints):
        return super().forward(keypoints - keypoints.mean(0))


class OneLess(Good):
    def forward(self, keypoints):
        return super().forward(keypoints)[1:]


class Hidden(Good):
    """State that no state_dict keeps."""

    def __init__(self, config):
        super().__init__(config)
        self.shift = torch.randn(1)

    def forward(self, keypoints):
        return super().forward(keypoints + self.shift)


class Lazy(Good):
    def forward(self, keypoints):
        return super().forward(keypoints * 0)


RECIPE = models.Recipe("good", "Good", Good, Settings(), "nowhere", batch=16)


@pytest.mark.slow
def test_a_good_network_passes():
    checks.check_recipe(RECIPE)
    assert "good" not in models.names()


@pytest.mark.parametrize(
    ("module", "message"),
    [
        (OneLess, r"shapes: expected \(1, 4\) from 1 frames, found \(0, 4\)"),
        (NoSoftmax, "shapes: expected log-probabilities"),
        (Noisy, "repeatable: the same seed gives two different models"),
        (Neighbours, "alone: a frame's answer depends on the others; use batch=None"),
        (Unused, "gradients: no gradient reaches spare.weight, spare.bias"),
        (Hidden, "kept: a loaded model answers otherwise"),
        (Lazy, "gradients: no gradient reaches first.weight"),
    ],
)
def test_a_bad_network_is_told_what_is_wrong(module, message):
    with pytest.raises(ValueError, match=message):
        checks.check_recipe(replace(RECIPE, module=module))


def test_a_model_that_does_not_take_gaps_is_told_so():
    with pytest.raises(ValueError, match="gaps: the first frames without a pose give answers"):
        checks.check_recipe(replace(RECIPE, gaps=True))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "Two words"}, "a name is lower case letters"),
        ({"config": Settings}, "config must be a dataclass with the default settings"),
        ({"optimiser": "rmsprop"}, "optimiser must be one of sgd, adam"),
        ({"epochs": 0}, "expected at least 1, found {'epochs': 0}"),
        (
            {"space": {"depth": (1, 3)}},
            "the search can vary learning_rate, momentum, width, not depth",
        ),
        ({"space": {"width": (9, 3)}}, "lowest above highest in width"),
    ],
)
def test_recipes_that_cannot_be(changes, message):
    with pytest.raises(ValueError, match=message):
        replace(RECIPE, **changes)


def test_names_of_the_package_are_taken():
    with pytest.raises(ValueError, match="'cnn' is an architecture of gymlib"):
        models.register(replace(RECIPE, name="cnn"))
    with pytest.raises(ValueError, match=r"is called 'mlp'; known are .*cnn.* lstm"):
        models.recipe("mlp")


def test_an_unregistered_module_has_no_name():
    with pytest.raises(ValueError, match="Good belongs to no known architecture"):
        models.architecture(RECIPE.build(0))
