import numpy as np
import pytest
import torch
from learnable_clips import make_clips
from torch import nn

from gymlib import models, training
from gymlib.dataset.clip import Clip
from gymlib.files import processes
from gymlib.models.cnn import CNNConfig
from gymlib.models.lstm import LSTMConfig
from gymlib.training import Batches, FitConfig, Task, many


class Line(nn.Module):
    """Two classes from one number: small enough to follow a step on paper."""

    def __init__(self):
        super().__init__()
        self.slope = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        return torch.log_softmax(torch.stack([torch.zeros(len(x)), self.slope * x], dim=1), dim=1)


@pytest.mark.slow
def test_one_step_on_paper():
    # p = 1/2, loss = ln 2, d loss / d slope = -(1 - p) x = -1 for x = 2 of class 1.
    model = Line()
    losses = training.fit(
        model, lambda epoch: [(torch.tensor([2.0]), torch.tensor([1]))], FitConfig(1, 0.1)
    )
    assert losses == pytest.approx([np.log(2)])
    assert model.slope.item() == pytest.approx(0.1)


def test_momentum_repeats_the_last_step():
    # The second batch has x = 0: no gradient, only momentum times the first step.
    model = Line()
    batches = [(torch.tensor([x]), torch.tensor([1])) for x in (2.0, 0.0)]
    training.fit(model, lambda epoch: batches, FitConfig(1, 0.1, momentum=0.5))
    assert model.slope.item() == pytest.approx(0.1 + 0.5 * 0.1)


def test_a_step_over_several_clips_takes_their_mean_gradient():
    # Gradients -1 and -2 (x = 2 and 4): one step of 0.1 times their mean; the third clip, alone in
    # the last step, has x = 0 and moves nothing.
    model = Line()
    batches = [(torch.tensor([x]), torch.tensor([1])) for x in (2.0, 4.0, 0.0)]
    losses = training.fit(model, lambda epoch: batches, FitConfig(1, 0.1, clips=2))
    assert model.slope.item() == pytest.approx(0.1 * 1.5)
    assert losses == pytest.approx([np.log(2)])


class Counted(list):
    """Batches that know their number, as a schedule needs it."""

    def __call__(self, epoch):
        return iter(self)


def test_one_cycle_begins_and_ends_slowly():
    pair = (torch.tensor([2.0]), torch.tensor([1]))
    model, seen = Line(), []
    config = FitConfig(6, 0.1, schedule="one cycle")
    training.fit(model, Counted([pair]), config, lambda *a: seen.append(model.slope.item()))
    gains = np.diff([0.0, *seen])
    assert gains.argmax() in (1, 2)
    assert gains[0] < 0.5 * gains.max() and gains[-1] < 0.1 * gains.max()
    other = Line()  # the same six steps in one epoch
    training.fit(other, Counted([pair] * 6), FitConfig(1, 0.1, schedule="one cycle"))
    assert other.slope.item() == pytest.approx(seen[-1])


def test_settings_of_a_recipe():
    config = FitConfig.of(models.recipe("mstcn"))
    assert (config.epochs, config.clips, config.optimiser) == (16, 8, "adamw")
    assert config.schedule == "one cycle" and config.learning_rate == pytest.approx(0.004)
    thesis = FitConfig.of(models.recipe("lstm"), 7, momentum=0.3)
    assert (thesis.epochs, thesis.learning_rate, thesis.momentum) == (7, 0.055, 0.3)
    assert (thesis.schedule, thesis.clips) == ("constant", 1)


def test_what_augments_a_clip_is_drawn_anew_each_epoch_and_the_same_again():
    def shift(rng, keypoints, labels):
        return keypoints + rng.normal(), labels

    clips = make_clips([5, 6])
    batches = Batches(clips, np.array([0, 1]), seed=1, augment=shift)
    assert len(batches) == 2
    first, again, other = ([k.numpy() for k, _ in batches(epoch)] for epoch in (0, 0, 1))
    for a, b in zip(first, again):
        np.testing.assert_array_equal(a, b)
    assert not any(np.array_equal(a, b) for a in first for b in other if len(a) == len(b))


def test_fit_reports_every_epoch():
    seen = []
    batches = [(torch.tensor([1.0]), torch.tensor([1]))]
    losses = training.fit(
        Line(), lambda e: batches, FitConfig(3, 0.1, optimiser="adam"), lambda *a: seen.append(a)
    )
    assert seen == list(enumerate(losses)) and np.all(np.diff(losses) < 0)


