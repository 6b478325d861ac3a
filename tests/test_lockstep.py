import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from jax import lax
from jax.experimental import enable_x64
from learning_data import make_clips

from gymlib import lockstep, models, training
from gymlib.lockstep import cnn, lstm, recurrence, weights
from gymlib.models import CNNConfig, LSTMConfig
from gymlib.training import FitConfig, Task

SMALL = LSTMConfig(2, 1)  # compiled in half the time
CONFIGS = [LSTMConfig(), LSTMConfig(3, 1), CNNConfig(), CNNConfig((3, 5), "interleaved")]

pytestmark = pytest.mark.slow  # each compiles programs of its own, which takes seconds


@pytest.fixture(autouse=True)
def few_lengths(monkeypatch):
    """Every padded length is compiled: two are enough to test."""
    monkeypatch.setattr(lstm, "LENGTHS", 2)


def _tasks(config, clips, count, epochs):
    """Models that differ in training set, learning rate, momentum and initial weights."""
    rng = np.random.default_rng(0)
    for seed in range(count):
        members = np.sort(rng.permutation(len(clips))[: rng.integers(2, len(clips) + 1)])
        fit = FitConfig(epochs, rng.uniform(0.01, 0.1), rng.uniform(0.1, 0.9))
        yield Task(models.build(config, seed), members, fit)


@pytest.mark.parametrize("config", CONFIGS, ids=str)
def test_same_loss_curves_and_predictions_as_the_torch_loop(config):
    # 12 clips of very different lengths; 50 steps or more for every model.
    clips = make_clips([1, 2, 3, 7, 12, 19, 26, 33, 48, 61, 77, 90], seed=1)
    size = None if isinstance(config, LSTMConfig) else 32
    together, alone = (list(_tasks(config, clips, 5, epochs=9)) for _ in range(2))
    ours = lockstep.fit_many(together, clips, seed=4, size=size)
    theirs = training.fit_many(alone, clips, seed=4, size=size)
    np.testing.assert_allclose(ours, theirs, rtol=1e-4)
    members = [np.arange(len(clips))[k:] for k in range(len(together))]
    ours = lockstep.predict_many([task.model for task in together], clips, members)
    theirs = training.predict_many([task.model for task in alone], clips, members)
    assert [len(output) for output in ours] == [len(indices) for indices in members]
    same = np.concatenate(
        [a.argmax(1) == b.argmax(1) for x, y in zip(ours, theirs) for a, b in zip(x, y)]
    )
    assert same.mean() >= 0.995


@pytest.mark.parametrize("config", CONFIGS, ids=str)
def test_same_gradients_as_torch_in_double_precision(config):
    (clip,) = make_clips([23])
    model = models.build(config, 2).double()
    keypoints = torch.from_numpy(clip.keypoints).double()
    loss = torch.nn.functional.nll_loss(
        model(keypoints), torch.from_numpy(clip.labels.astype(np.int64))
    )
    loss.backward()
    with enable_x64(True):
        stacked = {n: jnp.asarray(p.detach().numpy())[None] for n, p in model.named_parameters()}
        if isinstance(config, LSTMConfig):
            padded = lstm.pad(clip, 30)
            padded = padded._replace(
                keypoints=padded.keypoints.astype(float),
                share=jnp.r_[np.full(23, 1 / 23), np.zeros(7)],
            )
            gradient = jax.grad(lambda w: lstm.losses(w, padded).sum())(stacked)
        else:
            image = models.as_image(keypoints, config.layout)[:, 0].numpy()
            rows = jnp.moveaxis(jnp.asarray(image), 0, -1)
            labels, share = jnp.asarray(clip.labels), jnp.full(23, 1 / 23)
            gradient = jax.grad(
                lambda w: cnn.loss({n: a[0] for n, a in w.items()}, rows, labels, share)
            )(stacked)
        for name, parameter in model.named_parameters():
            np.testing.assert_allclose(gradient[name][0], parameter.grad, rtol=1e-9, atol=1e-12)


def test_written_gradient_of_the_recurrence_is_the_derived_one():
    def derived(gates, recurrent):  # the same recurrence, left to JAX to differentiate
        def step(carry, gate):
            total = gate + jnp.einsum("dghm,dhm->dgm", recurrent, carry[0])
            _, cell, state = recurrence.cells(total, carry[1])
            return (state, cell), state

        return lax.scan(step, (jnp.zeros((2, 3, 5)),) * 2, gates)[1]

    rng = np.random.default_rng(0)
    with enable_x64(True):
        gates, recurrent, pull = (
            jnp.asarray(rng.normal(size=shape))
            for shape in ((11, 2, 12, 5), (2, 12, 3, 5), (11, 2, 3, 5))
        )
        results = [jax.vjp(f, gates, recurrent) for f in (recurrence.recur, derived)]
        for ours, theirs in zip(*[(states, *back(pull)) for states, back in results]):
            np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("config", CONFIGS, ids=str)
