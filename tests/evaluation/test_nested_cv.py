import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from learnable_clips import make_clips
from tiny_protocol import CLIPS, TINY

from gymlib import models, training
from gymlib.dataset import schemas
from gymlib.evaluation import inner_search, metrics, nested_cv, outer_fold, protocol, vote
from gymlib.evaluation.outer_fold import plan
from gymlib.files import lock
from gymlib.files.atomic import read_json
from gymlib.files.tables import read_table, write_table


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> Path:
    """A complete run with the plain loop."""
    folder = tmp_path_factory.mktemp("nested") / "tiny"
    return nested_cv.run(CLIPS, TINY, folder, engine="torch", n_jobs=1)


def tables(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in nested_cv.TABLES}


@pytest.mark.slow
class TestTables:
    def test_every_test_frame_is_predicted_by_every_model(self, finished):
        table = read_table(finished / "predictions.parquet", schemas.PREDICTIONS)
        assert set(table["model"]) == {"base_1", "base_2", "ensemble", "averaged"}
        for _, rows in table.groupby(["architecture", "model"]):
            found = sorted(zip(rows["clip"], rows["frame"]))
            assert found == [(clip.name, frame) for clip in CLIPS for frame in clip.frames]
        np.testing.assert_allclose(table[schemas.PROBABILITIES].sum(axis=1), 1, rtol=1e-4)

    def test_the_ensemble_is_the_mean_of_its_base_models(self, finished):
        table = pd.read_parquet(finished / "predictions.parquet")
        key = ["architecture", "outer", "clip", "frame"]
        base = table[table["model"].str.startswith("base")]
        mean = base.groupby(key)[schemas.PROBABILITIES].mean()
        vote = table[table["model"] == "ensemble"].set_index(key)[schemas.PROBABILITIES]
        pd.testing.assert_frame_equal(mean, vote.loc[mean.index], rtol=1e-4)

    def test_models_predict_what_the_table_says(self, finished):
        table = pd.read_parquet(finished / "predictions.parquet")
        for key, rows in table.groupby(["architecture", "outer", "model"]):
            if key[2] == "ensemble":
                continue
            model = models.load(finished / "models" / "{}_outer_{}_{}.safetensors".format(*key))
            clip = next(clip for clip in CLIPS if clip.name == rows["clip"].iloc[0])
            expected = rows.loc[rows["clip"] == clip.name, schemas.PROBABILITIES]
            np.testing.assert_allclose(training.predict(model, clip.keypoints), expected, rtol=1e-4)

    def test_folds_leak_no_clip(self, finished):
        folds = pd.read_csv(finished / "folds.csv")
        predictions = pd.read_parquet(finished / "predictions.parquet")
        tested = predictions.groupby("clip")["outer"].unique().map(lambda outer: outer.item())
        assert folds.set_index("clip")["outer"].to_dict() == tested.to_dict()
        for k in range(TINY.outer):
            assert (folds[f"inner_of_outer_{k}"].isna() == (folds["outer"] == k)).all()

    def test_trials_and_losses_are_complete(self, finished):
        trials = pd.read_csv(finished / "trials.csv")
        assert len(trials) == 2 * TINY.outer * TINY.inner * TINY.trials
        assert trials["learning_rate"].between(0.01, 0.1).all()
        assert trials["momentum"].between(0.1, 0.9).all() and trials["f1"].between(0, 1).all()
        losses = pd.read_csv(finished / "losses.csv")
        assert len(losses) == 2 * TINY.outer * (TINY.inner + 1) * 2
        assert np.isfinite(losses["loss"]).all()

    def test_settings_are_kept_with_the_result(self, finished):
        content = read_json(finished / "protocol.json")
        assert content["protocol"] == json.loads(json.dumps(TINY.to_dict()))
        assert [recipe["name"] for recipe in content["protocol"]["recipes"]] == ["cnn", "lstm"]
        assert content["engine"] == "torch" and content["provenance"]["packages"]


@pytest.mark.slow
def test_averaged_model_takes_the_mean_of_the_best(finished):
    trials = pd.read_csv(finished / "trials.csv")
    part = plan(CLIPS, TINY, finished, "", "torch")[0]
    mine = trials[(trials["architecture"] == part.recipe.name) & (trials["outer"] == part.outer)]
    best = mine.sort_values("f1", ascending=False, kind="stable").groupby("inner").first()
    tasks = outer_fold.final_tasks(part, mine)
    averaged = tasks["averaged"]
    assert averaged.config.learning_rate == pytest.approx(best["learning_rate"].mean())
    assert averaged.config.momentum == pytest.approx(best["momentum"].mean())
    np.testing.assert_array_equal(averaged.members, part.fold.train)


