"""Pictures of the annotation guide, drawn from simulated clips, whose right labels are known.

The guide's text is docs/annotation_guide.md. Which clip shows a case is found in the truth of the
data set, so that the pictures follow it when the simulation changes.
"""

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from gymlib import video
from gymlib.dataset.keypoints import keypoint_array
from gymlib.dataset.tables import annotators, read_clips
from gymlib.files import paths, provenance, svg
from gymlib.files.atomic import atomic_path, write_json
from gymlib.files.tables import read_table
from gymlib.labels import CODES, IDLE, LANDING, SKILL, TAKEOFF, Segment
from gymlib.labels import frames as frame_labels
from gymlib.plots.guide import plot_example
from gymlib.plots.style import use_style
from gymlib.skeleton import to_pixels

PICTURES = paths.DOCS / "annotation_guide"


class Clip(NamedTuple):
    """A simulated clip: what truth/clips.csv says of it, its true runs, and its annotators'."""

    about: pd.Series
    runs: list[Segment]
    votes: dict[str, list[Segment]]

    def of(self, label: int) -> list[Segment]:
        return [run for run in self.runs if run.label == label]


class Example(NamedTuple):
    """Frames of a clip that show a case."""

    clip: str
    frames: list[int]


def _spread(start: int, end: int, count: int) -> list[int]:
    return np.linspace(start, end, count).round().astype(int).tolist()


def _middle(run: Segment) -> int:
    return (run.start + run.end) // 2


def borders(clip: Clip) -> list[int] | None:
    """The last frame before and the first after each of the three borders, after a run-up."""
    right = [run.label for run in clip.runs[:4]] == [IDLE, TAKEOFF, SKILL, LANDING]
    if not right or clip.about["entry"] != "run-up" or clip.runs[0].end < 10:
        return None
    return [frame for run in clip.runs[1:4] for frame in (run.start - 1, run.start)]


def fake_takeoff(clip: Clip) -> list[int] | None:
    """A movement before the take-off that an annotator took for one, and idle after it."""
    if not clip.about["fakes"] or clip.runs[0].label != IDLE:
        return None
    idle = clip.runs[0]
    found = [
        run
        for runs in clip.votes.values()
        for run, after in itertools.pairwise(runs)
        if (run.label, after.label) == (TAKEOFF, IDLE) and after.end <= idle.end + 5
    ]
    if not found or max(run.end - run.start for run in found) < 10:
        return None
    fake = max(found, key=lambda run: run.end - run.start)
    start, end = clip.of(TAKEOFF)[0][:2]
    return [*_spread(fake.start, fake.end, 3), (fake.end + idle.end) // 2, (start + 2 * end) // 3,
            clip.of(SKILL)[0].start + 2]  # fmt: skip


def trampoline_chain(clip: Clip) -> list[int] | None:
    """From one skill over the bed into the next."""
    skills = clip.of(SKILL)
    if clip.about["entry"] != "trampoline" or len(skills) < 3:
        return None
    first, second = skills[:2]
    contact = Segment(first.end + 1, second.start - 1, TAKEOFF)
    return [_middle(first), first.end - 1, contact.start + 1, contact.end - 1, second.start + 3,
            _middle(second)]  # fmt: skip


def cartwheel_entry(clip: Clip) -> list[int] | None:
    """A cartwheel, the turn after it, and the skill."""
    if clip.about["entry"] != "cartwheel" or clip.runs[0].label != IDLE or clip.runs[0].end > 20:
        return None
    takeoff = clip.of(TAKEOFF)[0]
    wheel = (takeoff.start + takeoff.end) // 2
    return [*_spread(takeoff.start + 2, wheel - 6, 3), wheel + 6, takeoff.end - 6,
            _middle(clip.of(SKILL)[0])]  # fmt: skip


def landing_steps(clip: Clip) -> list[int] | None:
    """Steps until the gymnast has his balance, and standing still."""
    landings = clip.of(LANDING)
    long = bool(landings) and landings[-1].end - landings[-1].start > 45
    if clip.about["landing"] != "steps" or clip.about["entry"] != "standing" or not long:
        return None
    return [clip.of(SKILL)[-1].end - 2, *_spread(landings[-1].start + 1, landings[-1].end, 5)]


