"""CNNs in lockstep: one compiled program trains all models for an epoch.

The convolutions are products with shifted copies of the picture (frames along the last axis,
where one instruction handles many of them), because XLA's own convolution is slow on pictures
this small. On a CPU the models go one after the other inside the program: together their maps
would not fit the cache, and were measured to be three times slower.
"""

from collections.abc import Sequence
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import torch
from jax import lax
from jaxtyping import Array, Float, Int

from gymlib.clips import Clip
from gymlib.lockstep import weights as w
from gymlib.models import as_image
from gymlib.training import batch_rows


def log_probabilities(
    weights: w.Weights, images: Float[Array, "2 33 frames"]
) -> Float[Array, "4 frames"]:
    """What ``FrameCNN`` gives, for one model."""
    maps = _first(images, weights["conv1.weight"][:, 0], weights["conv1.bias"])
    maps = _second(maps, weights["conv2.weight"], weights["conv2.bias"])
    scores = weights["linear.weight"] @ maps.reshape(-1, maps.shape[-1])
    return jax.nn.log_softmax(scores + weights["linear.bias"][:, None], axis=0)


def _first(images, kernel: Float[Array, "filters 2 2"], bias) -> Float[Array, "filters 17 frames"]:
    """First convolution, ReLU and pool.

    Of the map's three rows the pool drops the last, so the zeros below the picture are not
    needed. ReLU and pool may change places: the largest of several, then what is above 0.
    """
    picture = jnp.pad(images, ((1, 0), (1, 1), (0, 0)))  # (3, 35, frames)
    maps = sum(
        kernel[:, i, j, None, None, None] * picture[None, i : i + 2, j : j + 34]
        for i in range(2)
        for j in range(2)
    )
    pooled = maps.reshape(len(kernel), 2, 17, 2, -1).max(axis=(1, 3))
    return jax.nn.relu(pooled + bias[:, None, None])


def _second(
    maps: Float[Array, "channels 17 frames"], kernel: Float[Array, "filters channels 2 2"], bias
) -> Float[Array, "filters 9 frames"]:
    """Second convolution, ReLU and pool.

    The map is one row between two rows of zeros, so each of the two output rows is that row
    under one row of the kernel: a single product gives both.
    """
    filters, channels = kernel.shape[:2]
    row = jnp.pad(maps, ((0, 0), (1, 1), (0, 0)))  # (8, 19, frames)
    pairs = jnp.concatenate([row[:, :-1], row[:, 1:]])  # (16, 18, frames)
    matrix = kernel.transpose(2, 0, 3, 1).reshape(2 * filters, 2 * channels)
    maps = matrix @ pairs.reshape(2 * channels, -1)  # (128, 18 frames)
    pooled = maps.reshape(2, filters, 9, 2, -1).max(axis=(0, 3))
    return jax.nn.relu(pooled + bias[:, None, None])


def loss(weights: w.Weights, images, labels, share: Float[Array, " frames"]) -> Float[Array, ""]:
    """Negative log-likelihood, each frame with its share (1/size, 0 for padding)."""
    right = jax.nn.one_hot(labels, 4, axis=0) * share
    return -(log_probabilities(weights, images) * right).sum()


def _epoch(images, labels, state):
    """All steps of an epoch of one model; the sum of their losses."""
    weights, velocity, rate, momentum, rows, share, steps = state

    def step(k, carry):
        weights, velocity, total = carry
        batch = jnp.moveaxis(images[rows[k]], 0, -1)  # (frames, 2, 33) -> (2, 33, frames)
        value, gradient = jax.value_and_grad(loss)(weights, batch, labels[rows[k]], share[k])
        return *w.sgd(weights, velocity, gradient, rate, momentum), total + value

    return lax.fori_loop(0, steps, step, (weights, velocity, jnp.float32(0)))


def _over_models(function):
    """Apply ``function`` to every model: side by side on a GPU, in turn on a CPU."""
    return jax.vmap(function) if jax.default_backend() == "gpu" else partial(lax.map, function)


@partial(jax.jit, donate_argnums=(2, 3))
def _epochs(images, labels, weights, velocity, *rest):
    return _over_models(partial(_epoch, images, labels))((weights, velocity, *rest))


def _images(clips: Sequence[Clip], layout: str) -> Float[Array, "frames 2 33"]:
    keypoints = torch.from_numpy(np.concatenate([clip.keypoints for clip in clips]))
    return jnp.asarray(as_image(keypoints, layout)[:, 0].numpy())


def fit_many(tasks, clips: Sequence[Clip], seed: int, size: int, on_epoch_end):
    """See :func:`gymlib.lockstep.fit_many`."""
    modules = [task.model for task in tasks]
    images = _images(clips, modules[0].config.layout)
    labels = jnp.asarray(np.concatenate([clip.labels for clip in clips]).astype(np.int32))
    weights = w.stack(modules)
    velocity = jax.tree.map(jnp.zeros_like, weights)
    rates = jnp.asarray([t.config.learning_rate for t in tasks], dtype=jnp.float32)
    momenta = jnp.asarray([t.config.momentum for t in tasks], dtype=jnp.float32)
    curves = np.zeros((len(tasks), tasks[0].config.epochs))
    for epoch in range(curves.shape[1]):
        batches = [batch_rows(clips, task.members, seed, epoch, size) for task in tasks]
        rows, share, steps = _rectangle(batches, size)
        weights, velocity, total = _epochs(
            images, labels, weights, velocity, rates, momenta, rows, share, steps
        )
        curves[:, epoch] = np.asarray(total) / steps
        on_epoch_end(len(tasks))
    w.unstack(weights, modules)
    return curves


def _rectangle(batches: list[list[Int[np.ndarray, " _"]]], size: int):
    """Batches of all models as arrays (models, steps, size): rows, their shares of the loss, and
    how many steps each model has; what is missing to a rectangle has share 0."""
    steps = np.array([len(mine) for mine in batches])
    rows = np.zeros((len(batches), steps.max(), size), dtype=np.int32)
    share = np.zeros(rows.shape, dtype=np.float32)
    for m, mine in enumerate(batches):
        for k, batch in enumerate(mine):
            rows[m, k, : len(batch)] = batch
            share[m, k, : len(batch)] = 1 / len(batch)
    return rows, share, steps


_probabilities = jax.jit(
    lambda weights, images: jnp.exp(log_probabilities(weights, jnp.moveaxis(images, 0, -1))).T
)


def predict_many(modules, clips: Sequence[Clip], members):
    """See :func:`gymlib.lockstep.predict_many`."""
    images = _images(clips, modules[0].config.layout)
    cuts = np.cumsum([len(clip) for clip in clips])[:-1]
    outputs = []
    for module, indices in zip(modules, members):
        weights = {name: array[0] for name, array in w.stack([module]).items()}
        # All frames of all clips: one shape for every model, so it is compiled once.
        frames = np.split(np.asarray(_probabilities(weights, images)), cuts)
        outputs.append([frames[index] for index in indices])
    return outputs
