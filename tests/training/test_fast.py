import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from learnable_clips import make_clips
from numba import njit

from gymlib import models, training
from gymlib.models.cnn import CNNConfig
from gymlib.models.lstm import LSTMConfig
from gymlib.training import FitConfig, Task
from gymlib.training import fast as training_fast
from gymlib.training.fast import arithmetic, cnn, lstm, source, weights

pytestmark = pytest.mark.slow  # compiling takes seconds for every config

CONFIGS = [LSTMConfig(), LSTMConfig(3, 1), CNNConfig(), CNNConfig((3, 5), "interleaved")]


def _tasks(config, count, clips, epochs, batch=None, optimiser="sgd"):
    """Models that differ in training set, learning rate, momentum and initial weights."""
    scale = 0.1 if optimiser == "adam" else 1.0
    rng = np.random.default_rng(0)
    for seed in range(count):
        members = np.sort(rng.permutation(len(clips))[: rng.integers(2, len(clips) + 1)])
        rate, momentum = scale * rng.uniform(0.01, 0.1), rng.uniform(0.1, 0.9)
        fit = FitConfig(epochs, rate, momentum, optimiser)
        yield Task(models.build(config, seed), members, fit, batch, seed=4)


@pytest.mark.parametrize("optimiser", ["sgd", "adam"])
@pytest.mark.parametrize("config", CONFIGS, ids=str)
def test_same_loss_curves_and_predictions_as_the_torch_loop(config, optimiser):
    # 12 clips of very different lengths; 50 steps or more for every model.
    clips = make_clips([1, 2, 3, 7, 12, 19, 26, 33, 48, 61, 77, 90], seed=1)
    size = None if isinstance(config, LSTMConfig) else 32
    fast, plain = (list(_tasks(config, 5, clips, 25, size, optimiser)) for _ in range(2))
    assert min(len(task.members) for task in fast) * 25 >= 50
    ours = np.stack(training_fast.fit_many(fast, clips))
    theirs = np.stack(training.fit_many(plain, clips))
    # Adam divides by averages: where a loss is near 0, the last bits show
    tolerance = {"rtol": 1e-4} if optimiser == "sgd" else {"rtol": 1e-3, "atol": 1e-4}
    np.testing.assert_allclose(ours, theirs, **tolerance)
    members = [np.arange(len(clips))[k:] for k in range(len(fast))]
    ours = training_fast.predict_many([task.model for task in fast], clips, members)
    theirs = training.predict_many([task.model for task in plain], clips, members)
    assert [len(output) for output in ours] == [len(indices) for indices in members]
    same = np.concatenate(
        [a.argmax(1) == b.argmax(1) for x, y in zip(ours, theirs) for a, b in zip(x, y)]
    )
    assert same.mean() >= 0.995


@pytest.mark.parametrize("config", CONFIGS, ids=str)
def test_one_step_goes_along_torchs_gradient(config):
    # Without momentum a step of rate 1 changes the weights by the gradient itself.
    (clip,) = make_clips([23])
    model, stepped = (models.build(config, 2) for _ in range(2))
    loss = torch.nn.functional.nll_loss(model(training.tensors(clip)[0]), training.tensors(clip)[1])
    loss.backward()
    size = None if isinstance(config, LSTMConfig) else 23
    task = Task(stepped, np.arange(1), FitConfig(1, learning_rate=1.0), size)
    training_fast.fit_many([task], [clip])
    after = stepped.state_dict()
    for name, before in model.named_parameters():
        step = before.detach() - after[name]
        np.testing.assert_allclose(step, before.grad, rtol=1e-3, atol=2e-6, err_msg=name)


@pytest.mark.parametrize("config", CONFIGS, ids=str)
def test_weights_go_both_ways_unchanged(config):
    original, copy = models.build(config, 0), models.build(config, 9)
    arrange = (lstm if isinstance(config, LSTMConfig) else cnn).arrange
    places = weights.places(original, arrange)
    assert sorted(places) == list(range(models.parameters(original)))  # each number once
    weights.put(copy, places, weights.take(original, places))
    for name, values in original.state_dict().items():
        assert torch.equal(values, copy.state_dict()[name])


@njit
def _tanh(values):
    for k in range(len(values)):
        values[k] = arithmetic.tanh(values[k])


@given(st.lists(st.floats(width=32, allow_nan=False), min_size=1))
def test_tanh(numbers):
    values = np.array(numbers, np.float32)
    expected = np.tanh(values.astype(float))
    _tanh(values)
    np.testing.assert_allclose(values, expected, atol=2e-7)


