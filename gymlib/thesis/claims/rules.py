"""Rules that decide a claim from a table 1 and the confusion matrices.

Each rule returns the number that decides, the same in words, and the verdict.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Float

from gymlib.evaluation.results import approaches, by_fold
from gymlib.evaluation.significance import Difference, corrected_t_test, pitman_morgan
from gymlib.labels import CLASSES, IDLE

LEVEL = 0.05
"""Significance level of every test."""
PUBLISHED = approaches(("lstm", "cnn"))
"""The thesis's four."""


@dataclass(frozen=True)
class Evidence:
    """What claims are judged by.

    Attributes
    ----------
    table1 : K, model, lstm_acc, lstm_f1, cnn_acc, cnn_f1 in percent (``results.table1``).
    confusions : approach -> mean row-normalised confusion matrix (rows true, 0 to 1).
    """

    table1: pd.DataFrame
    confusions: dict[str, Float[np.ndarray, "4 4"]]


@dataclass(frozen=True)
class Finding:
    """The number that decides, the same in words, and whether the claim holds.

    ``holds`` is None where these data cannot decide: too few folds, or a class is missing.
    """

    number: float
    words: str
    holds: bool | None


Rule = Callable[[Evidence], Finding]


def difference(evidence: Evidence, better: str, worse: str) -> Difference:
    """Macro F1 of one approach minus the other's, tested over the folds."""
    table = evidence.table1
    return corrected_t_test(by_fold(table, better, "f1") - by_fold(table, worse, "f1"))


def significantly_better(better: str, worse: str) -> Rule:
    """Mean F1 is higher, and the corrected test says by more than chance."""

    def judge(evidence: Evidence) -> Finding:
        found = difference(evidence, better, worse)
        scores = [by_fold(evidence.table1, approach, "f1") for approach in (better, worse)]
        words = (
            f"{found.mean:+.2f} F1, ahead in {(scores[0] > scores[1]).sum()} of {len(scores[0])} "
            f"folds; corrected {_p(found.p_corrected)}, uncorrected {_p(found.p_naive)}"
        )
        holds = found.mean > 0 and found.p_corrected < LEVEL
        return _found(found.mean, words, holds, undecided=np.isnan(found.p_corrected))

    return judge


def ensembles_ahead(evidence: Evidence) -> Finding:
    """Mean F1 of the ensemble exceeds the averaged model's in both architectures."""
    gains = [found.mean for found in _gains(evidence)]
    return _found(min(gains), _in_words(gains), min(gains) > 0)


def ensembles_gain_little(evidence: Evidence) -> Finding:
    """The corrected test finds the ensemble's gain in neither architecture."""
    found = _gains(evidence)
    p = np.min([gain.p_corrected for gain in found])
    words = f"{_in_words([gain.mean for gain in found])}; smaller corrected {_p(p)}"
    return _found(p, words, p >= LEVEL, undecided=np.isnan(p))


def _gains(evidence: Evidence) -> list[Difference]:
    return [difference(evidence, f"{kind}_E", f"{kind}_bar") for kind in ("LSTM", "CNN")]


def _in_words(gains: list[float]) -> str:
    return "LSTM {:+.2f}, CNN {:+.2f} F1".format(*gains)


def cnn_ensemble_best(evidence: Evidence) -> Finding:
    """No CNN of the fold scores higher in accuracy or F1, with at most one fold excepted."""
    folds = [*_folds(evidence.table1, "cnn_acc"), *_folds(evidence.table1, "cnn_f1")]
    beaten = {k for k, vote, mean, bases in folds if max(mean, bases.max()) > vote}
    total = len(folds) // 2
    words = f"best in {total - len(beaten)} of {total} folds{_except(beaten)}"
    return _found(total - len(beaten), words, len(beaten) <= 1)


def cnn_averaged_above_bases(evidence: Evidence) -> Finding:
    """In every fold the averaged CNN's F1 exceeds the mean F1 of its base models."""
    gains = {k: mean - bases.mean() for k, _, mean, bases in _folds(evidence.table1, "cnn_f1")}
    below = {k for k, gain in gains.items() if gain <= 0}
    above, mean = len(gains) - len(below), np.mean(list(gains.values()))
    words = f"above in {above} of {len(gains)} folds{_except(below)}, {mean:+.2f} F1 on average"
    return _found(above, words, not below)


def lstm_averaged_no_better(evidence: Evidence) -> Finding:
    """In more than half of all pairs the averaged LSTM's F1 is not above the base model's."""
    folds = _folds(evidence.table1, "lstm_f1")
    pairs = sum(len(bases) for *_, bases in folds)
    no_better = sum(int((mean <= bases).sum()) for _, _, mean, bases in folds)
    ahead = {k for k, _, mean, bases in folds if mean > bases.max()}
    where = f"; better than every base model in {_list(ahead)}" if ahead else ""
    words = f"not better in {no_better} of {pairs} pairs{where}"
    return _found(no_better, words, no_better > pairs / 2)


def ahead_in_folds(better: str, worse: str, excepted: int = 0) -> Rule:
    """F1 is higher in every fold, with at most ``excepted`` of them not."""

    def judge(evidence: Evidence) -> Finding:
        scores = [by_fold(evidence.table1, approach, "f1") for approach in (better, worse)]
        names = sorted(evidence.table1["K"].unique())
        behind = {int(k) for k, gain in zip(names, scores[0] - scores[1]) if not gain > 0}
        ahead = len(names) - len(behind)
        words = f"ahead in {ahead} of {len(names)} folds{_except(behind)}"
        return _found(ahead, words, len(behind) <= excepted)

    return judge


