"""A whole report: notebooks, counts, film and site brought up to date; and its publication."""

import shutil
from pathlib import Path

from gymlib import models
from gymlib.dataset import Dataset
from gymlib.evaluation import benchmark, protocol, published
from gymlib.files import paths
from gymlib.files.atomic import read_json
from gymlib.plots.overlay import showcase
from gymlib.prediction import comparison
from gymlib.report import chain, numbers, readme, site

PUBLIC = ("recovered", "simulated")
"""Data sets whose numbers are published; what was made of others is nobody else's business."""
FILMS = ("overlay.mp4", "overlay.gif", "overlay.json")


def make(
    data: Dataset,
    profile: str = "full",
    *,
    fresh: bool = False,
    cluster: str | None = None,
    seeds: int | None = None,
) -> Path:
    """Bring the report up to date with a data set; returns its front page.

    Parameters are those of :func:`gymlib.report.chain.run`.
    """
    chain.run(data, profile, fresh=fresh, cluster=cluster, seeds=seeds)
    numbers.measure(data, profile)
    film(data, profile)
    page = site.make(data.home)
    chain.finish(data)
    return page


def film(data: Dataset, profile: str) -> None:
    """The video to show, of simulated clips only; of quick ones as long as there are no others."""
    instead = data.name == "simulated-quick" and not numbers.description(
        Dataset("simulated", data.home)
    )
    if data.name == "simulated" or instead:
        showcase.make(data, protocol.of_profile(profile).name, paths.work(data.home))


def publish(home: Path, repository: Path = paths.REPOSITORY) -> list[Path]:
    """Copy what the last runs gave into the repository: report/, README's table, figures/overlay.*.

    Returns what was written. Raises ValueError, and changes nothing, unless the full runs of all
    published data sets are up to date and were made with committed code.
    """
    datasets = [data for data in numbers.shown(home) if data.name in PUBLIC]
    faults = [f"{name}: not run here" for name in PUBLIC if name not in {d.name for d in datasets}]
    faults += [f"{data.name}: {fault}" for data in datasets if (fault := _fault(data))]
    if faults:
        raise ValueError("not published: " + "; ".join(faults))
    report, figures, made = repository / "report", repository / "figures", paths.work(home)
    for data in datasets:
        publish_answers(data, report)
        target = report / data.name / "tables"
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(data.report / "tables", target, ignore=shutil.ignore_patterns(".*"))
    site.build(datasets, report / "site", made / FILMS[0])
    by_name = sorted(datasets, key=lambda data: data.name)
    parts = [readme.results_table(by_name), *readme.against(by_name)]
    readme.update_readme(repository / "README.md", "\n\n".join(parts))
    copies = {made / name: figures / name for name in FILMS}
    copies[made / "bench.csv"] = report / "bench.csv"
    for source, target in copies.items():
        if source.is_file():
            shutil.copyfile(source, target)
    return [report, repository / "README.md", figures]


def publish_answers(data: Dataset, report: Path = paths.PUBLISHED) -> list[Path]:
    """Keep what the architectures that were trained here answer in the published report.

    Those of others stay. Raises ValueError, and writes nothing, if uncommitted code made some.
    """
    tested = benchmark.read(data, benchmark.finished(data))
    took = benchmark.seconds(data, tested)
    records = {name: benchmark.record(data, name) for name in tested}
    made = [
        (published.VIDEOS_OUT, name, table, {"seconds": took[name]} | _maker(records[name]))
        for name, table in tested.items()
    ]
    configs = [*map(comparison.config, models.names()), *comparison.ablations()]
    records = {file.stem.removesuffix("_of_1"): file for file in comparison.records(data)}
    made += [
        (published.TAUGHT, name, table, _maker(records[name]))
        for name, table in comparison.taught(data, configs).items()
    ]
    return [published.write(data, *of_one, report) for of_one in made]


def _maker(record: Path) -> dict[str, dict]:
    """The provenance of a result, which must be of committed code."""
    made = read_json(record)["provenance"]
    if _loose(made["commit"]):
        raise ValueError(
            f"not published: {record} was made with code that is not committed; commit, then run "
            "`make models` again"
        )
    return {"provenance": made}


def _loose(commit: str) -> bool:
    return commit == "unknown" or "+" in commit


def _fault(data: Dataset) -> str | None:
    """Why a data set's report cannot be published."""
    command = f"`make reproduce DATASET={data.name}`"
    if numbers.is_quick(data):
        return f"a quick run, whose numbers mean little; run {command}"
    if not chain.is_finished(data, "full"):
        return f"its run is unfinished or out of date; run `make report DATASET={data.name}`"
    commits = {(numbers.description(data) or {}).get("commit", "unknown"), *chain.commits(data)}
    if any(map(_loose, commits)):
        return f"made with code that is not committed; commit, then run {command}"
    return None
