"""Figures on disk."""

from pathlib import Path

from gymlib.files.atomic import atomic_path


def save_figure(figure, path: Path) -> Path:
    """Write a figure; the suffix (.svg or .png) decides the format. Returns ``path``."""
    with atomic_path(path) as temporary:
        metadata = {"Date": None} if path.suffix == ".svg" else None  # same picture, same bytes
        figure.savefig(temporary, dpi=150, bbox_inches="tight", metadata=metadata)
    return path
