"""What is to be labelled, and by whom: films or a data set, and what teaches the models."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from gymlib.dataset import Dataset
from gymlib.pose import TRACKER, Person, PoseConfig
from gymlib.prediction import ensemble, films, videos
from gymlib.prediction import open as doors
from gymlib.prediction.films import Film
from gymlib.prediction.videos import Labelled
from gymlib.thesis import datasets


def predict(
    files: Sequence[Path],
    data: Dataset,
    sources: Mapping[str, Sequence[Dataset]],
    on_labels: Callable[[Dataset, Labelled], None],
    *,
    extractor: str | None = None,
    people: Mapping[str, Person] | None = None,
    quick: bool = False,
    recovered: Path | None = None,
    cluster: str | None = None,
) -> Path:
    """Label films, or without any a data set, and return the page to look at first.

    Parameters
    ----------
    files : films, and folders of films.
    data : labelled if there are no films, and then made already; its home is where the films' data
        sets go.
    sources : what teaches the models, see :func:`gymlib.prediction.open.load`, each with its data
        sets.
    on_labels, cluster : see :func:`gymlib.prediction.films.label`.
    extractor : who finds the poses; None takes the tracker for films and wherever somebody is
        pointed at, and for a data set what it had before.
    people : whom to follow, see :func:`named`.
    quick : train fewer models for less long.
    recovered : a local copy of the recovered skeletons, instead of the download.

    Raises ValueError for a cluster without films and as :func:`named`, and what making data sets,
    checking annotations and labelling raise.
    """
    people = people or {}
    if cluster and not files:
        raise ValueError(
            "--cluster labels films, a worker each; name films, or leave --cluster out"
        )
    teachers = [own for learnt_from in sources.values() for own in learnt_from]
    if files:
        targets = named(files, extractor or TRACKER, people, data.home)
    else:
        targets = [_whole(data, extractor, people)]
    for own in teachers:
        datasets.make(own, recovered)
    for film in targets:
        videos.check(film.data)
    for own in teachers:
        videos.prepare(own)
    how = (ensemble.QUICK, "quick") if quick else (ensemble.TransferConfig(), "full")
    ensembles = {
        name: partial(doors.taught, name, learnt_from, *how)
        for name, learnt_from in sources.items()
    }
    return films.label(targets, ensembles, on_labels, cluster)


def _whole(data: Dataset, extractor: str | None, people: Mapping[str, Person]) -> Film:
    """A data set as one thing to label."""
    if strange := sorted(people.keys() - {""}):
        raise ValueError(
            f"--person points at somebody in {', '.join(strange)}, but no films are named; name "
            "the film, or leave its name out"
        )
    person = people.get("")
    asked = extractor or (TRACKER if person else None)
    return Film(data, PoseConfig(extractor=asked, person=person) if asked else None)


def named(
    files: Sequence[Path], extractor: str, people: Mapping[str, Person], home: Path | None = None
) -> list[Film]:
    """The films named, and those in the folders named.

    Parameters
    ----------
    people : whom to follow in a film, by the name of its file; "" in all others.

    Raises ValueError for folders without films, for two films whose data sets would have one name,
    and for people in films that are not there.
    """
    found = list(dict.fromkeys(film for path in files for film in doors.films(path)))
    known = sorted({film.name for film in found})
    if strange := sorted(people.keys() - {*known, ""}):
        raise ValueError(
            f"--person points at somebody in {', '.join(strange)}; expected one of the films: "
            f"{', '.join(known[:5])}{' ...' if len(known) > 5 else ''}"
        )
    films, first = [], {}
    for file in found:
        data = doors.named(file, home)
        other = first.setdefault(data.name, file)
        if other is not file:
            raise ValueError(
                f"{other} and {file} would both be the data set {data.name!r}; rename one of them"
            )
        person = people.get(file.name, people.get(""))
        films.append(Film(data, PoseConfig(extractor=extractor, person=person), file))
    return films


def person(text: str) -> tuple[str, Person]:
    """Whom to follow, as a command line says it, and in which film: "" in all others.

    >>> person("salto.mp4=0.4,0.6,1.5")
    ('salto.mp4', Person(x=0.4, y=0.6, seconds=1.5))

    Raises ValueError for anything else.
    """
    film, _, place = text.rpartition("=")
    try:
        return film, Person(*map(float, place.split(",", 2)))
    except (TypeError, ValueError):
        raise ValueError(
            "--person expects X,Y or X,Y,SECONDS with X and Y as shares of the picture, such as "
            f"0.4,0.6,1.5, or one film's as salto.mp4=0.4,0.6; found {text!r}"
        ) from None