def test_tanh_of_what_is_no_number_is_none():
    values = np.array([np.nan], np.float32)
    _tanh(values)
    assert np.isnan(values[0])


def test_company_in_the_same_thread_or_another_does_not_change_a_model():
    clips = make_clips([9] * 4)
    for config, size in ((LSTMConfig(), None), (CNNConfig(), 8)):
        many, few = (list(_tasks(config, count, clips, 3, size)) for count in (20, 2))
        together = training_fast.fit_many(many, clips, n_jobs=3)[:2]
        np.testing.assert_array_equal(together, training_fast.fit_many(few, clips))


def test_reports_finished_epochs_and_repeats_exactly():
    clips, seen = make_clips([9] * 3), []
    runs = [
        training_fast.fit_many(
            list(_tasks(LSTMConfig(), 3, clips, epochs=4)), clips, on_epoch_end=seen.append
        )
        for _ in range(2)
    ]
    np.testing.assert_array_equal(*runs)
    assert seen == [1] * 24


def test_a_diverged_model_leaves_its_neighbours_alone():
    clips, everything = make_clips([20] * 3), np.arange(3)
    for config, size in ((LSTMConfig(), None), (CNNConfig(), 8)):
        tasks = [
            Task(models.build(config, 0), everything, FitConfig(3, rate), size)
            for rate in (1e38, 0.05)
        ]
        losses = np.stack(training_fast.fit_many(tasks, clips))
        assert not np.isfinite(losses[0, -1]) and np.isfinite(losses[1]).all()
        bad, good = training_fast.predict_many([t.model for t in tasks], clips, [everything] * 2)
        np.testing.assert_array_equal(np.concatenate(bad), 0.25)
        assert np.std(np.concatenate(good)) > 0


class TestRefusal:
    CLIPS = make_clips([5, 9])

    def refuse(self, model, match, batch=None, **changes):
        task = Task(model, np.arange(2), FitConfig(1, 0.1), batch, **changes)
        with pytest.raises(ValueError, match=match):
            training_fast.fit_many([task], self.CLIPS)
        return task

    def test_batches_where_there_are_none(self):
        self.refuse(models.build(LSTMConfig(), 0), "ClipLSTM needs whole clips, batch None", 64)
        self.refuse(models.build(CNNConfig(), 0), "FrameCNN needs a batch size; found batch=None")

    def test_another_way_of_training(self):
        model = models.build(LSTMConfig(), 0)
        for config, match in (
            (FitConfig(1, 0.1, clips=2), "clips as they are, one at a time"),
            (FitConfig(1, 0.1, schedule="one cycle"), "at one learning rate"),
            (FitConfig(1, 0.1, optimiser="adamw"), "adamw is not"),
        ):
            with pytest.raises(ValueError, match=match):
                training_fast.fit_many([Task(model, np.arange(2), config)], self.CLIPS)
        with pytest.raises(ValueError, match="clips as they are"):
            task = Task(model, np.arange(2), FitConfig(1, 0.1), augment=lambda r, k, y: (k, y))
            training_fast.fit_many([task], self.CLIPS)

    def test_another_loss(self):
        loss = torch.nn.functional.cross_entropy
        self.refuse(models.build(LSTMConfig(), 0), "only the mean negative", loss=loss)

    def test_an_edited_forward_is_trained_in_torch(self, monkeypatch):
        def forward(self, keypoints):
            return torch.log_softmax(self.linear(self.lstm(keypoints.flatten(-2))[0].abs()), dim=-1)

        model = models.build(LSTMConfig(), 0)
        assert training_fast.network(model) is lstm
        monkeypatch.setattr(type(model), "forward", forward)
        task = self.refuse(model, "no longer, a module that the compiled loops were derived from")
        assert training.engines([task], self.CLIPS) == ["torch"]

    def test_a_subclass_a_layer_exchanged_a_hook(self):
        class Edited(type(models.build(CNNConfig(), 0))):
            pass

        exchanged, hooked, own = (models.build(CNNConfig(), 0) for _ in range(3))
        exchanged.pool = torch.nn.AvgPool2d(2)
        hooked.pool.register_forward_hook(lambda *_: None)
        own.forward = lambda keypoints: torch.zeros(len(keypoints), 4)
        for model in (Edited(CNNConfig()), exchanged, hooked, own):
            self.refuse(model, "is not, or no longer, a module", 8)

    def test_comments_and_docstrings_change_nothing(self):
        def plain(a):
            return a + 1

        def documented(a: int) -> int:
            """Words."""
            return a + 1  # more words

        documented.__name__ = "plain"
        hashes = [source.bare(f).replace("documented", "plain") for f in (plain, documented)]
        assert hashes[0] == hashes[1]