@pytest.mark.slow
def test_the_score_of_a_trial_is_macro_f1_of_the_pooled_validation_frames(tmp_path):
    fold = plan(CLIPS, TINY, tmp_path, "", "torch")[0].inner[0]
    model = TINY.recipes[1].build(0)
    output = training.predict_many([model], CLIPS, [fold.test])[0]
    true = np.concatenate([CLIPS[index].labels for index in fold.test])
    expected = metrics.macro_f1(metrics.confusion(true, np.concatenate(output).argmax(axis=1)))
    assert inner_search._macro_f1(CLIPS, fold.test, output) == expected


@pytest.mark.slow
def test_a_finished_run_is_kept_and_another_protocol_replaces_it(tmp_path):
    first = tables(nested_cv.run(CLIPS, TINY, tmp_path, engine="torch", n_jobs=1))
    before = (tmp_path / "trials.csv").stat().st_mtime_ns
    nested_cv.run(CLIPS, TINY, tmp_path, engine="torch", n_jobs=1)
    assert (tmp_path / "trials.csv").stat().st_mtime_ns == before
    other = replace(TINY, seed=1)
    assert tables(nested_cv.run(CLIPS, other, tmp_path, engine="torch", n_jobs=1)) != first


KILLED_AT_A_WRITE = """
import os, signal, sys
from pathlib import Path
from tiny_protocol import CLIPS, TINY
from gymlib.evaluation import nested_cv

left, replace = int(sys.argv[2]), os.replace

def replace_or_die(*names):
    global left
    left -= 1
    if left == 0:  # the temporary file is complete, the final name is not there yet
        os.kill(os.getpid(), signal.SIGKILL)
    replace(*names)

os.replace = replace_or_die
nested_cv.run(CLIPS, TINY, Path(sys.argv[1]), engine="torch", n_jobs=1)
"""


def run_until_killed(folder: Path, write: int) -> None:
    """Run in another process that dies at its ``write``-th file."""
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(["tests/support", "."]),
        "OMP_NUM_THREADS": "1",
    }
    command = [sys.executable, "-c", KILLED_AT_A_WRITE, str(folder), str(write)]
    result = subprocess.run(
        command, env=environment, cwd=Path(__file__).parents[2], capture_output=True, text=True
    )
    assert result.returncode == -9, result.stderr
    assert not (folder / "protocol.json").exists()


@pytest.mark.slow(seconds=24)
def test_killed_in_the_middle_of_writes_it_continues_to_the_same_bytes(finished, tmp_path):
    # In a round of the search, between two models of a unit, and among the final tables.
    for write in (3, 20, 60):
        run_until_killed(tmp_path, write)
    nested_cv.run(CLIPS, TINY, tmp_path, engine="torch", n_jobs=1)
    assert tables(tmp_path) == tables(finished)
    names = [sorted(file.name for file in (f / "models").iterdir()) for f in (tmp_path, finished)]
    assert names[0] == names[1] and len(names[0]) == 2 * 2 * 2 * 3
    assert not list(tmp_path.glob(".part-*"))


@pytest.mark.slow(seconds=60)
def test_the_compiled_engine_gives_the_same_protocol_stopped_or_not(finished, tmp_path):
    whole, stopped = tmp_path / "whole", tmp_path / "stopped"
    nested_cv.run(CLIPS, TINY, whole, engine="compiled", n_jobs=1)
    for table, tolerance in (("trials.csv", 1e-3), ("losses.csv", 1e-3), ("folds.csv", 0)):
        ours, theirs = (pd.read_csv(folder / table) for folder in (whole, finished))
        pd.testing.assert_frame_equal(ours, theirs, rtol=tolerance)
    ours, theirs = (pd.read_parquet(f / "predictions.parquet") for f in (whole, finished))
    pd.testing.assert_frame_equal(ours, theirs, rtol=1e-2, atol=1e-4)
    for file in whole.rglob("trials.parquet"):  # as if it had been stopped within the searches
        trials = pd.read_parquet(file)
        first = trials[trials["trial"] < TINY.startup]
        write_table(stopped / file.relative_to(whole), first)
    nested_cv.run(CLIPS, TINY, stopped, engine="compiled", n_jobs=1)
    assert tables(stopped) == tables(whole)


@pytest.mark.slow(seconds=17)
def test_processes_give_the_same_bytes_as_one(finished, tmp_path):
    nested_cv.run(CLIPS, TINY, tmp_path, engine="torch", n_jobs=2)
    assert tables(tmp_path) == tables(finished)


def test_two_runs_in_one_folder(tmp_path):
    with lock.hold(tmp_path, "nested-cv"), pytest.raises(lock.BusyError, match="another run"):
        nested_cv.run(CLIPS, TINY, tmp_path, engine="torch", n_jobs=1)


