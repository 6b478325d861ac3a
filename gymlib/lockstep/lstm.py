"""LSTMs in lockstep: all models that train on a clip take their step on it together.

Every epoch goes through all clips in one order (:func:`gymlib.training.shuffled`). The models
with that clip in their training set are picked out by index, sixteen at a time; the others
wait. So a clip is padded only to the next of a few lengths, not to the longest clip.
"""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from gymlib.clips import Clip
from gymlib.lockstep import weights as w
from gymlib.lockstep.recurrence import recur
from gymlib.training import shuffled

WIDTH = 16
"""Models per step. In the thesis's protocol twelve children and four averaged models train on
each clip; below sixteen the time per model grows, far above it falls by less than half."""

LENGTHS = 6
"""Lengths that clips are padded to: each is compiled once (1 to 3 s) and saves padding."""


class Padded(NamedTuple):
    """A clip with frames of zeros at its end."""

    keypoints: Float[Array, "frames 66"]
    labels: Int[Array, " frames"]
    share: Float[Array, " frames"]  # of each frame in the loss: 1/length, 0 for padding
    # Reading order of the backward direction, which is its own inverse: the clip reversed, the
    # padding where it is. Padding so comes last in both directions and reaches no real frame.
    backwards: Int[Array, " frames"]


def pad(clip: Clip, length: int) -> Padded:
    """The clip with padding up to ``length`` frames."""
    frames, extra = len(clip), length - len(clip)
    return Padded(
        keypoints=jnp.asarray(np.pad(clip.keypoints.reshape(frames, -1), ((0, extra), (0, 0)))),
        labels=jnp.asarray(np.pad(clip.labels.astype(np.int32), (0, extra))),
        share=jnp.asarray(np.pad(np.full(frames, 1 / frames, np.float32), (0, extra))),
        backwards=jnp.asarray(np.r_[np.arange(frames)[::-1], np.arange(frames, length)]),
    )


def padded_lengths(lengths: Sequence[int], most: int) -> Int[np.ndarray, " clips"]:
    """For each clip the length to pad it to: at most ``most`` different ones, least padding.

    Dynamic programming over the sorted distinct lengths: ``best[j]`` is the least number of
    frames, padding included, of all clips up to the j-th length.
    """
    values, counts = np.unique(lengths, return_counts=True)
    below = np.concatenate([[0], np.cumsum(counts)])
    best, cuts = np.where(np.arange(len(below)) == 0, 0.0, np.inf), []
    for _ in range(min(most, len(values))):
        # cost[i, j]: lengths i to j-1 become one group, padded to the longest of them
        cost = best[:, None] + (below[None, :] - below[:, None]) * np.r_[0, values][None, :]
        cost[np.tril_indices(len(below))] = np.inf
        cost[np.arange(len(below)), np.arange(len(below))] = best  # an empty group
        cuts.append(cost.argmin(axis=0))
        best = cost.min(axis=0)
    tops, end = [], len(values)
    for cut in reversed(cuts):
        if cut[end] < end:
            tops.append(values[end - 1])
        end = cut[end]
    tops = np.sort(tops)
    return tops[np.searchsorted(tops, lengths)]


# --- the network ----------------------------------------------------------------------------


def layer(
    weights: w.Weights, number: int, inputs: Float[Array, "frames features *models"], backwards
) -> Float[Array, "frames states models"]:
    """One bi-directional layer of ``torch.nn.LSTM``.

    The first layer's input is the same for all models and has no axis for them. Elsewhere models
    lie along the last axis, where one instruction handles many of them.
    """
    ends = (f"_l{number}", f"_l{number}_reverse")

    def both(name):  # -> (models, directions, gates, ...)
        return jnp.stack([weights[f"lstm.{name}{end}"] for end in ends], axis=1)

    product = "li,mdgi->ldgm" if inputs.ndim == 2 else "lim,mdgi->ldgm"
    gates = jnp.einsum(product, inputs, both("weight_ih"))
    gates = gates + jnp.moveaxis(both("bias_ih") + both("bias_hh"), 0, -1)
    gates = jnp.stack([gates[:, 0], gates[backwards, 1]], axis=1)
    states = recur(gates, jnp.moveaxis(both("weight_hh"), 0, -1))  # (frames, 2, hidden, models)
    return jnp.concatenate([states[:, 0], states[backwards, 1]], axis=1)


def log_probabilities(weights: w.Weights, clip: Padded) -> Float[Array, "models frames 4"]:
    """What ``ClipLSTM`` gives, for every model; padded frames hold numbers without meaning."""
    layers = sum(name.startswith("lstm.weight_ih") for name in weights) // 2
    states = clip.keypoints
    for number in range(layers):
        states = layer(weights, number, states, clip.backwards)
    scores = jnp.einsum("lim,mci->mlc", states, weights["linear.weight"])
    return jax.nn.log_softmax(scores + weights["linear.bias"][:, None], axis=-1)


