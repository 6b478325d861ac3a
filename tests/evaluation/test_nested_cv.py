import os
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from gymlib.evaluation.unit import plan
from learnable_clips import make_clips

from gymlib import models, training
from gymlib.dataset import schemas
from gymlib.evaluation import metrics, nested_cv, outer_fold, protocol, vote
from gymlib.evaluation.protocol import Protocol
from gymlib.files import lock
from gymlib.files.atomic import read_json
from gymlib.files.tables import read_table
from gymlib.models import CNNConfig, LSTMConfig

TINY = Protocol(
    name="tiny",
    outer=2,
    inner=2,
    trials=3,
    startup=2,
    tuning_epochs=1,
    cnn=CNNConfig((2, 3)),
    cnn_epochs=2,
    lstm=LSTMConfig(2, 1),
    lstm_epochs=2,
)
CLIPS = make_clips([20] * 8)


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
        assert trials["learning_rate"].between(*TINY.learning_rate).all()
        assert trials["momentum"].between(*TINY.momentum).all() and trials["f1"].between(0, 1).all()
        losses = pd.read_csv(finished / "losses.csv")
        assert len(losses) == 2 * TINY.outer * (TINY.inner + 1) * 2
        assert np.isfinite(losses["loss"]).all()

    def test_settings_are_kept_with_the_result(self, finished):
        content = read_json(finished / "protocol.json")
        assert protocol.from_dict(content["protocol"]) == TINY
        assert content["engine"] == "torch" and content["provenance"]["packages"]

    def test_nothing_unfinished_is_left(self, finished):
        assert not list(finished.glob(".unfinished*"))


@pytest.mark.slow
def test_averaged_model_takes_the_mean_of_the_best(finished):
    trials = pd.read_csv(finished / "trials.csv")
    unit = plan(CLIPS, TINY, finished, "torch")[0]
    mine = trials[(trials["architecture"] == unit.architecture) & (trials["outer"] == unit.outer)]
    best = mine.sort_values("f1", ascending=False, kind="stable").groupby("inner").first()
    tasks = outer_fold.final_tasks(unit, mine)
    averaged = tasks["averaged"]
    assert averaged.config.learning_rate == pytest.approx(best["learning_rate"].mean())
    assert averaged.config.momentum == pytest.approx(best["momentum"].mean())
    np.testing.assert_array_equal(averaged.members, unit.parent.train)


def test_the_score_of_a_trial_is_macro_f1_of_the_pooled_validation_frames(tmp_path):
    unit = plan(CLIPS, TINY, tmp_path, "torch")[0]
    fold = unit.inner[0]
    model = models.build(TINY.lstm, 0)
    output = training.predict_many([model], CLIPS, [fold.test])[0]
    true = np.concatenate([CLIPS[index].labels for index in fold.test])
    expected = metrics.macro_f1(metrics.confusion(true, np.concatenate(output).argmax(axis=1)))
    assert outer_fold._macro_f1(CLIPS, fold.test, output) == expected


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
from test_nested_cv import CLIPS, TINY
from gymlib import nested_cv

left, replace = int(sys.argv[2]), os.replace

def replace_or_die(*names):
    global left
    left -= 1
    if left == 0:  # the temporary file is complete, the final name is not there yet
        os.kill(os.getpid(), signal.SIGKILL)
    replace(*names)

os.replace = replace_or_die
nested_cv.run(CLIPS, TINY, Path(sys.argv[1]), engine=sys.argv[3], n_jobs=1)
"""


def run_until_killed(folder: Path, write: int, engine: str) -> None:
    """Run in another process that dies at its ``write``-th file."""
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(["tests", "."]),
        "OMP_NUM_THREADS": "1",
    }
    command = [sys.executable, "-c", KILLED_AT_A_WRITE, str(folder), str(write), engine]
    result = subprocess.run(
        command, env=environment, cwd=Path(__file__).parents[1], capture_output=True, text=True
    )
    assert result.returncode == -9, result.stderr
    assert not (folder / "protocol.json").exists()


@pytest.mark.slow
def test_killed_in_the_middle_of_writes_it_continues_to_the_same_bytes(finished, tmp_path):
    # In a round of the search, between two models of a unit, and among the final tables.
    for write in (3, 20, 60):
        run_until_killed(tmp_path, write, "torch")
    nested_cv.run(CLIPS, TINY, tmp_path, engine="torch", n_jobs=1)
    assert tables(tmp_path) == tables(finished)
    names = [sorted(file.name for file in (f / "models").iterdir()) for f in (tmp_path, finished)]
    assert names[0] == names[1] and len(names[0]) == 2 * 2 * 2 * 3
    assert not list(tmp_path.glob(".part-*")) and not list(tmp_path.glob(".unfinished-*"))


@pytest.mark.slow
def test_the_compiled_engine_gives_the_same_protocol_killed_or_not(finished, tmp_path):
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    nested_cv.run(CLIPS, TINY, whole, engine="compiled", n_jobs=1)
    for table, tolerance in (("trials.csv", 1e-3), ("losses.csv", 1e-3), ("folds.csv", 0)):
        ours, theirs = (pd.read_csv(folder / table) for folder in (whole, finished))
        pd.testing.assert_frame_equal(ours, theirs, rtol=tolerance)
    ours, theirs = (pd.read_parquet(f / "predictions.parquet") for f in (whole, finished))
    pd.testing.assert_frame_equal(ours, theirs, rtol=1e-2, atol=1e-4)
    run_until_killed(killed, 20, "compiled")
    nested_cv.run(CLIPS, TINY, killed, engine="compiled", n_jobs=1)
    assert tables(killed) == tables(whole)


@pytest.mark.slow
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
        settings = protocol.of_profile("full")
        assert (settings.outer, settings.inner, settings.trials, settings.tuning_epochs) == (
            5,
            4,
            15,
            15,
        )
        assert (settings.cnn_epochs, settings.lstm_epochs, settings.cnn_batch) == (150, 100, 64)
        assert protocol.from_dict(asdict(settings)) == settings

    def test_quick(self):
        assert protocol.of_profile("quick").name == "thesis-quick"
        with pytest.raises(ValueError, match='PROFILE must be "full" or "quick", found \'fast\''):
            protocol.of_profile("fast")

    def test_bad_settings(self):
        with pytest.raises(ValueError, match="vote must be one of mean, log_opinion"):
            Protocol(vote="majority")
        with pytest.raises(ValueError, match="protocol thesis: trials must be at least 1"):
            Protocol(trials=0)

    def test_seeds_differ_by_purpose_and_number(self):
        settings = Protocol()
        seeds = [settings.derive_seed("trial", 0, k) for k in range(20)]
        seeds += [settings.derive_seed("base", 0, k) for k in range(20)]
        assert len(set(seeds)) == 40
        assert settings.derive_seed("order", 1) == Protocol().derive_seed("order", 1)
