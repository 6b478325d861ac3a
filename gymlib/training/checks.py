"""Is this a model that gymlib can train, compare and keep? One set of checks for every recipe.

Run them on a network of your own before the long work: ``check_recipe(recipe)``.
"""

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from gymlib import models
from gymlib.dataset.clip import Clip
from gymlib.labels import CLASSES
from gymlib.models import Recipe
from gymlib.skeleton import KEYPOINTS
from gymlib.training.fit import FitConfig, Task, predict
from gymlib.training.many import fit_many

LENGTHS = (1, 2, 7, 78, 335)
"""Frames: very short clips, the median and the longest of the recovered data."""
EPOCHS = (8, 40)
"""Of the toy task: most learn it in the few, and none has to be trained for longer."""


def check_recipe(recipe: Recipe) -> None:
    """Raise ValueError, saying what was expected and found, at the first check that fails."""
    for check in CHECKS:
        if fault := next(check(recipe), None):
            raise ValueError(f"recipe {recipe.name}, {check.__name__}: {fault}")


def keypoints(frames: int, seed: int = 0) -> torch.Tensor:
    """Random keypoints (frames, 33, 2) as of a person in the middle of the picture."""
    generator = torch.Generator().manual_seed(seed)
    return 0.5 + 0.1 * torch.randn(frames, len(KEYPOINTS), 2, generator=generator)


def toy_clips(number: int = 8, frames: int = 40, seed: int = 0) -> list[Clip]:
    """Clips whose label follows from where the whole body is, and how it is held."""
    rng, clips = np.random.default_rng(seed), []
    held = np.random.default_rng(0).normal(0, 0.3, (len(CLASSES), len(KEYPOINTS), 2))
    for k in range(number):
        labels = np.sort(rng.integers(0, len(CLASSES), frames)).astype(np.int8)
        bodies = rng.normal(0, 0.1, (frames, len(KEYPOINTS), 2)) + held[labels]
        bodies += 0.3 * labels[:, None, None]
        clips.append(Clip(f"toy_{k}", "toy", np.arange(frames), bodies.astype(np.float32), labels))
    return clips


def shapes(recipe: Recipe) -> Iterator[str]:
    """Clips of every length give log-probabilities (frames, 4) that are finite and sum to 1."""
    model = recipe.build(0).eval()
    for frames in LENGTHS:
        with torch.no_grad():
            found = model(keypoints(frames))
        if tuple(found.shape) != (frames, len(CLASSES)):
            expected = (frames, len(CLASSES))
            yield f"expected {expected} from {frames} frames, found {tuple(found.shape)}"
        if not torch.isfinite(found).all():
            yield f"{frames} frames give values that are not finite"
        if not torch.allclose(found.exp().sum(-1), torch.ones(frames), atol=1e-4):
            yield "expected log-probabilities, whose exponentials sum to 1 in each frame"


def repeatable(recipe: Recipe) -> Iterator[str]:
    """One seed, one model; another seed, another; one input, one answer; torch's state is kept."""
    before = torch.random.get_rng_state()
    first, again, other = (recipe.build(seed).eval() for seed in (3, 3, 4))
    if not torch.equal(before, torch.random.get_rng_state()):
        yield "building a model changes torch's random state; draw weights in __init__ only"
    with torch.no_grad():
        answers = [model(keypoints(9)) for model in (first, again, other, first)]
    if not torch.equal(answers[0], answers[1]):
        yield "the same seed gives two different models"
    if torch.equal(answers[0], answers[2]):
        yield "two seeds give the same model"
    if not torch.equal(answers[0], answers[3]):
        yield "the same frames get two different answers in eval mode"


def alone(recipe: Recipe) -> Iterator[str]:
    """A model of single frames (``batch`` is not None) looks at no other frame."""
    if recipe.batch is None:
        return
    model, seen = recipe.build(0).eval(), keypoints(8)
    with torch.no_grad():
        if not torch.allclose(model(seen)[5:6], model(seen[5:6]), atol=1e-5):
            yield "a frame's answer depends on the others; use batch=None for models of clips"


def gaps(recipe: Recipe) -> Iterator[str]:
    """A model that takes gaps answers frames without a pose (NaN), wherever in the clip."""
    if not recipe.gaps:
        return
    model = recipe.build(0).eval()
    for name, lost in {"first": slice(0, 3), "middle": slice(4, 6), "last": slice(7, 9)}.items():
        seen = keypoints(9)
        seen[lost] = torch.nan
        with torch.no_grad():
            if not torch.isfinite(model(seen)).all():
                yield f"the {name} frames without a pose give answers that are not finite"


def gradients(recipe: Recipe) -> Iterator[str]:
    """Every trained number takes part."""
    model, labels = recipe.build(0).train(), torch.arange(40) % len(CLASSES)
    loss = recipe.loss or torch.nn.NLLLoss()
    loss(model(keypoints(40)), labels).backward()
    dead = [n for n, w in model.named_parameters() if w.grad is None or not w.grad.abs().sum() > 0]
    if dead:
        yield f"no gradient reaches {', '.join(dead)}"


def kept(recipe: Recipe) -> Iterator[str]:
    """A model saved and loaded answers as before."""
    model = recipe.build(5).eval()
    if model.config != recipe.config:
        yield "the module must keep its config as .config"
    known = recipe.name in models.names()
    if not known:
        models.register(recipe)
    try:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "model.safetensors"
            models.save(model, file)
            loaded = models.load(file).eval()
        with torch.no_grad():
            if not torch.equal(model(keypoints(9)), loaded(keypoints(9))):
                yield "a loaded model answers otherwise; all its state must be in state_dict()"
    finally:
        if not known:
            models.unregister(recipe.name)


def learns(recipe: Recipe) -> Iterator[str]:
    """Trained on clips whose label is easy to see, it gets three frames in four of others right."""
    clips = toy_clips()
    small = recipe if recipe.batch is None else replace(recipe, batch=min(recipe.batch, 16))
    for epochs in EPOCHS:
        config = replace(FitConfig.of(small, epochs), clips=1)  # six clips are few steps as it is
        task = Task.of(replace(small, augment=None), small.build(0), np.arange(6), config)
        fit_many([task], clips)
        right = [(predict(task.model, c.keypoints).argmax(1) == c.labels).mean() for c in clips[6:]]
        if np.mean(right) >= 0.75:
            return
    yield f"after {epochs} epochs on a toy task {np.mean(right):.0%} of new frames are right"


CHECKS = (shapes, repeatable, alone, gaps, gradients, kept, learns)
