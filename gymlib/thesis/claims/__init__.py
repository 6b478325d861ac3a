"""The thesis's claims, recomputed: on the published figures and on any data set's.

The same rules judge both, so that a claim holds or fails for the same reason.
"""

from dataclasses import dataclass

import pandas as pd

from gymlib.evaluation import results
from gymlib.evaluation.results import title
from gymlib.labels import LANDING, TAKEOFF
from gymlib.thesis import reference
from gymlib.thesis.claims import rules
from gymlib.thesis.claims.rules import Evidence, Finding

TOLERANCE = 4.0
"""A replication's mean accuracy may be this many points from the published one."""
LEAD = 8.0
"""The LSTM ensemble's mean accuracy must exceed the CNN ensemble's by this many points."""

VERDICTS = {True: "holds", False: "does not hold", None: "undecided"}
UNSTABLE = "changes with the seed"
STABLE = 0.8
"""Share of the seeds that must agree on a verdict."""


@dataclass(frozen=True)
class Claim:
    """A statement of the thesis (in our words) and the rule that decides it."""

    name: str
    statement: str
    rule: str
    judge: rules.Rule


CLAIMS = (
    Claim(
        "lstm_better",
        "The LSTM classifies better than the CNN.",
        "macro F1 of the LSTM ensemble minus the CNN ensemble, corrected t test below .05",
        rules.significantly_better("LSTM_E", "CNN_E"),
    ),
    Claim(
        "lstm_leads_by_ten",
        "The LSTMs outperform the CNNs by around 10 to 12 points.",
        "means of accuracy and F1, ensembles and averaged models, 10 to 12 points apart, rounded",
        rules.lstm_leads_by_ten,
    ),
    Claim(
        "ensembles_ahead",
        "Ensembles score higher than averaged models.",
        "mean macro F1 higher in both architectures",
        rules.ensembles_ahead,
    ),
    Claim(
        "lstm_gain_significant",
        "The ensemble's gain is quite significant (chapter 5): LSTM.",
        "macro F1 of the LSTM ensemble minus the averaged LSTM, corrected t test below .05",
        rules.significantly_better("LSTM_E", "LSTM_bar"),
    ),
    Claim(
        "cnn_gain_significant",
        "The ensemble's gain is quite significant (chapter 5): CNN.",
        "macro F1 of the CNN ensemble minus the averaged CNN, corrected t test below .05",
        rules.significantly_better("CNN_E", "CNN_bar"),
    ),
    Claim(
        "gain_small",
        "The ensemble's gain is a small margin (abstract).",
        "corrected t test at or above .05 in both architectures",
        rules.ensembles_gain_little,
    ),
    Claim(
        "lstm_ensemble_always_ahead",
        "The LSTM ensemble outperforms the averaged LSTM in every fold.",
        "macro F1 higher in all folds",
        rules.ahead_in_folds("LSTM_E", "LSTM_bar"),
    ),
    Claim(
        "cnn_ensemble_nearly_always_ahead",
        "The CNN ensemble outperforms the averaged CNN in every fold but one.",
        "macro F1 higher in all folds but one",
        rules.ahead_in_folds("CNN_E", "CNN_bar", excepted=1),
    ),
    Claim(
        "lstm_ensemble_steadier",
        "The averaged LSTM's standard deviation is almost twice the ensemble's.",
        "at least 1.5 times, in accuracy and F1",
        rules.lstm_ensemble_steadier,
    ),
    Claim(
        "cnn_ensemble_best",
        "The CNN ensemble is the best CNN in every fold except one (K = 1).",
        "no other CNN above it in accuracy or macro F1, in all folds but one",
        rules.cnn_ensemble_best,
    ),
    Claim(
        "cnn_averaged_above_bases",
        "The averaged CNN is a bit above the average of its base models.",
        "macro F1 above the base models' mean in every fold",
        rules.cnn_averaged_above_bases,
    ),
    Claim(
        "lstm_averaged_no_better",
        "The averaged LSTM is similar to or worse than its base models in most cases.",
        "macro F1 not above the base model's in more than half of all pairs",
        rules.lstm_averaged_no_better,
    ),
    Claim(
        "lstm_steadier",
        "The standard deviation is significantly smaller for the LSTM.",
        "smaller in accuracy and F1 of both approaches, Pitman-Morgan test below .05",
        rules.lstm_steadier,
    ),
    Claim(
        "idle_hardest",
        "Idle is the hardest class.",
        "lowest recall in the mean confusion matrix of every approach",
        rules.idle_hardest,
    ),
    Claim(
        "cnn_idle_takeoff",
        "The CNN takes idle mostly for take-off.",
        "most frequent wrong answer to idle in the CNN ensemble's mean confusion matrix",
        rules.idle_taken_for(TAKEOFF, "CNN"),
    ),
    Claim(
        "lstm_idle_landing",
        "The LSTM takes idle mostly for landing.",
        "most frequent wrong answer to idle in the LSTM ensemble's mean confusion matrix",
        rules.idle_taken_for(LANDING, "LSTM"),
    ),
)


