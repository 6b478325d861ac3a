import optuna
import pytest

from gymlib import tuning

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
    study, proposals = tuning.Study(SPACE, seed=seed), []
    for count in tuning.rounds(15, 10):
        asked = study.ask(count)
        study.tell([_score(**drawn) for drawn in asked])
        proposals += asked
    assert proposals == [trial.params for trial in plain.trials]
    assert study.best == plain.best_params


def test_rounds():
    assert tuning.rounds(15, 10) == [10, 1, 1, 1, 1, 1]
    assert tuning.rounds(3, 10) == [3]


def test_every_proposal_must_be_told():
    study = tuning.Study(SPACE, seed=0)
    study.ask(3)
    with pytest.raises(ValueError, match="shorter"):
        study.tell([0.5, 0.6])


def test_journal_is_read_back_by_optuna(tmp_path):
    trials = [({"learning_rate": 0.02, "momentum": 0.3}, 0.5)]
    trials += [({"learning_rate": 0.05, "momentum": 0.4}, 0.8)]
    tuning.write_journal({"one": trials, "two": trials[:1]}, SPACE, tmp_path / "studies.journal")
    backend = optuna.storages.journal.JournalFileBackend(str(tmp_path / "studies.journal"))
    storage = optuna.storages.JournalStorage(backend)
    assert set(optuna.get_all_study_names(storage)) == {"one", "two"}
    study = optuna.load_study(study_name="one", storage=storage)
    assert study.best_params == trials[1][0] and len(study.trials) == 2
