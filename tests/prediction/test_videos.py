"""Models of one data set label another: kept models, hand-made scores, real footage."""

import dataclasses
import shutil
from functools import partial
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from footage import BRIGHT, DARK, NAMES, annotate, film, see_people, skip_training
from tiny_dataset import make_dataset

from gymlib import models, video
from gymlib.annotation.checks import AnnotationError
from gymlib.dataset import Dataset, inventory
from gymlib.dataset.keypoints import keypoint_rows
from gymlib.dataset.schemas import PROBABILITIES
from gymlib.evaluation import decoding
from gymlib.files.atomic import MissingFileError
from gymlib.files.tables import read_table, write_table
from gymlib.labels import CLASSES, encode, segments
from gymlib.prediction import ensemble, pages, pretrained, videos

pytestmark = pytest.mark.slow

SMALL = ensemble.TransferConfig(models=2, copies=1, epochs=1, architecture="lstm")


def apply(name, source):
    """The data set labelled by models that the source has taught, and what was found drawn."""
    data, ensembles = Dataset(name), {source.name: partial(ensemble.taught, source, SMALL)}
    found = videos.label(data, ensembles)
    pages.draw(data, ensembles)
    return found


@pytest.fixture
def trainings(monkeypatch):
    return skip_training(monkeypatch)


@pytest.fixture
def source(home, trainings):
    """The tiny data set as one to learn from."""
    data = Dataset(make_dataset(home))
    videos.prepare(data)
    return data


@pytest.fixture
def films(home, monkeypatch):
    """Three clips of one's own: two with a person, one dark."""
    seen, data = see_people(monkeypatch), Dataset("mine")
    film(data.folder / "videos" / "monday" / "one.mp4")
    film(data.folder / "videos" / "monday" / "two.mp4")
    film(data.folder / "videos" / "monday" / "dark.mp4", level=DARK)
    inventory.make(data)
    return seen


# --- scores ---------------------------------------------------------------------------------


def answers(clip: str, said: dict[int, int]) -> pd.DataFrame:
    """Predictions that are sure of one class per frame."""
    sure = np.eye(4)[list(said.values())]
    names = [CLASSES[code] for code in said.values()]
    return pd.DataFrame(
        {"clip": clip, "frame": list(said), "answer": names}
        | dict(zip(PROBABILITIES, sure.reshape(-1, 4).T))
    )


def write_labels(clips: dict[str, list[str]], posed: dict[str, set[int]]) -> None:
    """Labels of some clips, and in which of their frames there is a pose."""
    poses = []
    for clip, names in clips.items():
        detected = np.isin(np.arange(len(names)), list(posed.get(clip, ())))
        nothing = np.zeros((len(names), 33, 2)), np.zeros((len(names), 33))
        poses.append(keypoint_rows(clip, *nothing, detected, np.arange(len(names)) / 25))
    write_table(Dataset("mine").folder / "keypoints.parquet", pd.concat(poses))
    tables = [
        pd.DataFrame({"clip": clip, "frame": range(len(names)), "majority": names, "label": names})
        for clip, names in clips.items()
    ]
    table = pd.concat(tables).assign(agreement=1)
    write_table(Dataset("mine").folder / "labels.parquet", table)


def test_accuracy_on_paper(home):
    write_labels({
        "a": ["idle", "take-off", "skill", "landing", "Unlabeled"],
        "b": ["idle", "idle"],
        "c": ["Unlabeled", "Unlabeled"],
    }, posed={"a": {0, 1, 3, 4}, "b": {0}, "c": {0}})  # fmt: skip
    # a: right, wrong, right without a pose, right, not scored; b: one right, one without pose and
    # answer; c: nothing to score.
    said = pd.concat([
        answers("a", {0: 0, 1: 2, 2: 2, 3: 3, 4: 1}), answers("b", {0: 0}), answers("c", {0: 0})
    ])  # fmt: skip
    scores = videos.accuracy(Dataset("mine"), said).set_index("clip")
    assert scores.index.tolist() == ["a", "b", "(all)"]
    assert scores["frames"].tolist() == [4, 2, 6]
    np.testing.assert_allclose(scores["with_pose"], [75, 50, 100 * 4 / 6])
    np.testing.assert_allclose(scores["accuracy"], [100 * 2 / 3, 100, 75])
    np.testing.assert_allclose(scores["accuracy_all"], [75, 50, 100 * 4 / 6])


