"""The data sets by their names: simulated, drawn as skeletons, recovered, or one's own videos."""

from pathlib import Path

from gymlib.dataset import Dataset, inventory


def make(data: Dataset, source: Path | None = None, clips: int | None = None) -> list[str]:
    """Generate, download or list what a data set begins with; what is there stays. Notes.

    Parameters
    ----------
    source : a local copy of the recovered skeletons, instead of the download.
    clips : of the data set skeletons; None makes as many as usual.

    Raises what the makers of each data set raise.
    """
    if data.name in ("simulated", "simulated-quick"):
        from gymlib.simulation import generate

        generate.make(data.folder, size="quick" if data.name.endswith("quick") else "full")
    elif data.name == "skeletons":
        from gymlib.simulation import skeletons

        skeletons.make(data.folder, clips or skeletons.CLIPS)
    elif data.name == "recovered":
        from gymlib.thesis import recovered

        recovered.make(data.folder, source=source)
    else:
        return inventory.take(data)
    return []