def test_weights_go_both_ways_unchanged(config):
    originals = [models.build(config, seed) for seed in range(3)]
    copies = [models.build(config, 9) for _ in range(3)]
    weights.unstack(weights.stack(originals), copies)
    for original, copy in zip(originals, copies):
        for name, values in original.state_dict().items():
            assert torch.equal(values, copy.state_dict()[name])


def test_company_does_not_change_a_model():
    clips = make_clips([9] * 4)
    for config, size in ((SMALL, None), (CNNConfig(), 8)):
        many, few = (list(_tasks(config, clips, count, epochs=3)) for count in (20, 2))
        together = lockstep.fit_many(many, clips, seed=0, size=size)[:2]
        np.testing.assert_allclose(
            together, lockstep.fit_many(few, clips, seed=0, size=size), rtol=1e-5
        )


def test_reports_finished_epochs_and_repeats_exactly():
    clips, seen = make_clips([9] * 3), []
    runs = [
        lockstep.fit_many(
            list(_tasks(SMALL, clips, 3, epochs=4)), clips, seed=0, on_epoch_end=seen.append
        )
        for _ in range(2)
    ]
    np.testing.assert_array_equal(*runs)
    assert seen == [3] * 8


def test_a_diverged_model_leaves_its_neighbours_alone():
    clips, everything = make_clips([20] * 3), np.arange(3)
    for config, size in ((LSTMConfig(), None), (CNNConfig(), 8)):
        tasks = [
            Task(models.build(config, 0), everything, FitConfig(3, rate)) for rate in (1e38, 0.05)
        ]
        losses = lockstep.fit_many(tasks, clips, seed=0, size=size)
        assert not np.isfinite(losses[0, -1]) and np.isfinite(losses[1]).all()
        bad, good = lockstep.predict_many([t.model for t in tasks], clips, [everything] * 2)
        np.testing.assert_array_equal(np.concatenate(bad), 0.25)
        assert np.std(np.concatenate(good)) > 0


@settings(deadline=None)
@given(st.lists(st.integers(1, 400), min_size=1, max_size=60), st.integers(1, 8))
def test_padded_lengths_are_few_and_long_enough(lengths, most):
    padded = lstm.padded_lengths(lengths, most)
    assert len(set(padded)) <= most
    assert np.all(padded >= lengths) and set(padded) <= set(lengths)


def test_padded_lengths_on_paper():
    # Two lengths for 1, 2, 9, 10: pad 1 to 2 and 9 to 10, two frames in all.
    assert lstm.padded_lengths([10, 1, 9, 2], 2).tolist() == [10, 2, 10, 2]
    assert lstm.padded_lengths([10, 1, 9, 2], 4).tolist() == [10, 1, 9, 2]


def test_padding_changes_nothing():
    (clip,) = make_clips([13])
    stacked = weights.stack([models.build(LSTMConfig(), seed) for seed in range(2)])
    exact, padded = (lstm.pad(clip, length) for length in (13, 40))
    np.testing.assert_allclose(
        lstm.log_probabilities(stacked, exact),
        lstm.log_probabilities(stacked, padded)[:, :13],
        rtol=1e-5,
    )
    np.testing.assert_allclose(lstm.losses(stacked, exact), lstm.losses(stacked, padded), rtol=1e-6)


def test_what_cannot_train_together_is_refused():
    clips = make_clips([5, 9])
    one = Task(models.build(LSTMConfig(), 0), np.arange(2), FitConfig(1, 0.1))
    other = Task(models.build(LSTMConfig(5), 0), np.arange(2), FitConfig(1, 0.1))
    with pytest.raises(ValueError, match="must share one config"):
        lockstep.fit_many([one, other], clips, seed=0)
    other = Task(one.model, np.arange(2), FitConfig(2, 0.1))
    with pytest.raises(ValueError, match="same number of epochs"):
        lockstep.fit_many([one, other], clips, seed=0)
    with pytest.raises(ValueError, match="only SGD"):
        adam = FitConfig(1, 0.1, optimiser="adam")
        lockstep.fit_many([Task(one.model, np.arange(2), adam)], clips, seed=0)
    with pytest.raises(ValueError, match="CNNs need a batch size and LSTMs none, found size=64"):
        lockstep.fit_many([one], clips, seed=0, size=64)
