"""A whole report brought up to date, and published: what is written where, and what is refused."""

import subprocess

import pandas as pd
import pytest
from tiny_dataset import make_dataset

from gymlib.dataset import Dataset
from gymlib.dataset.schemas import PROBABILITIES
from gymlib.evaluation import benchmark
from gymlib.files import paths
from gymlib.files.atomic import read_json, write_json, write_text
from gymlib.files.tables import write_table
from gymlib.plots.overlay import showcase
from gymlib.report import chain, numbers, readme, site, whole


def write_run(name, accuracy=80.0, profile="full", commit="feedbee"):
    """What a run leaves in its report folder."""
    data = Dataset(name)
    rows = [(key, accuracy, 1.0, 70.0, 1.0) for key in ("LSTM_E", "LSTM_bar", "CNN_E", "CNN_bar")]
    columns = ["approach", "acc_mean", "acc_sd", "f1_mean", "f1_sd"]
    write_table(data.report / "tables" / "table2.csv", pd.DataFrame(rows, columns=columns))
    write_json(data.report / "tables" / "data.json", {"profile": profile, "commit": commit})
    (data.report / "07_results.ipynb").touch()


@pytest.fixture
def repository(home, tmp_path, monkeypatch):
    """Runs of both published data sets, beside a repository with an older state."""
    for name in whole.PUBLIC:
        write_run(name)
    write_run("mine")
    monkeypatch.setattr(chain, "is_finished", lambda data, profile: True)
    monkeypatch.setattr(chain, "commits", lambda data: {"feedbee"})

    def build(datasets, folder, film):
        write_text(folder / "index.html", " ".join(data.name for data in datasets))

    monkeypatch.setattr(site, "build", build)
    monkeypatch.setattr(whole, "publish_answers", lambda data, report: [])
    for name in whole.FILMS:
        (home / "build" / name).write_text("new")
    place = tmp_path / "repository"
    write_text(place / "README.md", f"{readme.MARKS[0]}\nold\n{readme.MARKS[1]}\n")
    for name in ("report/recovered/tables/gone.csv", "figures/overlay.gif", "report/bench.csv"):
        write_text(place / name, "old")
    return place


def listed(place) -> set[str]:
    return {str(file.relative_to(place)) for file in place.rglob("*") if file.is_file()}


def test_finished_runs_are_published(home, repository):
    whole.publish(home, repository)
    tables = {f"report/{name}/tables/{file}" for name in whole.PUBLIC
              for file in ("table2.csv", "data.json")}  # fmt: skip
    films = {f"figures/{name}" for name in whole.FILMS}
    assert listed(repository) == tables | films | {
        "README.md", "report/site/index.html", "report/bench.csv",
    }  # fmt: skip
    assert (repository / "report" / "site" / "index.html").read_text() == "simulated recovered"
    readme = (repository / "README.md").read_text()
    assert "| thesis | recovered | simulated |" in readme and "80.0 / 70.0" in readme
    assert (repository / "figures" / "overlay.gif").read_text() == "new"
    assert (repository / "report" / "bench.csv").read_text() == "old", "make bench did not run"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda patch: write_run("simulated", profile="quick"), "simulated: a quick run"),
        (lambda patch: write_run("simulated", commit="feedbee+changes"), "not committed"),
        (
            lambda patch: patch.setattr(chain, "commits", lambda data: {"feedbee", "unknown"}),
            "simulated: made with code that is not committed; .*recovered: made with",
        ),
        (
            lambda patch: patch.setattr(chain, "is_finished", lambda data, profile: False),
            "unfinished or out of date; run `make report DATASET=simulated`",
        ),
        (
            lambda patch: (Dataset("recovered").report / "07_results.ipynb").unlink(),
            "recovered: not run here",
        ),
    ],
)
def test_nothing_else_is_published(home, repository, monkeypatch, change, message):
    change(monkeypatch)
    before = {name: (repository / name).read_text() for name in listed(repository)}
    with pytest.raises(ValueError, match=message):
        whole.publish(home, repository)
    assert {name: (repository / name).read_text() for name in listed(repository)} == before