def test_shuffle_is_a_new_permutation_each_epoch_and_keeps_common_order():
    members, part = np.array([1, 4, 5, 8, 9]), np.array([4, 8, 9])
    orders = [training.shuffled(members, 10, seed=0, epoch=e).tolist() for e in range(5)]
    assert all(sorted(order) == members.tolist() for order in orders)
    assert len(set(map(tuple, orders))) > 1
    for epoch, order in enumerate(orders):
        fewer = training.shuffled(part, 10, seed=0, epoch=epoch).tolist()
        assert fewer == [index for index in order if index in part]


def test_clip_batches_are_whole_training_clips():
    clips = make_clips([3, 5, 4, 6])
    seen = [len(labels) for _, labels in Batches(clips, np.array([0, 2, 3]), seed=1)(0)]
    assert sorted(seen) == [3, 4, 6]


def test_frame_batches_hold_every_training_frame_once():
    clips = make_clips([30, 50, 40])
    for k, clip in enumerate(clips):
        clip.keypoints[:, 0, 0] = 1000 * k + np.arange(len(clip))
    batches = list(Batches(clips, np.array([0, 2]), seed=1, size=16)(0))
    assert [len(labels) for _, labels in batches] == [16, 16, 16, 16, 6]
    seen = torch.cat([keypoints[:, 0, 0] for keypoints, _ in batches]).numpy()
    assert sorted(seen) == [*range(30), *range(2000, 2040)]
    assert np.any(np.diff(seen) != 1)


@pytest.mark.slow
def test_both_architectures_learn_and_repeat_exactly():
    clips, everything = make_clips([20] * 6), np.arange(6)
    for config, size, rate in ((LSTMConfig(), None, 0.1), (CNNConfig(), 16, 0.05)):
        fit = FitConfig(12, rate, 0.8)
        tasks = [Task(models.build(config, 0), everything, fit, size) for _ in range(2)]
        losses = training.fit_many(tasks, clips)
        assert losses[0][-1] < 0.8 * losses[0][0]
        np.testing.assert_array_equal(losses[0], losses[1])
        probabilities = training.predict(tasks[0].model, clips[0].keypoints)
        assert probabilities.shape == (20, 4)
        np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)


def test_a_diverged_model_is_undecided_and_its_loss_stays_not_a_number():
    clips = make_clips([20] * 3)
    task = Task(models.build(CNNConfig(), 0), np.arange(3), FitConfig(2, 1e30), 8)
    assert np.isnan(training.fit_many([task], clips)[0][-1])
    np.testing.assert_array_equal(training.predict(task.model, clips[0].keypoints), 0.25)


def _spoiled(**changes) -> list[Clip]:
    clips = make_clips([4, 4])
    fields = dict(vars(clips[1]), **changes)
    return [clips[0], Clip(**fields)]


def test_clips_that_cannot_be_learnt_from_are_named():
    training.check_clips(make_clips([4, 4]))
    broken = np.zeros((4, 33, 2), dtype=np.float32)
    broken[2, 5, 1] = np.nan
    with pytest.raises(ValueError, match=r"clip clip_01, frame 12: keypoints must be numbers"):
        training.check_clips(_spoiled(keypoints=broken, frames=np.arange(10, 14)))
    with pytest.raises(ValueError, match=r"clip clip_01, frame 0: expected label 0 to 3, found -1"):
        training.check_clips(_spoiled(labels=np.full(4, -1, dtype=np.int8)))
    with pytest.raises(ValueError, match="clip names must be unique; more than once: clip_00"):
        training.check_clips(_spoiled(name="clip_00"))
    with pytest.raises(ValueError, match="clip clip_01 has no frames left"):
        training.check_clips(
            _spoiled(
                frames=np.arange(0),
                labels=np.zeros(0, dtype=np.int8),
                keypoints=np.zeros((0, 33, 2), dtype=np.float32),
            )
        )


def test_a_clip_of_one_frame_is_enough_for_the_lstm():
    clips = make_clips([1, 1])
    task = Task(models.build(LSTMConfig(), 0), np.arange(2), FitConfig(1, 0.1))
    assert np.isfinite(training.fit_many([task], clips)[0]).all()
    assert training.predict(task.model, clips[0].keypoints).shape == (1, 4)


