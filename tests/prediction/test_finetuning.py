"""The weights of the package go on learning, with whole videos left out."""

import pytest
from tiny_dataset import make_dataset

from gymlib import models, training
from gymlib.dataset import Dataset, schemas
from gymlib.evaluation import splits
from gymlib.features.bodies import comparable_clips
from gymlib.prediction import finetuning, pretrained
from gymlib.prediction.answers import Ensemble


@pytest.fixture
def data(home):
    make_dataset(home, clips=4, frames=24, name="skeletons-20", processed=True)
    return Dataset(make_dataset(home, clips=8, frames=24, videos=4, processed=True, seed=1), home)


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


def test_every_clip_is_answered_by_models_that_have_not_seen_its_video(home, data, monkeypatch):
    seen, generated = [], 4
    fit_many = training.fit_many

    def note(tasks, clips, **kwargs):
        seen.extend([k for k in task.members if k >= generated] for task in tasks)
        return fit_many(tasks, clips, **kwargs)

    one = Ensemble([models.recipe(models.DEFAULT).build(0)], None)
    monkeypatch.setattr(training, "fit_many", note)
    monkeypatch.setattr(pretrained, "load", lambda: one)
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
    for weights, before in zip(one.models[0].parameters(), untouched.parameters()):
        assert weights.equal(before), "the shipped weights stay as they are"