@pytest.mark.slow
def test_an_unfinished_run_is_one_whose_fresh_run_waits_or_whose_outputs_are_gone(home):
    data = Dataset("simulated")
    write_json(data.folder / "clips.csv", {})
    assert not chain.is_finished(data, "full")


def test_a_whole_report_ends_a_fresh_run_only_when_all_is_done(home, monkeypatch):
    done = []
    monkeypatch.setattr(chain, "run", lambda data, profile, **options: done.append(options))
    monkeypatch.setattr(chain, "finish", lambda data: done.append("finished"))
    monkeypatch.setattr(numbers, "measure", lambda data, profile: done.append("counted"))

    def stop(home):
        raise KeyboardInterrupt

    monkeypatch.setattr(site, "make", stop)
    with pytest.raises(KeyboardInterrupt):
        whole.make(Dataset("mine"), fresh=True)
    options = {"fresh": True, "cluster": None, "seeds": None}
    assert done == [options, "counted"]
    monkeypatch.setattr(site, "make", lambda home: home / "page")
    assert whole.make(Dataset("mine"), fresh=True) == home / "page"
    assert done[2:] == [options, "counted", "finished"]


def test_the_film_shows_full_simulated_clips_if_there_are(home, monkeypatch):
    made = []
    monkeypatch.setattr(showcase, "make", lambda data, protocol, folder: made.append(data.name))
    for run in (("mine", "full"), ("simulated-quick", "quick"), ("simulated", "full")):
        whole.film(Dataset(run[0]), run[1])
    write_run("simulated")
    whole.film(Dataset("simulated-quick"), "quick")
    assert made == ["simulated-quick", "simulated"]


def test_runs_write_to_ignored_places_only():
    """Whatever the commands of a user write, git does not show it."""
    written = [
        "build/site/index.html", "build/bench.csv", "build/overlay.gif", "build/.site.lock",
        "build/report/simulated/07_results.ipynb", "figures/simulated/07_folds.svg",
        "data/simulated/clips.csv", "data/recovered/keypoints.parquet",
        "data/recovered/.done/01_annotation_review.json", "data/recovered/.notebooks.lock",
        "data/recovered/results/thesis/folds.csv", "data/mine/exchange/boris/anna.tsv",
    ]  # fmt: skip
    call = ["git", "-C", paths.REPOSITORY, "check-ignore", *written]
    found = subprocess.run(call, capture_output=True, text=True, check=True).stdout.split()
    assert found == written


@pytest.fixture
def trained(home, monkeypatch):
    """One architecture that was tested here."""
    data = Dataset(make_dataset(home, clips=4, frames=12, videos=2, processed=True), home)
    monkeypatch.setattr(benchmark, "finished", lambda data: ["lstm"])
    rows = data.labels.assign(architecture="lstm", outer=0, model="ensemble")
    table = rows.assign(**dict.fromkeys(PROBABILITIES, 0.25))
    monkeypatch.setattr(benchmark, "read", lambda data, names: {"lstm": table})
    record = {"seconds": {"lstm-0": 2.0, "lstm-1": 3.0}, "provenance": {"commit": "feedbee"}}
    write_json(benchmark.record(data, "lstm"), record)
    return data


@pytest.mark.slow
def test_answers_of_what_was_trained_here_are_published(trained, tmp_path):
    other = tmp_path / "report" / trained.name / "answers" / "videos_out" / "gymtcn.parquet"
    write_text(other, "of another run")
    (file,) = whole.publish_answers(trained, tmp_path / "report")
    assert file.name == "lstm.parquet" and other.is_file()
    about = read_json(file.with_suffix(".json"))
    assert about["seconds"] == 5 and about["provenance"] == {"commit": "feedbee"}


@pytest.mark.slow
def test_answers_of_uncommitted_code_are_not_published(trained, tmp_path):
    file = benchmark.record(trained, "lstm")
    write_json(file, read_json(file) | {"provenance": {"commit": "feedbee+changes"}})
    with pytest.raises(ValueError, match=r"protocol.json was made with code that is not committed"):
        whole.publish_answers(trained, tmp_path / "report")
    assert not (tmp_path / "report").exists()
