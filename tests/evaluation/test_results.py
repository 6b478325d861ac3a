"""Tables from predictions: the published table 2, and small predictions scored by hand."""

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics as sklearn_metrics

from gymlib.dataset.schemas import PREDICTIONS, PROBABILITIES
from gymlib.evaluation import results
from gymlib.files.tables import check
from gymlib.labels import CLASSES
from gymlib.thesis import reference


def test_published_table1_gives_published_table2_with_the_population_sd():
    computed = results.table2(reference.table1()).set_index("approach")
    published = reference.table2().set_index("approach").loc[computed.index]
    pd.testing.assert_frame_equal(computed.round(2), published)
    sample = results.by_fold(reference.table1(), "LSTM_E", "acc").std(ddof=1)
    assert round(sample, 2) != published.loc["LSTM_E", "acc_sd"]


def test_published_figures_are_consistent():
    thesis = reference.thesis()
    counts = thesis["dataset"]
    assert counts["frames"] - counts["no_pose"] - counts["unlabeled"] == counts["kept"]
    assert len(reference.table1()) == 30
    for matrix in reference.confusions().values():  # rows add to 1 within two printed digits
        np.testing.assert_allclose(matrix.sum(axis=1), 1, atol=0.03)
    shares = np.array(list(thesis["label_shares"]["values"].values()))
    for approach, matrix in reference.confusions().items():
        accuracy = 100 * shares @ np.diag(matrix)
        assert accuracy == pytest.approx(thesis["table2"][approach]["acc_mean"], abs=0.8)


def test_reference_is_a_fresh_copy():
    reference.thesis()["table1"].clear()
    assert len(reference.thesis()["table1"]) == 30


def make_predictions(answers: dict, labels, clip_size: int = 4) -> pd.DataFrame:
    """Predictions table from (architecture, outer, model) -> predicted codes."""
    tables = []
    for (architecture, outer, model), codes in answers.items():
        frames = np.arange(len(codes))
        probabilities = np.full((len(codes), 4), 0.1)
        probabilities[frames, codes] = 0.7
        columns = {
            "architecture": architecture,
            "outer": outer,
            "model": model,
            "clip": [f"clip_{outer}{frame // clip_size}" for frame in frames],
            "frame": frames % clip_size,
            "label": [CLASSES[code] for code in labels[outer]],
        }
        tables.append(pd.DataFrame(columns | dict(zip(PROBABILITIES, probabilities.T))))
    return check(pd.concat(tables, ignore_index=True), PREDICTIONS, "test")


@pytest.fixture
def labels() -> dict[int, np.ndarray]:
    return {0: np.array([0, 0, 1, 1, 2, 2, 3, 3]), 1: np.array([0, 1, 2, 3, 3, 3, 3, 3])}


@pytest.fixture
def predictions(labels) -> pd.DataFrame:
    """Two folds, two base models; the LSTM ensemble is perfect, the CNN's always says landing."""
    rng = np.random.default_rng(3)
    answers = {}
    for architecture in ("cnn", "lstm"):
        for outer, true in labels.items():
            for model in ("base_1", "base_2", "averaged"):
                answers[architecture, outer, model] = rng.integers(0, 4, len(true))
            perfect = architecture == "lstm"
            answers[architecture, outer, "ensemble"] = true if perfect else np.full(len(true), 3)
    return make_predictions(answers, labels)


def test_scores_by_hand(predictions):
    scores = results.scores(results.confusions(predictions))
    assert len(scores) == 16
    one = scores.set_index(["architecture", "outer", "model"])
    assert tuple(one.loc[("lstm", 0, "ensemble"), ["accuracy", "macro_f1"]]) == (100, 100)
    assert one.loc[("cnn", 0, "ensemble"), "accuracy"] == 25  # 2 of 8
    # F1 of landing 2*2/(2+8) = 0.4, the others 0: macro 10%
    assert one.loc[("cnn", 0, "ensemble"), "macro_f1"] == pytest.approx(10)
    assert one.loc[("cnn", 1, "ensemble"), "accuracy"] == 62.5


