"""Frames behind a confusion matrix, and differences of two models, against counting by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from tiny_dataset import make_dataset, make_results

from gymlib.dataset import Dataset
from gymlib.evaluation import errors, results
from gymlib.files.tables import read_table
from gymlib.labels import CLASSES, decode

CODES = arrays.arrays(np.int8, st.just(12), elements=st.integers(0, 3))


def table(said, true, frames=None, clip="a") -> pd.DataFrame:
    frames = np.arange(len(said)) if frames is None else frames
    said, true = (decode(np.asarray(codes)) for codes in (said, true))
    return pd.DataFrame({"outer": 0, "clip": clip, "frame": frames, "label": said, "true": true})


@pytest.fixture
def predictions(home):
    name = make_dataset(home, clips=4, frames=30, processed=True)
    return make_results(home, name)


@pytest.mark.slow
def test_models_have_names_approaches_first(predictions):
    models = errors.of_models(predictions)
    assert list(models)[:4] == [own.title for own in results.approaches(("cnn", "lstm"))]
    assert list(models)[4:] == ["LSTM, base 1", "LSTM, base 2", "CNN, base 1", "CNN, base 2"]
    pd.testing.assert_frame_equal(models["CNN, ensemble"], results.answers(predictions, "CNN_E"))


@pytest.mark.slow
def test_the_matrix_is_that_of_figure_2(predictions):
    means = results.mean_confusions(results.confusions(predictions))
    models = errors.of_models(predictions)
    for approach in results.approaches(("cnn", "lstm")):
        own = models[approach.title]
        shares, counts = errors.matrices(own)
        np.testing.assert_allclose(shares, means[approach.key])
        assert counts.sum() == len(own)


@pytest.mark.slow
def test_the_frames_of_all_cells_are_all_frames(predictions):
    own = errors.of_models(predictions)["LSTM, averaged"]
    _, counts = errors.matrices(own)
    for true in range(4):
        for said in range(4):
            runs = errors.cell_runs(own, true, said)
            assert runs["frames"].sum() == counts[true, said]
            assert runs["frames"].is_monotonic_decreasing
            for run in runs.itertuples():
                inside = own[(own["clip"] == run.clip) & own["frame"].between(run.start, run.end)]
                assert set(inside["true"]) == {CLASSES[true]}
                assert set(inside["label"]) == {CLASSES[said]}
                assert len(inside) == run.frames


def test_a_run_goes_on_over_frames_that_were_not_tested_but_not_over_clips():
    first = table([2, 2, 2, 3], [2, 2, 2, 2], frames=[0, 1, 5, 6])
    both = pd.concat([first, table([2, 2], [2, 2], clip="b")], ignore_index=True)
    runs = errors.runs(both, (both["label"] == "skill").to_numpy())
    assert runs.values.tolist() == [["a", 0, 5, 3], ["b", 0, 1, 2]]
    assert errors.runs(both, np.zeros(6, dtype=bool)).empty


@pytest.mark.slow
@given(CODES, CODES, CODES)
@settings(max_examples=20)
def test_differences_by_hand(first, second, true):
    found = errors.compare(table(first, true), table(second, true))
    apart = first != second
    assert (found.frames, found.differ) == (12, apart.sum())
    assert found.first_right == (apart & (first == true)).sum()
    assert found.second_right == (apart & (second == true)).sum()
    covered = np.zeros(12, dtype=bool)
    for run in found.places.itertuples():
        assert run.frames == run.end - run.start + 1
        covered[run.start : run.end + 1] = True
    np.testing.assert_array_equal(covered, apart)


def test_the_label_as_a_model_differs_where_the_other_is_wrong():
    own = table([0, 1, 2, 3], [0, 2, 2, 2])
    found = errors.compare(own, errors.truth(own))
    assert (found.differ, found.first_right, found.second_right) == (2, 0, 2)
    assert found.places["start"].tolist() == [1, 3]


def test_tables_of_the_helper_are_read_back(home, predictions):
    file = Dataset("tiny").results("thesis") / "predictions.parquet"
    assert len(read_table(file)) == len(predictions)