def test_without_any_pose_the_share_is_zero_and_accuracy_unknown(home):
    write_labels({"a": ["idle", "skill"]}, posed={})
    scores = videos.accuracy(Dataset("mine"), answers("a", {})).set_index("clip").loc["a"]
    assert (scores["with_pose"], scores["accuracy_all"]) == (0, 0)
    assert np.isnan(scores["accuracy"])


# --- models that are kept ---------------------------------------------------------------------


@pytest.mark.slow
def test_models_are_trained_once(source, trainings):
    first = ensemble.trained_on(source, SMALL)
    again = ensemble.trained_on(source, SMALL)
    assert trainings == [6]
    for one, other in zip(first, again, strict=True):
        for a, b in zip(one.parameters(), other.parameters(), strict=True):
            np.testing.assert_array_equal(a.detach(), b.detach())


@pytest.mark.slow
def test_other_settings_or_labels_train_again(source, trainings):
    ensemble.trained_on(source, SMALL)
    ensemble.trained_on(source, dataclasses.replace(SMALL, epochs=2))
    assert len(trainings) == 2
    annotation = source.folder / "annotations" / "A.csv"
    text = annotation.read_text()
    annotation.write_text(text.replace("landing", "idle"))
    videos.prepare(source)
    ensemble.trained_on(source, dataclasses.replace(SMALL, epochs=2))
    assert len(trainings) == 3


@pytest.mark.slow
def test_damaged_models_are_trained_again(source, trainings):
    ensemble.trained_on(source, SMALL)
    weights = ensemble.folder(source) / "lstm_of_2_1.safetensors"
    weights.write_bytes(weights.read_bytes()[:100])
    ensemble.trained_on(source, SMALL)
    (ensemble.folder(source) / "lstm_of_2_0.json").unlink()
    assert len(ensemble.trained_on(source, SMALL)) == 2
    assert len(trainings) == 3