@pytest.mark.slow
def test_scores_agree_with_scikit_learn(predictions):
    scores = results.scores(results.confusions(predictions))
    for row in scores.itertuples():
        chosen = predictions.query(
            "architecture == @row.architecture and outer == @row.outer and model == @row.model"
        )
        answers = [CLASSES[code] for code in results.predicted(chosen)]
        expected = sklearn_metrics.f1_score(chosen["label"], answers, average="macro")
        assert row.macro_f1 == pytest.approx(100 * expected)


def test_table1_form(predictions):
    table = results.table1(results.scores(results.confusions(predictions)))
    assert list(table.columns) == list(reference.table1().columns)
    assert list(table["K"]) == [1, 1, 1, 1, 2, 2, 2, 2]
    assert list(table["model"][:4]) == ["base_1", "base_2", "ensemble", "averaged"]
    assert table.loc[2, "lstm_acc"] == 100 and table.loc[2, "cnn_acc"] == 25


def test_table2_and_by_fold(predictions):
    table = results.table1(results.scores(results.confusions(predictions)))
    assert list(results.by_fold(table, "CNN_E", "acc")) == [25, 62.5]
    row = results.table2(table).set_index("approach").loc["CNN_E"]
    assert row["acc_mean"] == 43.75 and row["acc_sd"] == 18.75  # half the distance


def test_mean_confusions_and_classes(predictions):
    matrices = results.confusions(predictions)
    means = results.mean_confusions(matrices)
    np.testing.assert_array_equal(means["LSTM_E"], np.eye(4))
    np.testing.assert_array_equal(means["CNN_E"], np.eye(4)[[3, 3, 3, 3]])
    classes = results.per_class(matrices).set_index(["approach", "label"])
    assert len(classes) == 16
    landing = classes.loc[("CNN_E", "landing")]
    assert landing["frames"] == 7 and landing["recall"] == 100
    assert landing["precision"] == pytest.approx((25 + 62.5) / 2)
    assert classes.loc[("CNN_E", "idle"), "f1"] == 0


def test_class_that_no_frame_has(labels):
    without_idle = {k: np.where(true == 0, 1, true) for k, true in labels.items()}
    answers = {
        (architecture, outer, model): true
        for architecture in ("cnn", "lstm")
        for outer, true in without_idle.items()
        for model in ("base_1", "ensemble", "averaged")
    }
    matrices = results.confusions(make_predictions(answers, without_idle))
    assert np.isnan(results.mean_confusions(matrices)["LSTM_E"][0]).all()
    idle = results.per_class(matrices).query("label == 'idle'")
    assert idle["f1"].isna().all() and (idle["frames"] == 0).all()
    assert (results.scores(matrices)["macro_f1"] == 100).all()


def test_clips_the_worst_first(predictions):
    answers = results.answers(predictions, "CNN_E")
    assert set(answers["label"]) == {"landing"} and len(answers) == 16
    clips = results.clip_scores(answers)
    assert list(clips["clip"]) == ["clip_00", "clip_10", "clip_01", "clip_11"]
    assert list(clips["accuracy"]) == [0, 25, 50, 100]
    assert (clips["frames"] == 4).all()


def test_unfinished_protocol(predictions):
    lacking = predictions.query("not (architecture == 'lstm' and outer == 1)")
    with pytest.raises(ValueError, match="lack lstm ensemble of outer fold 1, lstm averaged of"):
        results.confusions(lacking)
    with pytest.raises(ValueError, match="lack every model; run notebook 06"):
        results.confusions(predictions.iloc[:0])


def test_missing_probabilities(predictions):
    predictions.loc[5, "p_skill"] = np.nan
    with pytest.raises(ValueError, match=r"cnn base_1 of outer fold 0 .* clip clip_01, frame 1"):
        results.confusions(predictions)


def test_names():
    names = [results.model_name(model) for model in ("base_3", "ensemble", "averaged")]
    assert names == ["Base 3", "Ensemble", "Model"]


def test_approaches_of_any_architecture_whole_clips_first():
    keys = [own.key for own in results.approaches(["cnn", "lstm", "cnn"])]
    assert keys == ["LSTM_E", "LSTM_bar", "CNN_E", "CNN_bar"]
    assert results.approach("CNN_bar") == ("cnn", "averaged")
    assert results.title("LSTM_E") == "LSTM, ensemble"
    with pytest.raises(ValueError, match="no approach is called 'MLP_E'"):
        results.approach("MLP_E")
