"""Pictures of a browser's camera: named in order, an attempt told once, errors worded."""

import json
from itertools import pairwise

import cv2
import numpy as np
import pytest
from no_models import NOBODY
from stick_figure import SIZE, salto
from widget_messages import last, listen

from gymlib import viewer
from gymlib.pose.follower import Seen
from gymlib.prediction.live import AHEAD, Attempted
from gymlib.viewer import LiveView, live_view

RATE = 10.0
BODIES, _ = salto()


def jpeg(size=SIZE) -> bytes:
    return cv2.imencode(".jpg", np.zeros((size[1], size[0], 3), np.uint8))[1].tobytes()


def follow(time: float, picture: np.ndarray) -> Seen | None:
    """Somebody who stands, seen from half a second on."""
    return Seen(BODIES[0] + 0.3, 0.9) if time >= 0.5 else None


class Browser:
    """Sends pictures as js/live.js does: the next one when the last has been answered."""

    def __init__(self, widget: LiveView):
        self.widget, self.said = widget, listen(widget)

    def ask(self, what: str, *buffers, **more) -> dict:
        """Ask; the answer that came last."""
        self.widget._hear(None, {"do": what, **more}, [memoryview(own) for own in buffers])
        return self.said[-1][0] if self.said else {}

    def send(self, time: float, content: bytes | None = None) -> dict:
        return self.ask("picture", content or jpeg(), time=time)


@pytest.fixture
def browser() -> Browser:
    begun = Browser(LiveView(follow=follow))
    assert begun.ask("begin") == {"say": "begun"}
    return begun


class Over:
    """Names nothing, and says that an attempt is over at the second picture."""

    def __init__(self, *_):
        self.attempted, self.count = None, 0

    def add(self, time, picture):
        self.count += 1
        if self.count == 2:
            self.attempted = Attempted(time, {})
        return []


@pytest.mark.slow
def test_every_picture_is_named_once_and_in_order(browser):
    times = [k / RATE for k in range(12)]
    answers = [browser.send(time) for time in times]
    assert [answer["time"] for answer in answers] == times
    named = [one for answer in answers for one in answer["names"]]
    assert [one["time"] for one in named] == [t for t in times if t <= times[-1] - AHEAD + 1e-9]
    for time, answer in zip(times, answers):
        assert all(time - one["time"] >= AHEAD - 1e-9 for one in answer["names"])
    assert json.loads(json.dumps(named)) == named  # nothing that JSON lacks, as NaN
    assert all(a["time"] < b["time"] for a, b in pairwise(named))


@pytest.mark.slow
def test_a_body_has_whole_pixels_and_probabilities_and_nobody_has_none(browser):
    named = [one for k in range(12) for one in browser.send(k / RATE)["names"]]
    nobody, somebody = named[0], named[-1]
    assert nobody["label"] == -1
    assert nobody["probabilities"] is None and nobody["keypoints"] is None
    assert somebody["keypoints"] == np.rint(BODIES[0] + 0.3).astype(int).tolist()
    assert sum(somebody["probabilities"]) == pytest.approx(1, abs=0.003)
    assert somebody["label"] == int(np.argmax(somebody["probabilities"]))


def test_the_colours_come_from_here():
    look = LiveView().look
    assert look["names"][2] == "skill" and look["colours"][2] == "#0072B2"
    assert LiveView().kind == "live"


def test_nothing_is_loaded_before_the_camera_begins_and_once_only(monkeypatch):
    loaded = []
    monkeypatch.setattr(live_view.pretrained, "load", lambda: loaded.append(1) or ([], None))
    monkeypatch.setattr(live_view, "Live", Over)
    browser = Browser(LiveView())
    assert loaded == []
    for _ in range(2):
        browser.ask("begin")
        browser.ask("end")
    assert loaded == [1] and browser.widget.live is None


def test_an_attempt_is_told_once(monkeypatch):
    monkeypatch.setattr(live_view, "Live", Over)
    monkeypatch.setattr(live_view, "words", lambda attempted: ["Salto", f"{attempted.ended} s"])
    browser = Browser(LiveView(NOBODY))
    browser.ask("begin")
    for time in (1.0, 2.0, 3.0):
        browser.send(time)
    assert [content["say"] for content, _ in browser.said] == [
        "begun", "named", "attempt", "named", "named",
    ]  # fmt: skip
    assert last(browser.said, "attempt")["lines"] == ["Salto", "2.0 s"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("time", "content", "message"),
    [
        (1.0, b"no picture", "expected a JPEG picture, found 10 bytes that are none"),
        (1.0, jpeg()[:200], "expected a JPEG picture, found 200 bytes that are none"),
        (0.0, jpeg(), "expected a picture later than 0.0 s, found 0.0"),
        (1.0, jpeg((480, 640)), r"expected pictures of (640, 480) pixels, found (480, 640)"),
    ],
)
def test_what_cannot_be_named_is_said_and_ends_it(browser, time, content, message):
    browser.send(0.0)
    assert browser.send(time, content) == {"say": "problem", "text": message}
    assert browser.widget.live is None
    assert "begin again" in browser.send(2.0)["text"]
    assert browser.ask("begin") == {"say": "begun"}, "and it can be begun again"
    assert browser.send(0.0)["names"] == []


def test_headless_a_picture_stands_for_it(monkeypatch):
    monkeypatch.setenv("GYMLIB_HEADLESS", "1")
    assert viewer.film_live().data[:4] == b"\x89PNG"