def test_read_only_arrays_of_a_table_will_do():
    clips = make_clips([4, 4])
    for clip in clips:
        clip.keypoints.setflags(write=False)
        clip.labels.setflags(write=False)
    task = Task(models.build(LSTMConfig(), 0), np.arange(2), FitConfig(1, 0.1))
    training.fit_many([task], clips)
    training.predict(task.model, clips[0].keypoints)


def test_bad_settings_say_what_is_expected():
    with pytest.raises(ValueError, match="optimiser must be one of sgd, adam"):
        FitConfig(1, 0.1, optimiser="lion")
    with pytest.raises(ValueError, match="expected epochs >= 1, learning_rate > 0"):
        FitConfig(1, 0.0)


def test_a_loss_of_one_s_own_is_minimised():
    def twice(logs, labels):
        return 2 * nn.functional.nll_loss(logs, labels)

    batches = [(torch.tensor([2.0]), torch.tensor([1]))]
    model = Line()
    losses = training.fit(model, lambda epoch: batches, FitConfig(1, 0.1), loss=twice)
    assert losses == pytest.approx([2 * np.log(2)]) and model.slope.item() == pytest.approx(0.2)


def test_threads_of_torch_change_nothing():
    clips, weights, before = make_clips([9] * 4), [], torch.get_num_threads()
    try:
        for threads in (1, 2):
            torch.set_num_threads(threads)
            model = models.build(CNNConfig((2, 3)), 1)
            task = Task(model, np.arange(4), FitConfig(3, 0.05, 0.5), 8)
            training.fit_many([task], clips)
            assert torch.get_num_threads() == threads, "only this work is done by one"
            weights.append(task.model.state_dict())
    finally:
        torch.set_num_threads(before)
    assert all(torch.equal(one, weights[1][name]) for name, one in weights[0].items())


@pytest.mark.slow
def test_side_by_side_gives_the_same_as_one_after_the_other():
    clips, told = make_clips([9] * 4), []

    def tasks():
        fit = FitConfig(3, 0.05, 0.5)
        built = [(LSTMConfig(), None), (CNNConfig((2, 3)), 8), (LSTMConfig(3, 1), None)]
        return [Task(models.build(c, k), np.arange(4), fit, b) for k, (c, b) in enumerate(built)]

    alone, together = tasks(), tasks()
    expected = training.fit_many(alone, clips)
    found = training.fit_many(together, clips, n_jobs=2, on_epoch_end=told.append)
    assert told == [3, 3, 3]
    for one, other in zip(expected, found):
        np.testing.assert_array_equal(one, other)
    for one, other in zip(alone, together):
        for a, b in zip(one.model.parameters(), other.model.parameters()):
            assert torch.equal(a, b)


def test_short_work_starts_no_processes(monkeypatch):
    monkeypatch.setattr(processes, "available_processors", lambda: 8)
    assert training.processes_for(many.STARTING) == 1
    assert training.processes_for(many.STARTING + 1) == 8


class TestEngines:
    LONG = FitConfig(10**5, 0.1)

    def test_long_work_on_the_thesis_s_networks_is_compiled(self):
        clips, everything = make_clips([9] * 4), np.arange(4)
        lstm, cnn = models.build(LSTMConfig(), 0), models.build(CNNConfig(), 0)
        tasks = [Task(lstm, everything, self.LONG), Task(cnn, everything, self.LONG, 8)]
        assert training.engines(tasks, clips) == ["compiled", "compiled"]

    def test_short_work_is_not_worth_it(self):
        clips, config = make_clips([9] * 4), LSTMConfig()
        longest = int(many.WORTH / training.seconds(np.arange(4), clips, None))
        for epochs, engine in ((longest, "torch"), (longest + 1, "compiled")):
            task = Task(models.build(config, 0), np.arange(4), FitConfig(epochs, 0.1))
            assert training.engines([task], clips) == [engine]

    def test_what_cannot_be_compiled_is_left_to_torch(self):
        clips, everything = make_clips([9] * 4), np.arange(4)
        model = models.build(LSTMConfig(), 0)
        tasks = [Task(model, everything, self.LONG), Task(Line(), everything, self.LONG)]
        assert training.engines(tasks, clips) == ["compiled", "torch"]

    def test_unknown_engine(self):
        with pytest.raises(ValueError, match="engine must be one of torch, compiled, found 'jax'"):
            training.fit_many([], [], engine="jax")
