"""Figures on disk."""

from pathlib import Path

from gymlib.files import paths
from gymlib.files.atomic import atomic_path


def save_figure(figure, dataset: str, name: str) -> Path:
    """Write figures/<dataset>/<name>; the suffix (.svg or .png) decides the format."""
    path = paths.figures(dataset) / name
    with atomic_path(path) as temporary:
        metadata = {"Date": None} if path.suffix == ".svg" else None  # same picture, same bytes
        figure.savefig(temporary, dpi=150, bbox_inches="tight", metadata=metadata)
    return path