@pytest.mark.slow
def test_models_of_an_interrupted_run_are_not_taken(source, trainings, monkeypatch):
    ensemble.trained_on(source, SMALL)
    other = dataclasses.replace(SMALL, seed=1)
    save = models.save

    def stop_at_the_second(model, path):
        if path.name == "lstm_of_2_1.safetensors":
            raise KeyboardInterrupt
        save(model, path)

    monkeypatch.setattr(models, "save", stop_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        ensemble.trained_on(source, other)
    monkeypatch.setattr(models, "save", save)
    ensemble.trained_on(source, SMALL)  # whose first model has been overwritten
    assert len(trainings) == 3


def test_a_source_without_poses(home):
    make_dataset(home)
    (Dataset("tiny").folder / "keypoints.parquet").unlink()
    with pytest.raises(MissingFileError, match=r"labels.parquet is missing; run `make repro"):
        ensemble.trained_on(Dataset("tiny"), SMALL)


# --- predictions ------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_vote_is_the_mean_of_the_models(source):
    own = ensemble.taught(source, SMALL)
    both = videos.predict(source, own)[PROBABILITIES].to_numpy()
    single = [
        videos.predict(source, own._replace(models=[one]))[PROBABILITIES].to_numpy()
        for one in own.models
    ]
    np.testing.assert_allclose(both, np.mean(single, axis=0), atol=1e-6)
    known = np.isfinite(both).all(axis=1)
    np.testing.assert_allclose(both[known].sum(axis=1), 1, atol=1e-5)


@pytest.mark.slow
def test_every_frame_has_an_answer_in_a_possible_order(source):
    """This network answers frames with a pose; the decoder fills the gaps."""
    table = videos.predict(source, ensemble.taught(source, SMALL))
    poses = source.keypoints
    pd.testing.assert_frame_equal(
        table[["clip", "frame"]], poses[["clip", "frame"]], check_dtype=False
    )
    answered = np.isfinite(table[PROBABILITIES]).all(axis=1)
    np.testing.assert_array_equal(answered, poses["detected"])
    for _, rows in table.groupby("clip"):
        order = [own.label for own in segments(encode(rows["answer"]))]
        for before, after in pairwise(order):
            assert after in decoding.FOLLOWERS[before]


@pytest.mark.slow
def test_what_cannot_be_scaled_or_is_no_number_is_named(source):
    own = ensemble.taught(source, SMALL)
    file = source.folder / "keypoints.parquet"
    poses = read_table(file)
    row = poses.index[(poses["clip"] == "clip_02") & poses["detected"]][3]
    write_table(file, poses.mask((poses.index == row)[:, None] & (poses.columns == "x_nose")))
    frame = poses["frame"][row]
    with pytest.raises(ValueError, match=rf"clip clip_02, frame {frame}: x of nose is nan"):
        videos.predict(source, own)
    coordinates = [name for name in poses if name[:2] in ("x_", "y_")]
    write_table(file, poses.assign(**dict.fromkeys(coordinates, np.float32(0.5))))
    with pytest.raises(ValueError, match=r"clip clip_00: median torso length is 0 pixels"):
        videos.predict(source, own)


# --- everything at once -----------------------------------------------------------------------


@pytest.mark.slow
def test_films_without_labels(films, source):
    found = apply("mine", source)
    assert found.scores.empty
    assert found.notes == ["dark: no pose found in any of its 8 frames"]
    table = read_table(ensemble.folder(Dataset("mine")) / f"{source.name}.parquet")
    assert table.groupby("clip").size().to_dict() == {"one": 8, "two": 8}
    for clip in ("one", "two", "dark"):
        overlay = video.probe(ensemble.folder(Dataset("mine")) / "overlay" / f"{clip}.mp4")
        assert overlay.frames == 8 and overlay.width == 64


@pytest.mark.slow
def test_clips_that_nobody_labelled_are_predicted_and_not_scored(films, source):
    annotate("mine", "anna", {"one": NAMES})
    found = apply("mine", source)
    assert found.scores["clip"].tolist() == ["one", "(all)"]
    assert found.scores["source"].tolist() == [source.name] * 2
    assert found.scores["frames"].tolist() == [8, 8]
    assert found.notes[1:] == ["dark: no labels, not scored", "two: no labels, not scored"]
    written = read_table(ensemble.folder(Dataset("mine")) / "accuracy.csv")
    np.testing.assert_allclose(written["accuracy"], found.scores["accuracy"], rtol=1e-5)
    table = read_table(ensemble.folder(Dataset("mine")) / f"{source.name}.parquet")
    assert set(table["clip"]) == {"one", "two"}
    shutil.rmtree(Dataset("mine").folder / "annotations")
    assert apply("mine", source).scores.empty
    assert not (ensemble.folder(Dataset("mine")) / "accuracy.csv").exists(), "scores of old labels"


@pytest.mark.slow
def test_faults_in_labels_come_before_any_work(films, source):
    annotate("mine", "anna", {"one": NAMES[:-1], "three": NAMES})
    with pytest.raises(AnnotationError, match="labels end at frame 6") as error:
        apply("mine", source)
    assert "clip 'three' is not in clips.csv" in str(error.value)
    assert films == []


@pytest.mark.slow
def test_nobody_in_any_film(home, source, monkeypatch):
    see_people(monkeypatch)
    film(Dataset("mine").folder / "videos" / "dark.mp4", level=DARK)
    inventory.make(Dataset("mine"))
    annotate("mine", "anna", {"dark": NAMES})
    found = apply("mine", source)
    assert found.scores["with_pose"].tolist() == [0, 0]
    assert found.notes == ["dark: no pose found in any of its 8 frames"]


@pytest.mark.slow
def test_poses_are_extracted_once_and_again_for_another_film(films, source):
    apply("mine", source)
    assert len(films) == 24
    apply("mine", source)
    assert len(films) == 24
    film(Dataset("mine").folder / "videos" / "monday" / "dark.mp4", level=BRIGHT)
    assert apply("mine", source).notes == []
    assert len(films) == 32


@pytest.mark.slow
def test_imported_poses_stay(films, source):
    shutil.copy(source.folder / "keypoints.parquet", Dataset("mine").folder)
    videos.prepare(Dataset("mine"))
    assert films == []


# --- real footage -----------------------------------------------------------------------------


@pytest.mark.slow(seconds=24)
def test_real_footage(home, real_data, monkeypatch):
    """A back flip on grass, by the weights that come with the package."""
    data = Dataset("real")
    folder = data.folder
    (folder / "videos").mkdir(parents=True)
    shutil.copy(real_data / "real_video" / "backflip_grass.mp4", folder / "videos")
    inventory.make(data)
    names = ["take-off"] * 31 + ["skill"] * 16 + ["landing"] * 19 + ["idle"] * 54
    annotate("real", "reader", {"backflip_grass": names})
    found = videos.label(data, {"pretrained": pretrained.load})
    pages.draw(data, ["pretrained"])
    score = found.scores.set_index("clip").loc["backflip_grass"]
    assert score["frames"] == 120
    assert score["with_pose"] > 94
    assert score["accuracy"] > 60, "always saying idle gives 45"
    overlay = video.probe(ensemble.folder(Dataset("real")) / "overlay" / "backflip_grass.mp4")
    assert (overlay.frames, overlay.width) == (120, 1920)
