"""Labels while filming, in JupyterLab: Chromium takes a film of a gymnast for its camera's."""

import os

import cv2
import pytest
from jupyterlab import chromium, open_and_run, page, server, write_notebook
from simulated_film import gymnast

from gymlib import video
from gymlib.files import paths
from gymlib.labels import CLASSES, COLOURS

pytestmark = pytest.mark.slow(seconds=60)

LIVE = ".gym-live"
REFUSE = """() => {
  const devices = navigator.mediaDevices;
  const ask = devices.getUserMedia;
  devices.getUserMedia = async () => {
    devices.getUserMedia = ask;
    throw new DOMException("no", "NotAllowedError");
  };
}"""
COLOUR = f"""(colour) => {{
  const other = document.createElement("i");
  other.style.background = colour;
  return document.querySelector("{LIVE} .gym-chip").style.background === other.style.background;
}}"""


@pytest.fixture(autouse=True)
def browser():
    chromium()


@pytest.fixture
def camera(home) -> list[str]:
    """Options that make a simulated gymnast's film, again and again, what the camera gives."""
    pictures = [cv2.resize(f.rgb, (640, 360)) for f in video.read_frames(gymnast(home / "a.mp4"))]
    planes = [cv2.cvtColor(picture, cv2.COLOR_RGB2YUV_I420).tobytes() for picture in pictures]
    raw = home / "camera.y4m"
    raw.write_bytes(b"FRAME\n".join([b"YUV4MPEG2 W640 H360 F30:1 Ip C420\n", *planes]))
    fake = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
    return [*fake, f"--use-file-for-fake-video-capture={raw}"]


def test_a_gymnast_before_the_camera(home, notebooks, camera):
    """Refused, then allowed: skeleton and label are there; ended, the camera is free."""
    write_notebook(notebooks / "live.ipynb", "from gymlib import viewer\nviewer.film_live()")
    with server(notebooks) as address, page(options=camera) as view:
        problems = []
        view.on("pageerror", lambda error: problems.append(str(error)))
        open_and_run(view, address, "live.ipynb")
        live = view.locator(LIVE)
        begin = live.get_by_role("button")
        begin.wait_for()
        view.evaluate(REFUSE)
        begin.click()
        live.get_by_text("the camera was refused").wait_for()

        begin.click()
        view.locator(f"{LIVE}[data-keypoints='33']").wait_for()
        live.get_by_text("pictures per second").wait_for()
        label = live.locator(".gym-chip").text_content()
        assert label in CLASSES and view.evaluate(COLOUR, COLOURS[label])
        widths = live.locator(".gym-chance .gym-segment").evaluate_all(
            "(bars) => bars.map((bar) => parseFloat(bar.style.width))"
        )
        assert sum(widths) == pytest.approx(100, abs=1) and len(widths) == 4
        if os.environ.get("GYMLIB_SCREENSHOTS"):
            picture = paths.REPOSITORY / "figures" / "live.png"
            live.locator(".gym-frame").screenshot(path=picture)

        film = view.evaluate_handle(f"document.querySelector('{LIVE} video').srcObject")
        live.get_by_role("button").click()
        live.get_by_text("Begin with the camera").wait_for()
        assert not film.evaluate("(stream) => stream.active")
        assert problems == []
