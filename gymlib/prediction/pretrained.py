"""Weights that come with the package, so that videos are labelled without any training.

Taught by generated skeletons alone, so nobody's film is in them and they carry this package's
licence. :func:`make` trains them again, bit by bit the same on one machine.
"""

import copy
from dataclasses import asdict
from pathlib import Path

from gymlib import models
from gymlib.dataset import Dataset
from gymlib.evaluation.decoding import Decoder
from gymlib.files import paths, provenance
from gymlib.files.atomic import existing, read_json, write_json
from gymlib.models.registry import DEFAULT
from gymlib.prediction import ensemble
from gymlib.prediction.answers import Ensemble
from gymlib.prediction.ensemble import TransferConfig

NAME = "pretrained"
"""The word that asks for them where a data set to learn from is named."""
FOLDER = Path(__file__).with_name("weights")
CONFIG = TransferConfig(architecture=DEFAULT, models=3, epochs=6, copies=1)
"""As many passes over the generated clips as help on simulated films (BlazePose on rendered
gymnasts of other seeds); real clips have decided nothing."""


def goes_on(source: str) -> list[str]:
    """The data sets from which a source lets the weights go on learning; none for most.

    >>> goes_on("pretrained+monday+tuesday"), goes_on("pretrained"), goes_on("recovered")
    (['monday', 'tuesday'], [], [])
    """
    first, *more = source.split("+")
    return more if first == NAME else []


def load(folder: Path = FOLDER) -> Ensemble:
    """The models that are shipped, and the decoder that their training labels teach.

    Raises MissingFileError or ValueError, naming the file, if the package is not whole.
    """
    hint = "Install the package again, or run `make pretrained`."
    card = read_json(existing(folder / "card.json", hint))
    files = [existing(folder / name, hint) for name in card["files"]]
    return Ensemble([models.load(file) for file in files], Decoder.from_dict(card["decoder"]))


def about() -> str:
    """Who taught the models that are shipped, and how often they are right, if that is known."""
    card = read_json(FOLDER / "card.json")
    says = (
        f"Labels are the vote of {card['config']['models']} networks that {card['clips']:,} "
        "generated clips have taught, and no film of a person."
    )
    file = paths.PUBLISHED / "recovered" / "tables" / "transfer.json"
    tested = read_json(file) if file.is_file() else {}
    if (tested.get("source"), tested.get("config")) != (NAME, card["config"]):
        return f"{says} How often they are right on films like this one has not been published."
    return (
        f"{says} On real gymnasts they gave {tested['accuracy']:.0f}% of {tested['frames']:,} "
        "frames the right label."
    )


def make(home: Path | None = None, folder: Path = FOLDER) -> dict:
    """Train on the data set ``skeletons``, which is made if need be, and write weights and card.

    Returns the card. Weights are kept in half precision, which moves probabilities by less than
    a thousandth.
    """
    # And all that it compares; loading needs none of it.
    from gymlib.prediction import comparison
    from gymlib.simulation import skeletons

    source = comparison.generated(skeletons.CLIPS, Dataset(NAME, home))
    taught = ensemble.taught(source, CONFIG)
    files = [f"{CONFIG.architecture}_{k}.safetensors" for k in range(CONFIG.models)]
    for model, name in zip(taught.models, files):
        models.save(copy.deepcopy(model).half(), folder / name)
    card = {
        "files": files,
        "decoder": taught.decoder.to_dict(),
        "config": asdict(CONFIG),
        "clips": len(source.clips),
        "frames": int(source.clips["frames"].sum()),
        "data": provenance.file_hash([source.folder / name for name in ensemble.TABLES]),
        "commit": provenance.commit(),
    }
    write_json(folder / "card.json", card)
    return card
