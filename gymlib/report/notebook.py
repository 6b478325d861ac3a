"""One notebook run headlessly through papermill; its copy says where its figures come from."""

import json
import os
import re
from pathlib import Path
from unittest.mock import patch

import nbformat
import papermill

from gymlib.dataset import Dataset
from gymlib.files import paths, provenance, svg
from gymlib.files.atomic import atomic_path
from gymlib.report.steps import copy, inputs, seeds_of

ENVIRONMENT = {
    "GYMLIB_HEADLESS": "1",
    # A kernel ends before joblib has tidied up; the process that does it then would say so.
    "PYTHONWARNINGS": "ignore:resource_tracker:UserWarning",
}
"""Of the notebooks' kernels, on top of this process's own."""


class NotebookError(RuntimeError):
    """A notebook stopped with an error; the message says where its copy is."""


def execute(
    source: Path, data: Dataset, profile: str, cluster: str | None = None, seeds: int | None = None
) -> Path:
    """Run one notebook with its parameters; returns the executed copy.

    Raises ValueError if the notebook does not have the parameters, and NotebookError if a
    cell fails; then <name>.failed.ipynb beside the copy holds the run up to the failing cell.
    """
    target = copy(source.stem, data)
    failed = target.with_suffix(".failed.ipynb")
    with patch.dict(os.environ, ENVIRONMENT | dict(os.environ)), atomic_path(target) as temporary:
        try:
            papermill.execute_notebook(
                str(source),
                str(temporary),
                _parameters(source, data, profile, cluster, seeds_of(data, profile, seeds)),
                kernel_name="python3",
                cwd=str(paths.REPOSITORY),
                progress_bar=False,
                # Without capture, bars and MediaPipe's messages reach the terminal directly.
                # The kernel's own log would add tracebacks to Ctrl-C; a cell's error comes to us.
                extra_arguments=["--IPKernelApp.capture_fd_output=False", "--log-level=50"],
            )
        except papermill.PapermillExecutionError as error:
            os.replace(temporary, failed)
            raise NotebookError(
                f"{source.name} stopped in cell {error.exec_count}: {error.ename}: "
                f"{error.evalue}\nThe run up to there: {failed}"
            ) from None
        _finish(temporary, source, data, profile)
    failed.unlink(missing_ok=True)
    return target


def _parameters(source: Path, data: Dataset, profile: str, cluster: str | None, seeds: int) -> dict:
    """DATASET and PROFILE, and of HOME, CLUSTER and SEEDS those that the notebook declares."""
    known = set(papermill.inspect_notebook(str(source)))
    always = {"DATASET": data.name, "PROFILE": profile}
    if missing := set(always) - known:
        raise ValueError(
            f"{source.name} has no parameter {', '.join(sorted(missing))}; its cell tagged "
            f"'parameters' defines {', '.join(sorted(known)) or 'nothing'}"
        )
    home = None if data.home == paths.home() else str(data.home)
    own = {"HOME": home, "CLUSTER": cluster, "SEEDS": seeds}
    return always | {name: value for name, value in own.items() if name in known}


def _finish(path: Path, source: Path, data: Dataset, profile: str) -> None:
    """Note in an executed notebook where its figures come from, make them light, and take this
    machine out of it: papermill's paths, folders in outputs.
    """
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata["gymlib"] = {
        "notebook": source.stem,
        "dataset": data.name,
        "profile": profile,
        "data": provenance.file_hash(inputs(source.stem, data, profile)),
        "commit": provenance.commit(),
    }
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if "image/svg+xml" in (content := output.get("data", {})):
                content["image/svg+xml"] = svg.lighten(content["image/svg+xml"])
    notebook.metadata.get("papermill", {}).update(input_path=source.name, output_path=source.name)
    text = nbformat.writes(notebook)
    for folder in sorted({str(data.home), str(paths.REPOSITORY)}, key=len, reverse=True):
        text = text.replace(json.dumps(folder)[1:-1] + "/", "").replace(folder, ".")
    # In front of warnings. The look-behind keeps long base64 pictures from taking for ever.
    text = re.sub(r"(?<![^\s\"])[^\s\"]*/ipykernel_\d+/\d+\.py:\d+: ", "", text)
    path.write_text(text, encoding="utf-8")
