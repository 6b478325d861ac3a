from dataclasses import replace

import numpy as np
import optuna
import pandas as pd
import pytest
from learnable_clips import make_clips
from tiny_protocol import CNN, LSTM

from gymlib.evaluation import compare, inner_search, metrics, search
from gymlib.evaluation.compare import Variant
from gymlib.evaluation.splits import Fold
from gymlib.training import FitConfig

SPACE = {"learning_rate": (0.01, 0.1), "momentum": (0.1, 0.9)}


def _score(learning_rate, momentum) -> float:
    return 1 - (learning_rate - 0.07) ** 2 - (momentum - 0.6) ** 2


@pytest.mark.parametrize("seed", [0, 7])
def test_rounds_propose_what_sequential_optuna_proposes(seed):
    sampler = optuna.samplers.TPESampler(seed=seed)
    plain = optuna.create_study(direction="maximize", sampler=sampler)
    plain.optimize(
        lambda trial: _score(**{n: trial.suggest_float(n, *SPACE[n]) for n in SPACE}), n_trials=15
    )
    study, proposals = search.Study(SPACE, seed=seed), []
    for count in search.rounds(15, 10):
        asked = study.ask(count)
        study.tell([_score(**drawn) for drawn in asked])
        proposals += asked
    assert proposals == [trial.params for trial in plain.trials]
    assert study.best == plain.best_params


def test_rounds():
    assert search.rounds(15, 10) == [10, 1, 1, 1, 1, 1]
    assert search.rounds(3, 10) == [3]


def test_every_proposal_must_be_told():
    study = search.Study(SPACE, seed=0)
    study.ask(3)
    with pytest.raises(ValueError, match="shorter"):
        study.tell([0.5, 0.6])


def test_journal_is_read_back_by_optuna(tmp_path):
    trials = [({"learning_rate": 0.02, "momentum": 0.3}, 0.5)]
    trials += [({"learning_rate": 0.05, "momentum": 0.4}, 0.8)]
    search.write_journal(
        {"one": (SPACE, trials), "two": (SPACE, trials[:1])}, tmp_path / "studies.journal"
    )
    backend = optuna.storages.journal.JournalFileBackend(str(tmp_path / "studies.journal"))
    storage = optuna.storages.JournalStorage(backend)
    assert set(optuna.get_all_study_names(storage)) == {"one", "two"}
    study = optuna.load_study(study_name="one", storage=storage)
    assert study.best_params == trials[1][0] and len(study.trials) == 2


@pytest.fixture
def split():
    clips = make_clips([30] * 6)
    return clips, Fold(train=np.arange(4), test=np.arange(4, 6))


@pytest.mark.slow
def test_compare_tries_every_variant_from_every_seed(split):
    clips, fold = split
    cnn, lstm = replace(CNN, batch=16), LSTM
    variants = {
        "sgd": Variant(cnn, FitConfig(2, 0.05)),
        "adam": Variant(cnn, FitConfig(2, 0.01, optimiser="adam")),
        "lstm": Variant(lstm, FitConfig(2, 0.05)),
    }
    outcomes = compare.compare(variants, clips, fold, seeds=2)
    assert [(o.variant, o.seed) for o in outcomes] == [(v, s) for v in variants for s in (0, 1)]
    assert all(o.matrix.sum() == 60 for o in outcomes)
    table = compare.outcome_table(outcomes)
    assert list(table.index) == list(variants)
    both = [metrics.macro_f1(o.matrix) for o in outcomes if o.variant == "lstm"]
    assert table.loc["lstm", "f1"] == pytest.approx(np.mean(both))
    assert table.loc["lstm", "f1 sd"] == pytest.approx(np.std(both))
    curves = compare.mean_curves(outcomes)
    np.testing.assert_allclose(curves["sgd"], (outcomes[0].losses + outcomes[1].losses) / 2)


def test_whole_numbers_are_searched_as_such():
    study = search.Study({"learning_rate": (0.1, 0.2), "width": (2, 5)}, seed=0)
    drawn = study.ask(20)
    assert {type(proposal["width"]) for proposal in drawn} == {int}
    assert {proposal["width"] for proposal in drawn} == {2, 3, 4, 5}
    row = pd.Series({"learning_rate": 0.15, "width": 3.6})
    assert inner_search.drawn(row, {"learning_rate": (0.1, 0.2), "width": (2, 5)}) == {
        "learning_rate": 0.15, "width": 4
    }  # fmt: skip
