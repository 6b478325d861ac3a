"""The learning curve: which clips train, what is counted, and that finished work stays."""

import itertools

import numpy as np
import pandas as pd
import pytest
from tiny_protocol import CLIPS, TINY

from gymlib.dataset import schemas
from gymlib.evaluation import chance, learning_curve, nested_cv, outer_fold, results
from gymlib.evaluation.learning_curve import FILE, SHARES
from gymlib.evaluation.outer_fold import plan
from gymlib.files.atomic import MissingFileError, write_json
from gymlib.files.tables import read_table, write_table
from gymlib.labels import CLASSES

pytestmark = pytest.mark.slow


def parts(folder):
    return plan(CLIPS, TINY, folder / nested_cv.PARTS, nested_cv.data_hash(CLIPS), "torch")


def trials_of(part) -> pd.DataFrame:
    """Two inner folds that chose other settings, whose means the averaged model takes."""
    place = {"architecture": part.recipe.name, "outer": part.outer, "inner": [0, 1], "trial": 0}
    chosen = {"learning_rate": [0.05, 0.07], "momentum": [0.5, 0.8], "f1": 0.5}
    return pd.DataFrame(place | chosen)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """What a protocol leaves that a curve needs, with averaged models alone; and its curve."""
    folder, trials, predictions = tmp_path_factory.mktemp("curve") / "tiny", [], []
    for part in parts(folder):
        trials.append(trials_of(part))
        tasks = {"averaged": outer_fold.final_tasks(part, trials[-1])["averaged"]}
        part.fit(list(tasks.values()), report=lambda seconds: None)
        predictions.append(outer_fold.predictions(part, tasks))
    write_table(folder / "trials.csv", pd.concat(trials))
    write_table(folder / "predictions.parquet", pd.concat(predictions), schemas.PREDICTIONS)
    write_json(folder / "protocol.json", {"engine": "torch"})
    learning_curve.run(CLIPS, TINY, folder, n_jobs=1)
    return folder


@pytest.fixture(scope="module")
def counts(folder):
    return read_table(folder / FILE)


@pytest.mark.parametrize("size", [1, 3, 8, 53])
def test_a_part_lies_inside_the_larger_ones_and_has_a_clip(size):
    members = np.arange(size) * 2 + 5
    subsets = [learning_curve.subset(members, share, TINY, 0) for share in (*SHARES, 1)]
    for smaller, larger in itertools.pairwise(subsets):
        assert set(smaller) <= set(larger)
    assert len(subsets[0]) == max(1, round(size / 8))
    np.testing.assert_array_equal(subsets[-1], members)


def test_folds_and_seeds_draw_other_clips():
    members, share = np.arange(60), 1 / 4
    own = set(learning_curve.subset(members, share, TINY, 0))
    assert own != set(learning_curve.subset(members, share, TINY, 1))
    assert own != set(learning_curve.subset(members, share, TINY.seeded(1), 0))


def test_no_test_clip_is_trained_on(folder, monkeypatch):
    part, trained = parts(folder)[0], []

    def fit(self, tasks, report):
        trained.extend(tasks)

    monkeypatch.setattr(type(part), "fit", fit)
    learning_curve._trained(part, {"learning_rate": 0.05, "momentum": 0.5}, SHARES)
    assert len(trained) == len(SHARES)
    for task in trained:
        assert not set(task.members) & set(part.fold.test)
        assert task.config.epochs == part.recipe.epochs


def test_every_test_frame_is_counted_at_every_share(counts):
    assert set(counts["share"]) == {*SHARES, 1}
    frames = {clip.name: np.bincount(clip.labels, minlength=4).tolist() for clip in CLIPS}
    for _, own in counts.groupby(["architecture", "share"]):
        assert sorted(own["clip"].unique()) == sorted(frames)
        for clip, rows in own.groupby("clip"):
            assert rows["label"].tolist() == list(CLASSES)
            assert rows[list(CLASSES)].sum(axis=1).tolist() == frames[clip]


def test_all_clips_give_the_averaged_model(folder, counts):
    """By its stored answers; and training it here on all clips would give the same ones."""
    predictions = read_table(folder / "predictions.parquet")
    matrices = {
        results.Run(*key): results.confusion(rows)
        for key, rows in predictions.groupby(["architecture", "outer", "model"])
    }
    averaged = results.scores(matrices).groupby("architecture").mean(numeric_only=True)
    curve = chance.curve(counts, samples=10).set_index(["share", "architecture"]).loc[1]
    for name, row in averaged.iterrows():
        assert curve.loc[name, "acc_mean"] == pytest.approx(row["accuracy"])
        assert curve.loc[name, "f1_mean"] == pytest.approx(row["macro_f1"])
    trials = read_table(folder / "trials.csv")
    for unit in learning_curve._units(parts(folder), trials, folder):
        found = learning_curve._trained(unit.part, unit.drawn, [1])
        own = counts[counts["share"].eq(1) & counts["outer"].eq(unit.part.outer)]
        own = own[own["architecture"] == unit.part.recipe.name]
        key = ["clip", "label"]
        expected = own.sort_values(key)[list(CLASSES)].to_numpy()
        np.testing.assert_array_equal(found.sort_values(key)[list(CLASSES)], expected)