def evidence(matrices: results.Matrices) -> Evidence:
    """What a protocol's confusion matrices say."""
    table1 = results.table1(results.scores(matrices))
    return Evidence(table1, results.mean_confusions(matrices))


def published() -> Evidence:
    """The thesis's own table 1 and figure 2."""
    return Evidence(reference.table1(), reference.confusions())


def evaluate(evidence: Evidence) -> dict[str, Finding]:
    """Claim name -> what the evidence says of it."""
    return {claim.name: claim.judge(evidence) for claim in CLAIMS}


def compare(evidence: Evidence, *others: Evidence) -> pd.DataFrame:
    """Every claim judged on the published figures and on ``evidence``, in the order of CLAIMS.

    Parameters
    ----------
    others : of the same data with other seeds. A verdict that fewer than :data:`STABLE` of all
        share is :data:`UNSTABLE`.

    Returns
    -------
    Columns claim, statement, rule, then number, finding (in words) and verdict of the thesis
    (``thesis_...``) and of the evidence (``here_...``), and in how many seeds the claim holds
    (``here_holds``: "4 of 5").
    """
    both = {"thesis": evaluate(published()), "here": evaluate(evidence)}
    seeds = [both["here"], *map(evaluate, others)]
    rows = []
    for claim in CLAIMS:
        row = {"claim": claim.name, "statement": claim.statement, "rule": claim.rule}
        for source, findings in both.items():
            found = findings[claim.name]
            row |= {
                f"{source}_number": found.number,
                f"{source}_finding": found.words,
                f"{source}_verdict": VERDICTS[found.holds],
            }
        verdicts = [findings[claim.name].holds for findings in seeds]
        usual = max(set(verdicts), key=verdicts.count)
        if verdicts.count(usual) < STABLE * len(verdicts):
            row["here_verdict"] = UNSTABLE
        else:
            row["here_verdict"] = VERDICTS[usual]
        rows.append(row | {"here_holds": f"{verdicts.count(True)} of {len(verdicts)}"})
    return pd.DataFrame(rows)


def replication(table2: pd.DataFrame) -> pd.DataFrame:
    """Does a data set repeat the thesis's main result? Mean accuracies in percent points.

    Returns columns criterion, thesis, here, met: LSTM_E and CNN_E within ``TOLERANCE`` of the
    published accuracy, and the LSTM ahead by ``LEAD`` or more.
    """
    here, thesis = (t.set_index("approach")["acc_mean"] for t in (table2, reference.table2()))
    rows = [
        (f"{title(name)}: within {TOLERANCE:g} points", thesis[name], here[name],
         abs(here[name] - thesis[name]) <= TOLERANCE)
        for name in ("LSTM_E", "CNN_E")
    ]  # fmt: skip
    lead = {"thesis": thesis["LSTM_E"] - thesis["CNN_E"], "here": here["LSTM_E"] - here["CNN_E"]}
    rows.append((f"LSTM ensemble ahead by {LEAD:g} points", *lead.values(), lead["here"] >= LEAD))
    return pd.DataFrame(rows, columns=["criterion", "thesis", "here", "met"])