def walking_off(clip: Clip) -> list[int] | None:
    """Where a landing ends."""
    last = clip.runs[-1]
    if clip.about["landing"] != "walk-off" or last.label != IDLE or last.end - last.start < 15:
        return None
    landing = clip.of(LANDING)[-1]
    return [*_spread(landing.start, landing.end, 3), *_spread(last.start + 1, last.end, 3)]


CASES: dict[str, Callable[[Clip], list[int] | None]] = {
    "borders": borders,
    "fake_takeoff": fake_takeoff,
    "trampoline_chain": trampoline_chain,
    "cartwheel_entry": cartwheel_entry,
    "landing_steps": landing_steps,
    "walking_off": walking_off,
}
"""Name of the picture -> what chooses its frames, None for a clip that does not show the case."""


def choose(clips: list[Clip]) -> dict[str, Example]:
    """The first clip in real time that shows each case; ValueError naming a case nobody shows."""
    found = {}
    for name, pick in CASES.items():
        frames = ((clip, pick(clip)) for clip in clips if clip.about["slow"] == 1)
        shown = next(((c.about["clip"], chosen) for c, chosen in frames if chosen), None)
        if shown is None:
            raise ValueError(f"no clip shows the case {name!r}; use the full simulated data set")
        found[name] = Example(*shown)
    return found


def read_clips(dataset: str) -> list[Clip]:
    """Clips of a simulated data set with their truth and their annotators' runs."""
    folder = paths.dataset(dataset)
    phases = read_table(folder / "truth" / "phases.csv")
    files = {who: read_table(folder / "annotations" / f"{who}.csv")
             for who in annotators(dataset)}  # fmt: skip
    true = _runs(phases)
    votes = {who: _runs(table) for who, table in files.items()}
    return [
        Clip(about, true[about["clip"]], {who: runs[about["clip"]] for who, runs in votes.items()})
        for _, about in read_table(folder / "truth" / "clips.csv").iterrows()
    ]


def _runs(table: pd.DataFrame) -> dict[str, list[Segment]]:
    return {
        clip: [Segment(int(r.start), int(r.end), CODES[r.label]) for r in rows.itertuples()]
        for clip, rows in table.groupby("clip", sort=False)
    }


def make(dataset: str = "simulated", folder: Path = PICTURES) -> list[Path]:
    """Draw all pictures of the guide from a simulated data set into ``folder``; their files.

    pictures.json beside them says which frames of which clip each shows, and of which data.
    """
    use_style()
    clips = read_clips(dataset)
    films = read_clips(dataset).set_index("clip")
    poses = read_table(paths.dataset(dataset) / "truth" / "keypoints.parquet")
    runs = {clip.about["clip"]: clip.runs for clip in clips}
    files, chosen = [], choose(clips)
    for name, (clip, frames) in chosen.items():
        film = films.loc[clip]
        rows = poses[poses["clip"] == clip].sort_values("frame").iloc[frames]
        bodies = to_pixels(keypoint_array(rows), film["width"], film["height"])
        pictures = video.pick_frames(paths.dataset(dataset) / film["path"], frames)
        figure = plot_example(pictures, bodies, frames, frame_labels(runs[clip]))
        files.append(Path(folder) / f"{name}.svg")
        _save(figure, files[-1])
        plt.close(figure)
    shown = {name: example._asdict() for name, example in chosen.items()}
    truth = paths.dataset(dataset) / "truth"
    data = provenance.file_hash([truth / "phases.csv", truth / "clips.csv"])
    about = {"dataset": dataset, "data": data, "commit": provenance.commit(), "pictures": shown}
    write_json(Path(folder) / "pictures.json", about)
    return files


def _save(figure, path: Path) -> None:
    """An SVG whose pictures have a palette, the same bytes for the same picture."""
    with atomic_path(path) as temporary:
        figure.savefig(temporary, dpi=200, metadata={"Date": None})
        temporary.write_text(svg.lighten(temporary.read_text("utf-8")), encoding="utf-8")