def test_finished_work_is_kept_and_interrupted_work_goes_on(folder, monkeypatch):
    before, stamp = (folder / FILE).read_bytes(), (folder / FILE).stat().st_mtime_ns
    learning_curve.run(CLIPS, TINY, folder)
    assert (folder / FILE).stat().st_mtime_ns == stamp

    (folder / FILE).unlink()
    lost, *_ = sorted((folder / learning_curve.PARTS).glob("cnn-0-*"))
    (lost / "done.json").unlink()
    work, done = learning_curve._work, []
    monkeypatch.setattr(learning_curve, "_work", lambda unit: done.append(unit) or work(unit))
    learning_curve.run(CLIPS, TINY, folder, n_jobs=1)
    assert [(unit.part.recipe.name, unit.part.outer) for unit in done] == [("cnn", 0)]
    assert (folder / FILE).read_bytes() == before


def test_before_the_protocol_ran(tmp_path):
    with pytest.raises(MissingFileError, match=r"trials.csv is missing.*run notebook 06"):
        learning_curve.run(CLIPS, TINY, tmp_path)


def test_predictions_of_other_clips_are_refused(folder, tmp_path):
    predictions = read_table(folder / "predictions.parquet")
    for name in ("trials.csv", "protocol.json"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    write_table(tmp_path / "predictions.parquet", predictions[predictions["outer"] == 0])
    with pytest.raises(ValueError, match=r"averaged of outer fold 1 was .* differ in clip_"):
        learning_curve.run(CLIPS, TINY, tmp_path)


def made_up(right: dict[float, list[int]], frames=10) -> pd.DataFrame:
    """Counts of an LSTM: at each share so many of the frames of each clip are right."""
    rows = []
    for share, counts in right.items():
        for k, count in enumerate(counts):
            matrix = np.zeros((4, 4), int)
            matrix[k % 4, k % 4], matrix[k % 4, (k + 1) % 4] = count, frames - count
            place = {"architecture": "lstm", "outer": k % 2, "share": share, "trained": 8 * share}
            place |= {"clip": f"clip_{k:02d}", "label": list(CLASSES)}
            rows.append(pd.DataFrame(place | dict(zip(CLASSES, matrix.T))))
    return pd.concat(rows, ignore_index=True)


class TestCurve:
    def test_means_and_gains(self):
        table = made_up({0.5: [5] * 24, 1: [7] * 24})
        half, whole = chance.curve(table, samples=50).to_dict("records")
        assert (half["trained"], whole["trained"]) == (4, 8)
        assert (half["acc_mean"], whole["acc_mean"]) == pytest.approx((50, 70))
        assert np.isnan(half["acc_gain_mean"]) and whole["acc_gain_mean"] == pytest.approx(20)
        # Of fold 0, classes 0 and 2 alone are there: 7 of 10 right, the others given 1 and 3.
        f1 = 2 * 0.7 / (1 + 0.7)
        assert whole["f1_mean"] == pytest.approx(100 * 2 * f1 / 4)

    def test_gains_are_drawn_in_pairs(self):
        """Clips differ widely, the gain does not: its interval is a point."""
        easy = [0, 2, 4, 6, 8, 8, 1, 3] * 3
        table = made_up({0.5: easy, 1: [count + 1 for count in easy]})
        row = chance.curve(table, samples=200).iloc[1]
        assert row["acc_high"] - row["acc_low"] > 20
        assert (row["acc_gain_low"], row["acc_gain_high"]) == pytest.approx((10, 10))

    def test_gains_hold_the_chance_of_the_folds_trainings(self):
        """Half of the folds gain 40 points, the others nothing: either may be drawn alone."""
        table = made_up({0.5: [5] * 24, 1: [5, 9] * 12})
        row = chance.curve(table, samples=200).iloc[1]
        assert row["acc_gain_mean"] == pytest.approx(20)
        assert (row["acc_gain_low"], row["acc_gain_high"]) == pytest.approx((0, 40))

    def test_folds_that_a_draw_leaves_empty_are_left_out(self):
        """Two folds of one clip each: one draw in eight has no fold with a clip left."""
        row = chance.curve(made_up({0.5: [5, 5], 1: [7, 7]}), samples=200).iloc[1]
        assert (row["acc_gain_low"], row["acc_gain_high"]) == pytest.approx((20, 20))
