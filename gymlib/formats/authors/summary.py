"""An account of an import, for the person who runs it."""

from dataclasses import dataclass, field


@dataclass
class Summary:
    """What an import took, what it left out, and what to know about the result."""

    dataset: str
    source: str
    clips: int = 0
    frames: int = 0
    annotators: list[str] = field(default_factory=list)
    with_poses: bool = False
    skipped: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        lines = [
            f"Data set {self.dataset}: {self.clips} clips, {self.frames} frames from {self.source}",
            f"annotators: {', '.join(self.annotators) or 'none'}",
            "poses: imported" if self.with_poses else "poses: none; notebook 02 extracts them",
            *[f"left out: {line}" for line in self.skipped],
            *[f"note: {line}" for line in self.notes],
        ]
        return "\n".join(lines)