def test_bad_input_is_refused_before_anything_is_written(tmp_path):
    with pytest.raises(ValueError, match=r"found 3 group\(s\) among 3 clip\(s\)"):
        nested_cv.run(CLIPS[:3], replace(TINY, outer=5), tmp_path / "a", n_jobs=1)
    with pytest.raises(ValueError, match="engine must be one of torch, compiled"):
        nested_cv.run(CLIPS, TINY, tmp_path / "b", engine="fast")
    assert not (tmp_path / "b").exists()


@pytest.mark.slow
def test_short_work_is_not_worth_compiling_for():
    assert nested_cv.suitable_engine(CLIPS, TINY) == "torch"
    assert nested_cv.suitable_engine(make_clips([100] * 60), protocol.THESIS) == "compiled"


class TestVote:
    def test_mean(self):
        votes = np.array([[[0.7, 0.3, 0, 0]], [[0.2, 0.8, 0, 0]]])
        np.testing.assert_allclose(vote.vote(votes, "mean"), [[0.45, 0.55, 0, 0]])

    def test_log_opinion_is_the_geometric_mean(self):
        votes = np.array([[[0.8, 0.2, 0, 0]], [[0.2, 0.8, 0, 0]], [[0.5, 0.5, 0, 0]]])
        np.testing.assert_allclose(vote.vote(votes, "log_opinion"), [[0.5, 0.5, 0, 0]], atol=1e-9)


class TestProtocol:
    def test_thesis(self):
        rules = protocol.of_profile("full")
        counts = (rules.outer, rules.inner, rules.trials, rules.tuning_epochs)
        assert counts == (5, 4, 15, 15)
        cnn, lstm = rules.recipes
        assert (cnn.epochs, cnn.batch, lstm.epochs, lstm.batch) == (150, 64, 100, None)

    def test_quick(self):
        assert protocol.of_profile("quick").name == "thesis-quick"
        with pytest.raises(ValueError, match='PROFILE must be "full" or "quick", found \'fast\''):
            protocol.of_profile("fast")

    def test_bad_settings(self):
        with pytest.raises(ValueError, match="vote must be one of mean, log_opinion"):
            replace(TINY, vote="majority")
        with pytest.raises(ValueError, match="protocol tiny: trials must be at least 1"):
            replace(TINY, trials=0)
        with pytest.raises(ValueError, match="recipes of different names"):
            replace(TINY, recipes=TINY.recipes[:1] * 2)

    def test_seeds_differ_by_purpose_and_number(self):
        settings = TINY
        seeds = [settings.derive_seed("trial", 0, k) for k in range(20)]
        seeds += [settings.derive_seed("base", 0, k) for k in range(20)]
        assert len(set(seeds)) == 40
        assert settings.derive_seed("order", 1) == replace(TINY).derive_seed("order", 1)


@pytest.mark.slow
class TestDone:
    """What is done again, and what is not."""

    def test_an_edited_recipe_trains_its_own_folds_only(self, tmp_path):
        nested_cv.run(CLIPS, TINY, tmp_path, engine="torch", n_jobs=1)
        before = {file: file.stat().st_mtime_ns for file in tmp_path.glob(".folds/lstm*/done.json")}
        cnn = replace(TINY.recipes[0], epochs=3)
        other = replace(TINY, recipes=(cnn, TINY.recipes[1]))
        nested_cv.run(CLIPS, other, tmp_path, engine="torch", n_jobs=1)
        assert {file: file.stat().st_mtime_ns for file in before} == before
        assert len(list(tmp_path.glob(".folds/cnn*"))) == 2
        last = pd.read_csv(tmp_path / "losses.csv").groupby("architecture")["epoch"].max()
        assert last.to_dict() == {"cnn": 2, "lstm": 1}

    def test_a_lost_table_or_model_is_put_together_again(self, finished, tmp_path):
        shutil.copytree(finished, tmp_path, dirs_exist_ok=True)
        lost = tmp_path / "trials.csv", tmp_path / "models" / "cnn_outer_0_averaged.safetensors"
        for file in lost:
            file.unlink()
        nested_cv.run(CLIPS, TINY, tmp_path, engine="torch", n_jobs=1)
        assert all(file.is_file() for file in lost) and tables(tmp_path) == tables(finished)

    def test_edited_code_is_run_again(self, finished, tmp_path, monkeypatch):
        shutil.copytree(finished, tmp_path, dirs_exist_ok=True)
        seen = []
        monkeypatch.setattr(outer_fold, "class_hash", lambda kind: "other code")
        monkeypatch.setattr(nested_cv.parallel, "run", lambda parts, *_: seen.extend(parts))
        with pytest.raises(FileNotFoundError):
            nested_cv.run(CLIPS, TINY, tmp_path, engine="torch", n_jobs=1)
        assert len(seen) == 4 and not any(part.step.is_done() for part in seen)