def lstm_leads_by_ten(evidence: Evidence) -> Finding:
    """The LSTMs' means exceed the CNNs' by 10 to 12 points, rounded, in all four comparisons."""
    leads = [lstm.mean() - cnn.mean() for lstm, cnn in _four(evidence)]
    words = "ensembles {:+.1f} accuracy, {:+.1f} F1; averaged {:+.1f}, {:+.1f}".format(*leads)
    return _found(min(leads), words, all(10 <= np.round(lead) <= 12 for lead in leads))


def lstm_ensemble_steadier(evidence: Evidence) -> Finding:
    """Population sd of the averaged LSTM at least 1.5 times the ensemble's, in both scores."""
    ratios = []
    for score in ("acc", "f1"):
        vote, mean = (by_fold(evidence.table1, f"LSTM_{how}", score) for how in ("E", "bar"))
        ratios.append(mean.std() / vote.std() if vote.std() else np.nan)
    words = "{:.2f} times the ensemble's in accuracy, {:.2f} in F1".format(*ratios)
    return _found(min(ratios), words, min(ratios) >= 1.5, undecided=np.isnan(ratios).any())


def _four(evidence: Evidence) -> list[tuple[np.ndarray, np.ndarray]]:
    """Scores of LSTM and CNN by fold: ensembles' accuracy and F1, averaged models' likewise."""
    return [
        tuple(by_fold(evidence.table1, f"{name}_{how}", score) for name in ("LSTM", "CNN"))
        for how in ("E", "bar")
        for score in ("acc", "f1")
    ]


def lstm_steadier(evidence: Evidence) -> Finding:
    """Population sd smaller in all four comparisons, each significant by Pitman and Morgan."""
    p, spreads = [], []
    for lstm, cnn in _four(evidence):
        p.append(pitman_morgan(lstm, cnn) if lstm.std() < cnn.std() else 1.0)
        spreads.append(f"{lstm.std():.2f} against {cnn.std():.2f}")
    smaller = sum(value < 1 or np.isnan(value) for value in p)
    words = (
        f"smaller in {smaller} of 4 (ensembles {spreads[0]} accuracy, {spreads[1]} F1; averaged "
        f"{spreads[2]}, {spreads[3]})" + (f", largest {_p(max(p))}" if smaller == 4 else "")
    )
    few = evidence.table1["K"].nunique() < 3
    return _found(max(p), words, max(p) < LEVEL, undecided=few or np.isnan(p).any())


def idle_hardest(evidence: Evidence) -> Finding:
    """Idle has the lowest recall in the matrices of all approaches."""
    recalls = np.stack([np.diag(evidence.confusions[own.key]) for own in PUBLISHED])
    margins = 100 * (recalls[:, 1:].min(axis=1) - recalls[:, IDLE])
    least = float(margins.min())
    if np.isnan(least):
        return Finding(least, "a class has no test frames", None)
    return _found(least, f"{_lowest(recalls)}; smallest margin {least:+.0f} points", least > 0)


def _lowest(recalls: Float[np.ndarray, "approaches classes"]) -> str:
    lowest = recalls.argmin(axis=1)
    spoken = [own.title.replace(",", "") for own in PUBLISHED]
    names = {code: [a for a, c in zip(spoken, lowest) if c == code] for code in set(lowest)}
    if set(names) == {IDLE}:
        return f"idle has the lowest recall in all {len(lowest)}"
    return "lowest recall: " + "; ".join(
        f"{CLASSES[c]} in {', '.join(names[c])}" for c in sorted(names)
    )


def idle_taken_for(code: int, kind: str) -> Rule:
    """In the ensemble's matrix, ``code`` is the most frequent wrong answer to idle.

    ``kind`` is "LSTM" or "CNN"; the averaged model's row is told beside.
    """

    def judge(evidence: Evidence) -> Finding:
        rows = [evidence.confusions[f"{kind}_{how}"][IDLE] for how in ("E", "bar")]
        lead = 100 * (rows[0][code] - np.delete(rows[0], [IDLE, code]).max())
        words = "; averaged: ".join(_answers(row) for row in rows)
        return _found(lead, f"ensemble: {words}", lead > 0, undecided=np.isnan(lead))

    return judge


def _answers(row: Float[np.ndarray, " classes"]) -> str:
    wrong = [code for code in range(len(CLASSES)) if code != IDLE]
    return ", ".join(f"{CLASSES[code]} {100 * row[code]:.0f}%" for code in wrong)


def _folds(table: pd.DataFrame, column: str) -> list[tuple[int, float, float, pd.Series]]:
    """Per fold: K, score of the ensemble, of the averaged model, of the base models."""
    folds = []
    for k, rows in table.groupby("K"):
        by_model = rows.set_index("model")[column]
        bases = by_model.drop(["ensemble", "averaged"])
        folds.append((int(k), by_model["ensemble"], by_model["averaged"], bases))
    return folds


def _found(number, words: str, holds, *, undecided=False) -> Finding:
    """A finding from NumPy's numbers and truth values."""
    return Finding(float(number), words, None if undecided else bool(holds))


def _p(value: float) -> str:
    return "p unknown" if np.isnan(value) else "p < .001" if value < 0.001 else f"p = {value:.3g}"


def _list(folds: set[int]) -> str:
    return f"K = {', '.join(map(str, sorted(folds)))}"


def _except(folds: set[int]) -> str:
    return f" (not in {_list(folds)})" if folds else ""
