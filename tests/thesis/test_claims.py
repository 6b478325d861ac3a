"""The published figures give the published verdicts; the tests agree with figures on paper."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from gymlib.evaluation.results import by_fold
from gymlib.evaluation.significance import corrected_t_test, pitman_morgan
from gymlib.thesis import claims, reference
from gymlib.thesis.claims.rules import Evidence


def f1_difference(better: str, worse: str) -> np.ndarray:
    table = reference.table1()
    return by_fold(table, better, "f1") - by_fold(table, worse, "f1")


@pytest.mark.parametrize(
    ("better", "worse", "mean", "naive", "corrected"),
    [
        ("LSTM_E", "CNN_E", 11.98, None, 0.0024),
        ("LSTM_E", "LSTM_bar", 3.18, 0.019, 0.065),
        ("CNN_E", "CNN_bar", 1.78, None, 0.37),
    ],
)
def test_corrected_test_on_table1(better, worse, mean, naive, corrected):
    found = corrected_t_test(f1_difference(better, worse))
    assert found.mean == pytest.approx(mean)
    assert found.p_corrected == pytest.approx(corrected, rel=0.02)
    if naive is not None:
        assert found.p_naive == pytest.approx(naive, rel=0.03)


spread = st.lists(st.floats(-50, 50), min_size=3, max_size=9).filter(lambda v: np.ptp(v) > 0.1)


@pytest.mark.slow
@given(spread)
def test_naive_p_is_the_paired_t_test_and_the_corrected_one_is_larger(differences):
    found = corrected_t_test(np.array(differences))
    assert found.p_naive == pytest.approx(stats.ttest_1samp(differences, 0).pvalue, rel=1e-6)
    assert found.p_corrected >= found.p_naive


def test_correction_shrinks_t_by_two_thirds_in_five_folds():
    # variance factor 1/5 + 1/4 instead of 1/5: t falls by sqrt(0.2 / 0.45) = 2/3
    differences = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    t = 3 / np.sqrt(2.5 / 5) * 2 / 3
    assert corrected_t_test(differences).p_corrected == pytest.approx(2 * stats.t.sf(t, 4))


@pytest.mark.parametrize(("difference", "p"), [(0.0, 1.0), (2.0, 0.0)])
def test_equal_differences(difference, p):
    assert corrected_t_test(np.full(5, difference)).p_corrected == p


def test_one_fold_decides_nothing():
    assert np.isnan(corrected_t_test(np.array([3.0])).p_corrected)


def test_pitman_morgan():
    rng = np.random.default_rng(0)
    steady, wild = rng.normal(0, 1, 50), rng.normal(0, 5, 50)
    assert pitman_morgan(steady, wild) < 1e-6
    assert pitman_morgan(steady, rng.normal(0, 1, 50)) > 0.05
    assert pitman_morgan(steady, wild) == pytest.approx(pitman_morgan(wild, steady))
    assert np.isnan(pitman_morgan(steady, steady))
    assert np.isnan(pitman_morgan(steady[:2], wild[:2]))


PUBLISHED = {
    "lstm_better": (True, "+11.98 F1, ahead in 5 of 5 folds; corrected p = 0.00241"),
    "lstm_leads_by_ten": (True, "ensembles +12.2 accuracy, +12.0 F1; averaged +11.5, +10.6"),
    "ensembles_ahead": (True, "LSTM +3.18, CNN +1.78 F1"),
    "lstm_gain_significant": (False, "corrected p = 0.0653, uncorrected p = 0.0194"),
    "cnn_gain_significant": (False, "corrected p = 0.371"),
    "gain_small": (True, "smaller corrected p = 0.0653"),
    "lstm_ensemble_always_ahead": (True, "ahead in 5 of 5 folds"),
    "cnn_ensemble_nearly_always_ahead": (True, "ahead in 4 of 5 folds (not in K = 1)"),
    "lstm_ensemble_steadier": (True, "1.96 times the ensemble's in accuracy, 1.85 in F1"),
    "cnn_ensemble_best": (False, "best in 3 of 5 folds (not in K = 1, 5)"),
    "cnn_averaged_above_bases": (False, "above in 4 of 5 folds (not in K = 4)"),
    "lstm_averaged_no_better": (False, "10 of 20 pairs; better than every base model in K = 2, 4"),
    "lstm_steadier": (False, "smaller in 4 of 4 (ensembles 1.52 against 3.00 accuracy"),
    "idle_hardest": (True, "idle has the lowest recall in all 4"),
    "cnn_idle_takeoff": (True, "ensemble: take-off 30%, skill 6%, landing 16%"),
    "lstm_idle_landing": (True, "landing 18%; averaged: take-off 22%"),
}


def test_every_claim_is_listed_once():
    assert [claim.name for claim in claims.CLAIMS] == list(PUBLISHED)


@pytest.mark.slow
@pytest.mark.parametrize("name", PUBLISHED)
def test_published_verdicts(name):
    holds, words = PUBLISHED[name]
    found = claims.evaluate(claims.published())[name]
    assert found.holds is holds
    assert words in found.words


def table(scores: dict[str, list[float]], folds: int = 5) -> pd.DataFrame:
    """A table 1 from per-fold scores of "lstm base_1" etc.; accuracy equals F1."""
    models = ("base_1", "base_2", "ensemble", "averaged")
    rows = []
    for k in range(folds):
        for model in models:
            row = {"K": k + 1, "model": model}
            for architecture in ("lstm", "cnn"):
                value = scores[f"{architecture} {model}"][k]
                row |= {f"{architecture}_acc": value, f"{architecture}_f1": value}
            rows.append(row)
    return pd.DataFrame(rows)


def opposite() -> Evidence:
    """A world in which every claim comes out the other way round than published."""
    wave = np.array([0.0, 1.0, -1.0, 2.0, -2.0])
    small = np.array([0.01, -0.02, 0.0, 0.02, -0.01])
    scores = {
        "cnn base_1": 70 + small, "cnn base_2": 70 - small,
        "cnn ensemble": 85 + small, "cnn averaged": 80 + small,
        "lstm base_1": 72 + wave, "lstm base_2": 72 - wave,
        "lstm ensemble": 71 + wave, "lstm averaged": 60 + wave,
    }  # fmt: skip
    matrix = np.array([[0.9, 0.01, 0.08, 0.01], [0, 0.5, 0.5, 0], [0, 0, 0.8, 0.2], [0, 0, 0, 1.0]])
    return Evidence(table(scores), dict.fromkeys(reference.confusions(), matrix))


@pytest.mark.slow
def test_verdicts_follow_the_data():
    found = claims.evaluate(opposite())
    expected = {
        "lstm_better": False,
        "lstm_leads_by_ten": False,
        "ensembles_ahead": True,
        "lstm_gain_significant": True,
        "cnn_gain_significant": True,
        "gain_small": False,
        "lstm_ensemble_always_ahead": True,
        "cnn_ensemble_nearly_always_ahead": True,
        "lstm_ensemble_steadier": False,
        "cnn_ensemble_best": True,
        "cnn_averaged_above_bases": True,
        "lstm_averaged_no_better": True,
        "lstm_steadier": False,
        "idle_hardest": False,
        "cnn_idle_takeoff": False,
        "lstm_idle_landing": False,
    }
    assert {name: finding.holds for name, finding in found.items()} == expected
    assert found["idle_hardest"].words.startswith(
        "lowest recall: take-off in LSTM ensemble, LSTM averaged, CNN ensemble"
    )
    assert found["lstm_steadier"].words.startswith("smaller in 0 of 4")


def test_one_fold_and_missing_classes_are_undecided():
    evidence = opposite()
    one = Evidence(
        evidence.table1[evidence.table1["K"] == 1],
        {name: np.full((4, 4), np.nan) for name in evidence.confusions},
    )
    undecided = {name for name, f in claims.evaluate(one).items() if f.holds is None}
    assert undecided == {
        "lstm_better", "lstm_gain_significant", "cnn_gain_significant", "gain_small",
        "lstm_ensemble_steadier", "lstm_steadier", "idle_hardest", "cnn_idle_takeoff",
        "lstm_idle_landing",
    }  # fmt: skip


@pytest.mark.slow
def test_comparison_with_itself_agrees():
    compared = claims.compare(claims.published())
    assert list(compared["claim"]) == list(PUBLISHED)
    assert (compared["thesis_verdict"] == compared["here_verdict"]).all()
    assert set(compared["thesis_verdict"]) == {"holds", "does not hold"}


@pytest.mark.slow
def test_a_verdict_needs_four_in_five_seeds():
    thesis = claims.published()
    worse = thesis.table1.copy()
    worse[["lstm_acc", "lstm_f1"]] = thesis.table1[["cnn_acc", "cnn_f1"]].to_numpy()
    worse[["cnn_acc", "cnn_f1"]] = thesis.table1[["lstm_acc", "lstm_f1"]].to_numpy()
    other = claims.Evidence(worse, thesis.confusions)

    def first(*seeds):
        row = claims.compare(thesis, *seeds).set_index("claim").loc["lstm_better"]
        return row["here_holds"], row["here_verdict"]

    assert first() == ("1 of 1", "holds")
    assert first(thesis, thesis, thesis, other) == ("4 of 5", "holds")
    assert first(thesis, thesis, other, other)[1] == claims.UNSTABLE
    assert first(other, other, other, other)[1] == "does not hold"


def test_replication_criteria():
    assert claims.replication(reference.table2())["met"].all()
    other = reference.table2().set_index("approach")
    other.loc["LSTM_E", "acc_mean"] -= 4.5
    criteria = claims.replication(other.reset_index())
    assert list(criteria["met"]) == [False, True, False]
    assert criteria["here"].iloc[2] == pytest.approx(84.62 - 4.5 - 72.46)
