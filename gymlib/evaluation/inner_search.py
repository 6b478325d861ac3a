"""The search of one outer fold: every inner fold looks for its own settings, all side by side."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from jaxtyping import Int

from gymlib.dataset.clip import Clip
from gymlib.evaluation import metrics
from gymlib.evaluation import search as tpe
from gymlib.files.tables import write_table
from gymlib.models.recipe import Space


def search(part, report) -> pd.DataFrame:
    """trials.parquet: every proposal of every inner fold, its validation macro F1 and last loss.

    Finished rounds are not trained again: the studies are told the scores on file and so come
    to the same proposals.

    Parameters
    ----------
    part, report : see :func:`gymlib.evaluation.outer_fold.run`.
    """
    protocol, file = part.protocol, part.folder / "trials.parquet"
    studies = [
        tpe.Study(
            part.recipe.space, seed=part.seed("study", part.outer, i), startup=protocol.startup
        )
        for i in range(len(part.inner))
    ]
    table = pd.read_parquet(file) if file.is_file() else pd.DataFrame()
    first = 0
    for count in tpe.rounds(protocol.trials, protocol.startup):
        proposals = _proposals(part, [study.ask(count) for study in studies], first)
        known = table[table["trial"].between(first, first + count - 1)] if len(table) else table
        if known.empty:
            known = _evaluated(part, proposals, report)
            table = pd.concat([table, known], ignore_index=True)
            write_table(file, table)
        else:
            report(part.search_cost * count / protocol.trials)
        for i, study in enumerate(studies):
            study.tell(known.loc[known["inner"] == i, "f1"].to_list())
        first += count
    return table


def _proposals(part, asked: list[list[dict]], first: int) -> pd.DataFrame:
    """One row per proposal: architecture, outer, inner, trial, and what was drawn."""
    place = {"architecture": part.recipe.name, "outer": part.outer}
    return pd.DataFrame(
        [
            place | {"inner": i, "trial": first + t} | proposal
            for i, proposals in enumerate(asked)
            for t, proposal in enumerate(proposals)
        ]
    )


def _evaluated(part, proposals: pd.DataFrame, report) -> pd.DataFrame:
    """The proposals with ``f1`` on the pooled validation frames and the last epoch's ``loss``."""
    folds = [part.inner[inner] for inner in proposals["inner"]]
    tasks = [
        part.task(
            fold.train,
            part.protocol.tuning_epochs,
            drawn(row, part.recipe.space),
            part.seed("trial", row["outer"], row["inner"], row["trial"]),
        )
        for (_, row), fold in zip(proposals.iterrows(), folds)
    ]
    losses = part.fit(tasks, report)
    outputs = part.predict(tasks, [fold.test for fold in folds])
    scores = [_macro_f1(part.clips, fold.test, output) for fold, output in zip(folds, outputs)]
    return proposals.assign(f1=scores, loss=[curve[-1] for curve in losses])


def drawn(row: pd.Series, space: Space) -> dict[str, float]:
    """The parameters of ``space`` in a row of trials, as numbers of their kind."""
    return {
        name: round(row[name]) if all(isinstance(end, int) for end in ends) else float(row[name])
        for name, ends in space.items()
    }


def _macro_f1(clips: Sequence[Clip], members: Int[np.ndarray, " members"], output) -> float:
    true = np.concatenate([clips[index].labels for index in members])
    return metrics.macro_f1(metrics.confusion(true, np.concatenate(output).argmax(axis=1)))


def best_trials(trials: pd.DataFrame) -> pd.DataFrame:
    """The trial that each inner fold of each architecture chose: highest F1, first of equals."""
    return trials.loc[trials.groupby(["architecture", "outer", "inner"])["f1"].idxmax()]
