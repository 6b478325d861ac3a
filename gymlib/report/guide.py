"""Pictures of the annotation guide, drawn from simulated clips, whose right labels are known.

The guide's text is docs/annotation_guide.md; pictures.json says which frames of which clip show
each case. People chose them; they have to be chosen again when the simulation changes.
"""

from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd

from gymlib import video
from gymlib.dataset import Dataset
from gymlib.dataset.keypoints import keypoint_array
from gymlib.files import paths, provenance, svg
from gymlib.files.atomic import atomic_path, read_json
from gymlib.files.tables import read_table
from gymlib.labels import CODES, Segment
from gymlib.labels import frames as frame_labels
from gymlib.plots.guide import plot_example
from gymlib.plots.style import use_style
from gymlib.skeleton import to_pixels

PICTURES = paths.DOCS / "annotation_guide"


def make(data: Dataset, folder: Path = PICTURES) -> list[Path]:
    """Draw the pictures that ``folder``/pictures.json lists into ``folder``; returns their files.

    Raises ValueError if the frames were chosen for other clips than those of ``data``.
    """
    about, truth = read_json(folder / "pictures.json"), data.folder / "truth"
    found = provenance.file_hash([truth / "phases.csv", truth / "clips.csv"])
    if found != about["data"]:
        raise ValueError(
            f"{folder / 'pictures.json'} was written for data {about['data']}, but these are "
            f"{found}; choose frames that show each case, and put {found} there"
        )
    use_style()
    poses, phases = (read_table(truth / name) for name in ("keypoints.parquet", "phases.csv"))
    return [
        _draw(folder / f"{name}.svg", data, poses, phases, **example)
        for name, example in about["pictures"].items()
    ]


def _draw(
    file: Path, data: Dataset, poses: pd.DataFrame, phases: pd.DataFrame, clip: str, frames: list
) -> Path:
    """One picture: frames of a clip with the true body in them, above the clip's labels."""
    film = data.clips.set_index("clip").loc[clip]
    rows = poses[poses["clip"] == clip].sort_values("frame").iloc[frames]
    bodies = to_pixels(keypoint_array(rows), film["width"], film["height"])
    pictures = video.pick_frames(data.folder / film["path"], frames)
    labels = [
        Segment(int(row.start), int(row.end), CODES[row.label])
        for row in phases[phases["clip"] == clip].itertuples()
    ]
    figure = plot_example(pictures, bodies, frames, frame_labels(labels))
    with atomic_path(file) as temporary:  # the same bytes for the same picture
        figure.savefig(temporary, dpi=200, metadata={"Date": None})
        temporary.write_text(svg.lighten(temporary.read_text("utf-8")), encoding="utf-8")
    plt.close(figure)
    return file
