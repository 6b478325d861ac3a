"""Is this done? One answer for every step of the work.

The key of a step is the content of what it reads, its settings and the code that it runs. It is
done if it was last finished with this key and all that it writes is still there. Code counts as
it works: comments, docstrings and modules that the step does not import change nothing.
"""

import contextlib
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gymlib.files.atomic import read_json, write_json
from gymlib.files.code import code_hash


@dataclass(frozen=True)
class Step:
    """One piece of work.

    Attributes
    ----------
    record : JSON file that notes the key of the last good run.
    inputs : files whose content counts; a missing one counts as missing.
    settings : what else decides the result, as JSON can hold it.
    code : modules that do the work, such as "gymlib.pose.extraction"; with all that they import.
    outputs : files that have to be there.
    """

    record: Path
    inputs: Sequence[Path] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    code: Sequence[str] = ()
    outputs: Sequence[Path] = ()

    def key(self) -> str:
        """Hash of everything that the outputs depend on, 16 hex digits."""
        return key(self.inputs, self.settings, self.code)

    def is_done(self) -> bool:
        """Whether the outputs are there, made with the present key."""
        try:
            noted = read_json(self.record).get("key")
        except (OSError, ValueError):  # never done, or a damaged note
            return False
        return all(Path(file).exists() for file in self.outputs) and noted == self.key()

    @contextlib.contextmanager
    def making(self, about: Mapping[str, Any] | None = None):
        """The block makes the outputs; if it ends well, the step is done.

        The key is taken before the block: what changes while it runs is not counted as seen.

        Parameters
        ----------
        about : more to note beside the key, for people.
        """
        found = self.key()
        self.record.unlink(missing_ok=True)  # half-made outputs belong to no key
        yield
        write_json(self.record, {"key": found, **(about or {})})


def key(inputs: Iterable[Path], settings: Mapping[str, Any], code: Sequence[str]) -> str:
    """Hash over contents and names of files, settings and code, 16 hex digits."""
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True).encode())
    digest.update(code_hash(tuple(code)).encode())
    for file in sorted(map(Path, inputs)):
        digest.update(f"\0{file.name}\0{content_hash(file)}".encode())
    return digest.hexdigest()[:16]


def content_hash(file: Path) -> str:
    """SHA-256 of a file; "missing" if there is none."""
    try:
        with open(file, "rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except FileNotFoundError:
        return "missing"
