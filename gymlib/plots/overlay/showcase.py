"""The video to show: one simulated clip with skeleton, label, probabilities and timelines.

As an MP4 for the report, and as a GIF that README can hold. Simulated clips are the only ones
free to show. The clip is neither the best nor the worst: of those that show all four labels, the
one of median accuracy of the default architecture's ensemble, which was not trained on it.
"""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from gymlib import video
from gymlib.dataset import Dataset
from gymlib.evaluation import results
from gymlib.evaluation.protocol import THESIS
from gymlib.files import provenance
from gymlib.files.atomic import atomic_path, read_json, write_json
from gymlib.files.cache import Step
from gymlib.files.tables import read_table
from gymlib.labels import CLASSES
from gymlib.plots.overlay.clip import draw_clip
from gymlib.plots.overlay.drawing import Picture

APPROACH = results.Approach(THESIS.recipes[-1].name, "ensemble").key
GIF_WIDTH = 480  # pixels
GIF_RATE = 12.5  # pictures per second: a GIF counts in 1/100 s, and 8 of them show no stutter
GIF_COLOURS = 48  # of one palette for all pictures; without dithering, which would not compress


def make(data: Dataset, protocol: str, folder: Path) -> dict | None:
    """Write overlay.mp4, overlay.gif and overlay.json into ``folder``; returns the last.

    overlay.json says which clip it is, how much of it is right, and where it comes from. None
    (and nothing is written) as long as the data set lacks videos or predictions; nothing is
    written either if the files are up to date.
    """
    file = data.results(protocol) / "predictions.parquet"
    truth = data.folder / "truth" / "clips.csv"
    if not file.is_file() or not truth.is_file():
        return None
    predictions = read_table(file)
    answers = results.answers(predictions, APPROACH)
    clip, accuracy = choose(answers, data.keypoints, read_table(truth))
    tables = [data.folder / name for name in ("keypoints.parquet", "labels.parquet", "clips.csv")]
    film, gif, note = (folder / f"overlay.{kind}" for kind in ("mp4", "gif", "json"))
    step = Step(
        folder / ".done" / "overlay.json",
        inputs=[file, truth, data.video(clip), *tables],
        settings={"dataset": data.name},
        code=["gymlib.plots.overlay.showcase"],
        outputs=[film, gif, note],
    )
    if step.is_done():
        return read_json(note)
    with step.making():
        drawn = draw_clip(data, clip, {"prediction": results.rows_of(predictions, APPROACH)})
        pictures, fps = list(drawn), data.clip(clip).fps
        video.write_video(film, pictures, fps, crf=28, preset="medium")
        write_gif(gif, pictures, fps)
        about = {"dataset": data.name, "clip": clip, "accuracy": accuracy}
        about |= {"data": provenance.file_hash([file]), "commit": provenance.commit()}
        write_json(note, about)
    return about


def choose(answers: pd.DataFrame, poses: pd.DataFrame, truth: pd.DataFrame) -> tuple[str, float]:
    """The clip to show and its accuracy in percent.

    Of the somersaults at normal speed that end on the feet and hold all four labels, the one of
    median accuracy (the better of two), then with the most poses found, then the first by name.
    If there is no such clip, of all clips.
    """
    scores = results.clip_scores(answers).set_index("clip")["accuracy"]
    labels = answers.groupby("clip")["true"].nunique()
    posed = poses.groupby("clip")["detected"].mean()
    table = truth.set_index("clip").assign(accuracy=scores, labels=labels, posed=posed)
    table = table.dropna(subset=["accuracy"])
    plain = table["skill"].str.contains("somersault") & table["slow"].eq(1)
    good = plain & table["labels"].eq(len(CLASSES)) & table["landing"].isin(["stick", "steps"])
    table = table[good] if good.any() else table
    table = table.sort_index().sort_values(["accuracy", "posed"], ascending=False, kind="stable")
    median = table["accuracy"].iloc[(len(table) - 1) // 2]
    table = table[table["accuracy"] == median]
    return str(table.index[0]), float(median)


def write_gif(path: Path, pictures: Iterable[Picture], fps: float) -> None:
    """Write an endless GIF of small pictures; the same pictures give the same bytes."""
    pictures = list(pictures)
    count = max(1, round(len(pictures) * GIF_RATE / fps))
    chosen = np.linspace(0, len(pictures) - 1, count).round().astype(int)
    images = [Image.fromarray(pictures[index]) for index in chosen]
    size = (GIF_WIDTH, round(images[0].height * GIF_WIDTH / images[0].width))
    images = [image.resize(size, Image.Resampling.LANCZOS) for image in images]
    every = images[:: max(1, len(images) // 8)]  # enough pictures to find the colours in
    sample = Image.fromarray(np.vstack([np.asarray(image) for image in every]))
    palette = sample.quantize(GIF_COLOURS, method=Image.Quantize.MEDIANCUT)
    first, *rest = [image.quantize(palette=palette, dither=Image.Dither.NONE) for image in images]
    pace = {"duration": round(1000 / GIF_RATE), "loop": 0, "optimize": False}
    with atomic_path(path) as temporary:
        first.save(temporary, save_all=True, append_images=rest, **pace)
