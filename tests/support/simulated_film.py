"""A film of one's own with somebody in it whom BlazePose finds."""

import tempfile
from pathlib import Path

from gymlib.simulation import clip
from gymlib.simulation.plan import plan


def gymnast(path: Path) -> Path:
    """A film of a simulated gymnast: the shortest of the first standing jumps that are planned."""
    standing = [own for own in plan() if own.attempt.entry == "standing" and not own.attempt.late]
    shortest = min(standing[:6], key=lambda own: len(clip.simulate(own).joints))
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        clip.make(shortest, path, Path(folder) / "truth.npz")
    return path
