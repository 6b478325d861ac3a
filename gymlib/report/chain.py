"""The chain of notebooks, run headlessly through papermill.

Each notebook is executed when its source, its parameters, the package or the files it reads
have changed since its last good run; executed copies go to report/<data set>/.
"""

import contextlib
import hashlib
import json
import os
import re
from pathlib import Path

import nbformat
import papermill

from gymlib.files import lock, paths, provenance, svg
from gymlib.files.atomic import atomic_path, read_json, write_json
from gymlib.files.progress import progress

INPUTS = {
    "01_annotation_review": ["clips.csv", "annotations/*.csv"],
    "02_pose_extraction": ["clips.csv", "labels.parquet", "videos/*/*"],
    "03_preprocessing": ["clips.csv", "labels.parquet", "keypoints.parquet"],
    "04_cnn": ["processed.parquet"],
    "05_lstm": ["processed.parquet"],
    "06_nested_cv": ["processed.parquet"],
    "07_results": [
        "processed.parquet", "results/*/*.parquet", "results/*/*.csv",
        "../simulated*/keypoints.parquet", "../recovered/keypoints.parquet",
    ],
}  # fmt: skip
"""Files that each notebook reads, seen from the data set; a change in one runs it again."""


class NotebookError(RuntimeError):
    """A notebook stopped with an error; the message says where its copy is."""


def run(dataset: str, profile: str = "full", *, fresh: bool = False) -> list[Path]:
    """Execute what is out of date of the chain, in order; returns the executed copies.

    Parameters
    ----------
    fresh : run every notebook, even those up to date. If a fresh run is interrupted, the next
        one continues behind the last notebook it finished.
    """
    with lock.hold(paths.dataset(dataset), "notebooks"):
        state = _State(dataset, profile)
        if fresh:
            state.begin()
        notebooks = sorted(INPUTS)
        for name in progress(notebooks, desc=f"notebooks, {dataset}, {profile}", unit="notebook"):
            fingerprint = _fingerprint(name, dataset, profile)
            if not state.is_current(name, fingerprint):
                execute(paths.NOTEBOOKS / f"{name}.ipynb", state.copy(name), dataset, profile)
                # Inputs may be links to files that the notebook itself refreshed.
                state.done(name, _fingerprint(name, dataset, profile))
        state.finish()
        return [state.copy(name) for name in notebooks]


def execute(source: Path, target: Path, dataset: str, profile: str) -> None:
    """Run one notebook with its parameters and write the executed copy.

    Raises ValueError if the notebook does not have the parameters, and NotebookError if a
    cell fails; then ``target`` holds the run up to the failing cell.
    """
    parameters = {"DATASET": dataset, "PROFILE": profile}
    known = set(papermill.inspect_notebook(str(source)))
    if unknown := set(parameters) - known:
        raise ValueError(
            f"{source.name} has no parameter {', '.join(sorted(unknown))}; its cell tagged "
            f"'parameters' defines {', '.join(sorted(known)) or 'nothing'}"
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    with _headless(), atomic_path(target) as temporary:
        try:
            papermill.execute_notebook(
                str(source),
                str(temporary),
                parameters,
                kernel_name="python3",
                cwd=str(paths.REPOSITORY),
                progress_bar=False,
                # Without capture, bars and MediaPipe's messages reach the terminal directly.
                # The kernel's own log would add tracebacks to Ctrl-C; a cell's error comes to us.
                extra_arguments=["--IPKernelApp.capture_fd_output=False", "--log-level=50"],
            )
        except papermill.PapermillExecutionError as error:
            failed = target.with_suffix(".failed.ipynb")
            os.replace(temporary, failed)
            raise NotebookError(
                f"{source.name} stopped in cell {error.exec_count}: {error.ename}: "
                f"{error.evalue}\nThe run up to there: {failed}"
            ) from None
        _finish(temporary, source, _origin(source.stem, dataset, profile))
    target.with_suffix(".failed.ipynb").unlink(missing_ok=True)


_ENVIRONMENT = {
    "GYMLIB_HEADLESS": "1",
    # A kernel ends before joblib has tidied up; the process that does it then would say so.
    "PYTHONWARNINGS": "ignore:resource_tracker:UserWarning",
}


@contextlib.contextmanager
def _headless():
    """Variables for the notebooks' kernels, which inherit this process's environment."""
    before = {name: os.environ.get(name) for name in _ENVIRONMENT}
    os.environ.update({name: before[name] or value for name, value in _ENVIRONMENT.items()})
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]


def _origin(name: str, dataset: str, profile: str) -> dict:
    """Where the figures of an executed notebook come from; the report shows it below each."""
    data = provenance.file_hash(_inputs(name, dataset))
    about = {"notebook": name, "dataset": dataset, "profile": profile}
    return about | {"data": data, "commit": provenance.commit()}


def _inputs(name: str, dataset: str) -> list[Path]:
    folder = paths.dataset(dataset)
    return [file for pattern in INPUTS.get(name, []) for file in folder.glob(pattern)]


def _finish(path: Path, source: Path, origin: dict) -> None:
    """Note the origin in an executed notebook, make its figures light, and take this machine out
    of it: papermill's paths, folders in outputs.
    """
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata["gymlib"] = origin
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if "image/svg+xml" in (data := output.get("data", {})):
                data["image/svg+xml"] = svg.lighten(data["image/svg+xml"])
    notebook.metadata.get("papermill", {}).update(input_path=source.name, output_path=source.name)
    text = nbformat.writes(notebook)
    for folder in sorted({str(paths.home()), str(paths.REPOSITORY)}, key=len, reverse=True):
        text = text.replace(json.dumps(folder)[1:-1] + "/", "").replace(folder, ".")
    # In front of warnings. The look-behind keeps long base64 pictures from taking for ever.
    text = re.sub(r"(?<![^\s\"])[^\s\"]*/ipykernel_\d+/\d+\.py:\d+: ", "", text)
    path.write_text(text, encoding="utf-8")


def _fingerprint(name: str, dataset: str, profile: str) -> str:
    """Hash of everything a notebook's outcome depends on."""
    code = [paths.NOTEBOOKS / f"{name}.ipynb", *(paths.REPOSITORY / "gymlib").rglob("*.py")]
    data = provenance.file_hash(_inputs(name, dataset))
    parts = (dataset, profile, provenance.file_hash(code), data)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


class _State:
    """What has run, kept in report/<data set>/.chain.json."""

    def __init__(self, dataset: str, profile: str):
        self.folder = paths.report(dataset)
        self.file = self.folder / ".chain.json"
        self.profile = profile
        old = read_json(self.file) if self.file.is_file() else {}
        self.content = old if old.get("profile") == profile else {}
        self.content.setdefault("done", {})

    def copy(self, name: str) -> Path:
        return self.folder / f"{name}.ipynb"

    def begin(self) -> None:
        """Forget all good runs, unless an interrupted fresh run is to be continued."""
        if not self.content.get("unfinished"):
            self.content = {"done": {}}
        self._save(unfinished=True)

    def is_current(self, name: str, fingerprint: str) -> bool:
        return self.content["done"].get(name) == fingerprint and self.copy(name).is_file()

    def done(self, name: str, fingerprint: str) -> None:
        self.content["done"][name] = fingerprint
        self._save()

    def finish(self) -> None:
        self._save(unfinished=False)

    def _save(self, **changes) -> None:
        self.content.update(profile=self.profile, **changes)
        write_json(self.file, self.content)
