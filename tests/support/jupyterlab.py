"""JupyterLab as a reader sees it: a server of its own, driven by Chromium."""

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path

import nbformat
import pytest

from gymlib.files import paths
from gymlib.files.atomic import write_json

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
OPEN = 'from gymlib import viewer\nfrom gymlib.dataset import Dataset\ndata = Dataset("{0}")'
"""First cell of a notebook; takes the name of a data set."""
LAB = (
    "import sys\nsys.modules['rfc3987_syntax'] = None\n"
    "from jupyterlab.labapp import main\nsys.exit(main())"
)
"""The server, without parsers of IRIs that nobody checks: they take seconds to build."""
PATIENCE = 120  # seconds; a loaded machine starts slowly


def chromium() -> str:
    """The installed browser; skips the test, saying so, where there is none."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip("no Chromium: install the package `chromium` to test the widgets in a browser")
    return found


@contextlib.contextmanager
def server(folder: Path, theme: str = "JupyterLab Light"):
    """JupyterLab over the notebooks in ``folder``; gives its address, token included.

    Settings, run-time files and kernels' homes lie in ``folder`` too: nothing of the user's is
    read or changed. Kernels find this package, and data under the present GYMLIB_HOME.
    """
    port, token = _free_port(), secrets.token_hex(16)
    settings = folder / ".settings"
    extension = settings / "@jupyterlab" / "apputils-extension"
    quiet = {"fetchNews": "false", "checkForUpdates": False}
    write_json(extension / "notification.jupyterlab-settings", quiet)
    write_json(extension / "themes.jupyterlab-settings", {"theme": theme})
    private = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    own = {name: str(folder / f".{name.lower()}") for name in private}
    own |= {"JUPYTERLAB_SETTINGS_DIR": str(settings), "JUPYTERLAB_WORKSPACES_DIR": str(folder)}
    environment = {**os.environ, **own, "PYTHONPATH": str(paths.REPOSITORY)}
    environment.pop("GYMLIB_HEADLESS", None)
    with (folder / "server.log").open("w") as log:
        command = [sys.executable, "-c", LAB, "--no-browser", "--allow-root"]
        command += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0", "--ip=127.0.0.1"]
        command += [f"--ServerApp.root_dir={folder}", f"--IdentityProvider.token={token}"]
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_until_up(f"{address}/api?token={token}", process, folder / "server.log")
            yield f"{address}/lab/tree/{{}}?token={token}&reset"
        finally:
            process.terminate()  # the server stops its kernels
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(20)
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_until_up(address: str, process, log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()}")


@contextlib.contextmanager
def page(width: int = 1280, height: int = 1400, options: Sequence[str] = ()):
    """An empty page of a browser without a window; ``options`` are of its command line."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        args = ["--no-sandbox", "--disable-dev-shm-usage", *options]
        browser = playwright.chromium.launch(executable_path=chromium(), args=args)
        try:
            view = browser.new_page(viewport={"width": width, "height": height})
            view.set_default_timeout(1000 * PATIENCE)
            yield view
        finally:
            browser.close()


def write_notebook(path: Path, *sources: str) -> None:
    """A notebook of some code cells."""
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=metadata), path)


def open_and_run(view, address: str, notebook: str) -> None:
    """Open a notebook, wait for its kernel, run all cells."""
    view.goto(address.format(notebook))
    view.locator(".jp-Notebook .jp-Cell").first.wait_for()
    view.get_by_text("| Idle").first.wait_for()
    view.get_by_role("menuitem", name="Run", exact=True).click()
    view.locator('[data-command="runmenu:run-all"]').click()


def wait_for(view, clip: str, frame: int) -> None:
    """Until this frame of this clip is on the screen."""
    view.wait_for_function(
        "([clip, frame]) => document.querySelector('select[aria-label=clip]').value === clip && "
        "document.querySelector('canvas').dataset.frame === String(frame)",
        arg=[clip, int(frame)],
    )
