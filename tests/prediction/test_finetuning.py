"""The weights of the package go on learning: with whole videos left out, and from all clips."""

import pytest
import torch
from tiny_dataset import make_dataset

from gymlib import models, training
from gymlib.dataset import Dataset, schemas
from gymlib.evaluation import splits
from gymlib.features.bodies import comparable_clips
from gymlib.files.atomic import MissingFileError
from gymlib.files.tables import write_table
from gymlib.prediction import finetuning, load, pretrained
from gymlib.prediction.answers import Ensemble


@pytest.fixture
def shipped(monkeypatch):
    """One untrained model stands for those of the package."""
    one = Ensemble([models.recipe(models.DEFAULT).build(0)], None)
    monkeypatch.setattr(pretrained, "load", lambda: one)
    return one


@pytest.fixture
def data(home):
    make_dataset(home, clips=4, frames=24, name="skeletons-20", processed=True)
    return Dataset(make_dataset(home, clips=8, frames=24, videos=4, processed=True, seed=1), home)


@pytest.mark.slow
def test_each_fold_learns_from_its_clips_and_as_many_generated_ones(home, data):
    source = comparable_clips(Dataset("skeletons-20", home), gaps=False)
    real = comparable_clips(data, gaps=False)
    folds = splits.nested(real, outer=2, inner=2, by="video")[0]
    pool, mixed = finetuning.mix(source * 3, real, folds)
    assert len(pool) == 3 * len(source) + len(real)
    for fold, members in zip(folds, mixed):
        own = members[members >= 3 * len(source)] - 3 * len(source)
        assert own.tolist() == fold.train.tolist()
        assert len(members) == 2 * len(own) == len(set(members))
        tested = {real[k].video for k in fold.test}
        assert not tested & {pool[k].video for k in members[members >= 3 * len(source)]}
    few = finetuning.mix(source[:2], real, folds)[1]
    assert [len(members) for members in few] == [len(fold.train) + 2 for fold in folds]


@pytest.mark.slow
def test_every_clip_is_answered_by_models_that_have_not_seen_its_video(
    home, data, shipped, monkeypatch
):
    seen, generated = [], 4
    fit_many = training.fit_many

    def note(tasks, clips, **kwargs):
        seen.extend([k for k in task.members if k >= generated] for task in tasks)
        return fit_many(tasks, clips, **kwargs)

    monkeypatch.setattr(training, "fit_many", note)
    found = finetuning.run(data, "quick")
    assert list(found.columns) == list(schemas.PREDICTIONS.columns)
    assert set(found["model"]) == {"base_1", "ensemble"}
    assert len(seen) == 2, "one model, two folds"
    real = comparable_clips(data)
    answered = found[found["model"] == "ensemble"].groupby("clip").size().to_dict()
    assert answered == {clip.name: len(clip) for clip in real}, "frames without a pose too"
    for outer, rows in found.groupby("outer"):
        learnt = [real[k - generated] for k in seen[outer]]
        assert len(learnt) == 4 and not {clip.name for clip in learnt} & set(rows["clip"])
        tested = data.clips.set_index("clip")["video"][rows["clip"].unique()]
        assert not {clip.video for clip in learnt} & set(tested)
    again = finetuning.run(data, "quick")
    assert len(seen) == 2 and again.equals(found)
    untouched = models.recipe(models.DEFAULT).build(0)
    for weights, before in zip(shipped.models[0].parameters(), untouched.parameters()):
        assert weights.equal(before), "the shipped weights stay as they are"


@pytest.mark.slow
def test_films_teach_together_what_labels_the_next_one(home, data, shipped, monkeypatch):
    more = Dataset(
        make_dataset(home, clips=2, frames=24, name="film", processed=True, seed=2), home
    )
    seen, fit_many = [], training.fit_many

    def note(tasks, clips, **kwargs):
        seen.append([clips[k].name for k in tasks[0].members])
        return fit_many(tasks, clips, **kwargs)

    monkeypatch.setattr(training, "fit_many", note)
    found = finetuning.taught([data, more], "quick")
    names = [clip.name for source in (data, more) for clip in comparable_clips(source)]
    assert seen[0][-len(names) :] == names
    (model,) = found.models
    moved = [
        not torch.equal(a, b) for a, b in zip(model.parameters(), shipped.models[0].parameters())
    ]
    assert all(moved) and found.decoder is shipped.decoder
    again = finetuning.taught([data, more], "quick")
    assert len(seen) == 1, "kept"
    for a, b in zip(again.models[0].parameters(), model.parameters()):
        assert torch.equal(a, b)
    finetuning.taught([data], "quick")
    assert len(seen) == 2, "other teachers"


@pytest.mark.slow
def test_nothing_to_learn_from(home, data, shipped):
    labels = data.labels.assign(label="Unlabeled")
    write_table(data.folder / "labels.parquet", labels)
    with pytest.raises(ValueError, match=r"pretrained.*: no frame has both a pose and a label"):
        finetuning.taught([Dataset(data.name, home)], "quick")
    (data.folder / "labels.parquet").unlink()
    with pytest.raises(MissingFileError, match=r"labels.parquet is missing; run `make reproduce"):
        finetuning.taught([Dataset(data.name, home)], "quick")


def test_several_data_sets_teach_the_weights_of_the_package_only():
    with pytest.raises(ValueError, match=r"expected pretrained, .* as pretrained\+a\+b"):
        load("a+b")
