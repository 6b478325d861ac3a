"""The authors' result files and folds, written here as their scripts name things."""

import json

import numpy as np
import pytest

from gymlib.formats.authors import ImportFault, results


@pytest.fixture
def put(tmp_path):
    def write(content, name="super_robin_stats00.json"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    return write


def test_a_base_model_of_either_architecture(put):
    logs = np.log([[0.1, 0.2, 0.3, 0.4], [0.7, 0.1, 0.1, 0.1]]).tolist()
    cnn = {"learning_rate": 0.05, "momentum": 0.9, "loss": [1.2, 0.8], "softmax_on_testset": logs}
    lstm = {"lr": 0.05, "momentum": 0.9, "loss": [1.2, 0.8], "softmax_on_testset": logs}
    for content in (cnn, lstm):
        found = results.read_result(put(content))
        assert (found.learning_rate, found.momentum) == (0.05, 0.9)
        assert found.losses.tolist() == [1.2, 0.8]
        np.testing.assert_allclose(found.probabilities.sum(axis=1), 1)
        np.testing.assert_allclose(found.probabilities[0], [0.1, 0.2, 0.3, 0.4])
        assert found.confusion is None and found.accuracy is None


@pytest.mark.parametrize("name", ["cm", "Confusion Matrix", "Confusion matrix"])
def test_ensembles_and_averaged_models(put, name):
    found = results.read_result(put({"acc": 0.8, "f1": 0.7, name: np.eye(4).tolist()}))
    assert (found.accuracy, found.f1) == (0.8, 0.7)
    np.testing.assert_array_equal(found.confusion, np.eye(4))


@pytest.mark.parametrize(
    "content, message",
    [
        ({"other": 1}, "no result in it, only other"),
        ([1], "expected names and values, found list"),
        ("{", "is not JSON"),
        ({"cm": [[1, 2], [3, 4]]}, r"confusion matrix has the shape \(2, 2\), expected \(4, 4\)"),
        ({"softmax_on_testset": [[0, "x", 0, 0]]}, "softmax_on_testset is not a table of numbers"),
        ({"softmax_on_testset": [[0.0, 0.0]]}, r"has the shape \(1, 2\)"),
    ],
)
def test_damaged_results(put, content, message):
    with pytest.raises(ImportFault, match=message):
        results.read_result(put(content))


def test_parameters(put):
    found = results.read_parameters(put({"lrs": [0.1, 0.2], "momentums": [0.5, 1]}))
    assert found.to_dict("list") == {"learning_rate": [0.1, 0.2], "momentum": [0.5, 1.0]}
    with pytest.raises(ImportFault, match="lists 'lrs' and 'momentums' of one length"):
        results.read_parameters(put({"lrs": [0.1]}))


def test_folds(put, tmp_path):
    clips = {name: {"0": [], "1": []} for name in ("Video1_1init", "Video2_video9init")}
    first, second = ({name: clips[name]} for name in clips)
    put(first, "kfold/fold0/tra.json")
    put(second, "kfold/fold0/tes.json")
    put(first, "kfold/fold0/sub_folder0/train.json")
    put({}, "kfold/fold0/sub_folder0/val.json")
    found = results.read_folds(tmp_path / "kfold")
    assert found.to_numpy().tolist() == [
        [0, -1, "train", "Video1_1"],
        [0, -1, "test", "Video2_video9"],
        [0, 0, "train", "Video1_1"],
    ]


def test_folds_that_are_not_there(tmp_path):
    with pytest.raises(ImportFault, match="expected folders fold0, fold1"):
        results.read_folds(tmp_path)
    (tmp_path / "fold0").mkdir()
    with pytest.raises(ImportFault, match=r"tra\.json is missing"):
        results.read_folds(tmp_path)
