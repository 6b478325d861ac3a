"""Take the pictures of labeller, explorer and review queue in figures/ anew.

No test by its name: `make test-browser GYMLIB_SCREENSHOTS=1` runs it, after the tests. It needs the
data set `simulated` and its results, which `make reproduce` makes.
"""

import io

import numpy as np
import pandas as pd
import pytest
from jupyterlab import OPEN, open_and_run, page, server, wait_for, write_notebook
from PIL import Image

from gymlib.annotation.review.queue import rank_doubts
from gymlib.dataset import Dataset
from gymlib.evaluation import errors
from gymlib.files import paths
from gymlib.files.tables import read_table
from gymlib.labels import CLASSES

FIRST, SECOND = "LSTM, ensemble", "CNN, ensemble"
QUEUE = (
    "from gymlib.annotation.review.queue import rank_doubts\n"
    "queue = rank_doubts(data.labels, data.annotators)"
)


@pytest.fixture
def simulated(home):
    """The simulated data set and its results, drafts apart."""
    source, folder = paths.REPOSITORY / "data" / "simulated", home / "data" / "simulated"
    folder.mkdir(parents=True)
    for file in source.iterdir():
        if file.name != "drafts":
            (folder / file.name).symlink_to(file)
    return Dataset("simulated", home)


def shoot(view, name: str) -> None:
    """Save what the widget shows as figures/<name>.png, in few colours: reports embed it."""
    view.mouse.move(0, 0)
    view.wait_for_function("document.querySelector('.gym-viewer').dataset.loaded")
    view.wait_for_timeout(800)
    taken = Image.open(io.BytesIO(view.locator(".gym-frame").screenshot())).convert("RGB")
    # Of all ways to choose them, this one keeps the colours of small marks, such as classes.
    few = taken.quantize(256, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    few.save(paths.REPOSITORY / "figures" / f"{name}.png", optimize=True)


def test_picture_of_the_labeller(simulated, notebooks):
    """figures/labeller.png: a simulated clip, half labelled, with everybody's timelines."""
    clip, viewer = "video2_07", ".gym-viewer"
    votes = pd.read_csv(simulated.annotation("A"))
    borders = votes.loc[votes["clip"] == clip, "start"].tolist()
    seen = np.flatnonzero(simulated.clip(clip).detected)
    stop = int(seen[seen >= borders[2] + 25][0])  # in the skill, with a skeleton
    widget = 'viewer.label(data, "you", draft=True, blind=False)'
    write_notebook(notebooks / "picture.ipynb", OPEN.format("simulated"), widget)
    with server(notebooks) as address, page(1280, 1160) as view:
        open_and_run(view, address, "picture.ipynb")
        view.wait_for_function(f"document.querySelector('{viewer}')?.dataset.loaded")
        view.locator(f"{viewer} select[aria-label=clip]").select_option(clip)
        view.wait_for_function(f"document.querySelector('{viewer}').dataset.loaded === '{clip}'")
        view.locator(f"{viewer} .gym-stage").click()
        for key, start, end in zip("its", borders, [*borders[1:3], stop]):
            view.keyboard.press(key)
            for _ in range(end - start):
                view.keyboard.press("ArrowRight")
        view.locator(".gym-labeller .gym-said.gym-saved").wait_for()
        shoot(view, "labeller")


def test_picture_of_the_explorer(simulated, notebooks):
    """figures/explorer.png: skill that the LSTM ensemble takes for take-off, the CNN beside it."""
    file = simulated.results("thesis") / "predictions.parquet"
    own = errors.of_models(read_table(file))[FIRST]
    runs = errors.cell_runs(own, CLASSES.index("skill"), CLASSES.index("take-off"))
    number = first_seen(simulated, runs)
    source = f'viewer.explore(data, "thesis", other="{SECOND}")'
    write_notebook(notebooks / "picture.ipynb", OPEN.format("simulated"), source)
    with server(notebooks) as address, page(1280, 1450) as view:
        open_and_run(view, address, "picture.ipynb")
        view.locator(".gym-matrix [data-truth=skill][data-said=take-off]").click()
        view.locator(".gym-list .gym-chosen").wait_for()
        view.locator(".gym-list li").nth(number).click()
        run = runs.iloc[number]
        wait_for(view, run["clip"], run["start"])
        shoot(view, "explorer")


def test_picture_of_the_review(simulated, notebooks):
    """figures/review.png: the first case of which a frame has a skeleton."""
    queue = rank_doubts(simulated.labels, simulated.annotators)
    number = first_seen(simulated, queue)
    widget = 'viewer.review(data, "you", queue, draft=True)'
    write_notebook(notebooks / "picture.ipynb", OPEN.format("simulated"), QUEUE, widget)
    with server(notebooks) as address, page(1280, 1000) as view:
        open_and_run(view, address, "picture.ipynb")
        view.locator(".gym-list li").nth(number).click()
        case = queue.iloc[number]
        wait_for(view, case["clip"], case["start"])
        shoot(view, "review")


def first_seen(data: Dataset, runs: pd.DataFrame) -> int:
    """Number of the first of some runs of frames that begins in a frame with a pose."""
    poses = data.keypoints[data.keypoints["detected"]]
    seen = set(zip(poses["clip"], poses["frame"]))
    return next(i for i, run in enumerate(runs.itertuples()) if (run.clip, run.start) in seen)