def losses(weights: w.Weights, clip: Padded) -> Float[Array, " models"]:
    """Mean negative log-likelihood of the clip's frames."""
    right = jax.nn.one_hot(clip.labels, 4) * clip.share[:, None]
    return -(log_probabilities(weights, clip) * right).sum(axis=(1, 2))


@partial(jax.jit, donate_argnums=(0, 1))
def _step(weights, velocity, rates, momenta, active, clip: Padded):
    """One SGD step of the models ``active`` (indices) on one clip; their losses before it."""

    def pick(tree):
        return jax.tree.map(lambda array: array[active], tree)

    def total(mine):  # the gradient of the sum is each model's own gradient
        loss = losses(mine, clip)
        return loss.sum(), loss

    mine = pick(weights)
    gradient, loss = jax.grad(total, has_aux=True)(mine)
    new = w.sgd(mine, pick(velocity), gradient, rates[active], momenta[active])
    weights, velocity = (
        jax.tree.map(lambda array, change: array.at[active].set(change), old, changed)
        for old, changed in zip((weights, velocity), new)
    )
    return weights, velocity, loss


# --- many models ----------------------------------------------------------------------------


def _in_chunks(needed: Int[np.ndarray, " active"], spare: int):
    """The active models, WIDTH at a time; the last chunk is filled with a spare model."""
    for start in range(0, len(needed), WIDTH):
        chunk = needed[start : start + WIDTH]
        yield chunk, jnp.asarray(np.r_[chunk, np.full(WIDTH - len(chunk), spare)])


def _users(members: Sequence[Int[np.ndarray, " _"]], clips: int):
    """For each clip the indices of the models that use it."""
    uses = np.zeros((len(members), clips), dtype=bool)
    for row, indices in zip(uses, members):
        row[indices] = True
    return [np.flatnonzero(column) for column in uses.T]


def _with_spare(modules) -> w.Weights:
    """Stacked weights with one more model, at the end, for the empty places of a chunk."""
    return w.stack([*modules, modules[0]])


def fit_many(tasks, clips: Sequence[Clip], seed: int, size: None, on_epoch_end):
    """See :func:`gymlib.lockstep.fit_many`."""
    modules = [task.model for task in tasks]
    users = _users([task.members for task in tasks], len(clips))
    lengths = padded_lengths([len(clip) for clip in clips], LENGTHS).tolist()
    data = [pad(clip, length) for clip, length in zip(clips, lengths)]
    rates = jnp.asarray([*(t.config.learning_rate for t in tasks), 0.0], dtype=jnp.float32)
    momenta = jnp.asarray([*(t.config.momentum for t in tasks), 0.0], dtype=jnp.float32)
    weights = _with_spare(modules)
    velocity = jax.tree.map(jnp.zeros_like, weights)
    curves = np.zeros((len(tasks), tasks[0].config.epochs))
    steps = np.array([len(task.members) for task in tasks])
    for epoch in range(curves.shape[1]):
        done = []
        for index in shuffled(np.arange(len(clips)), len(clips), seed, epoch):
            for chunk, active in _in_chunks(users[index], spare=len(tasks)):
                weights, velocity, loss = _step(
                    weights, velocity, rates, momenta, active, data[index]
                )
                done.append((chunk, loss))
        for chunk, loss in done:  # read only now, so that steps need not wait for each other
            curves[chunk, epoch] += np.asarray(loss)[: len(chunk)]
        on_epoch_end(len(tasks))
    w.unstack({name: array[: len(tasks)] for name, array in weights.items()}, modules)
    return curves / steps[:, None]


_probabilities = jax.jit(
    lambda weights, active, clip: jnp.exp(
        log_probabilities(jax.tree.map(lambda array: array[active], weights), clip)
    )
)


def predict_many(modules, clips: Sequence[Clip], members):
    """See :func:`gymlib.lockstep.predict_many`."""
    weights, longest = _with_spare(modules), max(map(len, clips))
    found = {}
    for index, needed in enumerate(_users(members, len(clips))):
        clip = pad(clips[index], longest)  # one length: compiling costs more than padding here
        for chunk, active in _in_chunks(needed, spare=len(modules)):
            output = np.asarray(_probabilities(weights, active, clip))
            for model, rows in zip(chunk, output):
                found[model, index] = rows[: len(clips[index])]
    return [[found[k, index] for index in indices] for k, indices in enumerate(members)]
