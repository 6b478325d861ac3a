"""Where a result comes from: commit, versions, machine kind, hash of the data."""

import hashlib
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

from gymlib import __version__
from gymlib.files import paths

PACKAGES = ("numpy", "mediapipe", "torch", "numba", "optuna", "pandas", "scikit-learn")


def commit() -> str:
    """Commit of the code, with "+changes" if files differ from it; "unknown" outside git."""
    try:
        head = _git("rev-parse", "--short=12", "HEAD")
        changed = _git("status", "--porcelain", "--", "gymlib", "notebooks")
        return head + ("+changes" if changed else "")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def _git(*arguments: str) -> str:
    call = ["git", "-C", str(paths.REPOSITORY), *arguments]
    return subprocess.run(call, check=True, capture_output=True, text=True).stdout.strip()


def file_hash(files: list[Path]) -> str:
    """SHA-256 over names and contents of files, first 16 hex digits; missing files count."""
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(file.name.encode() + b"\0")
        digest.update(file.read_bytes() if file.is_file() else b"(missing)")
    return digest.hexdigest()[:16]


def record(inputs: list[Path] = ()) -> dict:
    """Versions, commit and input hash as a dictionary to save beside a result."""
    return {
        "gymlib": __version__,
        "commit": commit(),
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "packages": {name: version(name) for name in PACKAGES},
        "inputs": {file.name: file_hash([file]) for file in inputs},
    }
