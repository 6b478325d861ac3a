"""A film that comes from the browser: whole or not at all, and under a name that leads nowhere."""

import os
import signal

import pytest
from footage import film
from widget_messages import last, listen

from gymlib import viewer
from gymlib.prediction.open import film_dataset
from gymlib.viewer import FilmDrop

PART = 1000


class Browser:
    """Sends films as js/film_drop.js does: the next part when it is asked for."""

    def __init__(self, drop):
        self.drop, self.said = drop, listen(drop)

    def begin(self, name: str, content: bytes) -> None:
        self.film = content
        self.drop._hear(None, {"do": "film", "name": name, "size": len(content)}, [])

    def send_part(self) -> bool:
        """Send what was asked for; whether anything was."""
        content, _ = self.said[-1]
        if content["say"] != "next":
            return False
        part = self.film[content["first"] : content["first"] + PART]
        self.drop._hear(None, {"do": "part"}, [memoryview(part)])
        return True

    def send(self, name: str, content: bytes) -> str:
        """A whole film; what is said of it in the end."""
        self.begin(name, content)
        while self.send_part():
            pass
        return self.said[-1][0]["text"]


@pytest.fixture
def browser(home):
    return Browser(FilmDrop())


@pytest.fixture
def salto(tmp_path) -> bytes:
    return film(tmp_path / "made" / "salto.mp4", frames=30).read_bytes()


def left(home) -> list[str]:
    """Files below data/ and build/, without locks."""
    found = [file for folder in ("data", "build") for file in (home / folder).rglob("*")]
    return sorted(str(file.relative_to(home)) for file in found if file.is_file())


def test_a_film_arrives_as_it_was_sent(home, browser, salto):
    assert len(salto) > 2 * PART
    said = browser.send("Salto 1 (copy).MP4", salto)
    assert said == "Salto_1_copy.mp4 is here: run the cells below"
    file = home / "build" / "dropped" / "Salto_1_copy.mp4"
    assert file.read_bytes() == salto and left(home) == ["build/dropped/Salto_1_copy.mp4"]
    assert browser.drop.film == str(file) and viewer.dropped_film() == file
    asked = [content["first"] for content, _ in browser.said if content["say"] == "next"]
    assert asked == list(range(0, len(salto), PART))
    assert film_dataset(file).clips["frames"].tolist() == [30]


def test_the_film_is_known_to_a_widget_made_anew(home, browser, salto):
    assert viewer.dropped_film() is None
    browser.send("salto.mp4", salto)
    again = FilmDrop()
    said = listen(again)
    again._hear(None, {"do": "ready"}, [])
    assert again.film == browser.drop.film
    assert last(said, "taken")["text"] == "salto.mp4 is here: run the cells below"
    assert FilmDrop(home / "elsewhere").film == ""


@pytest.mark.parametrize("then", ["another film", "a new kernel"])
def test_half_a_film_leaves_nothing(home, browser, salto, then):
    browser.begin("half.mp4", salto)
    assert browser.send_part() and browser.send_part()
    (part,) = (home / "build" / "dropped").iterdir()
    if then == "another film":
        assert "is here" in browser.send("salto.mp4", salto)
    else:  # what a killed kernel left, under the number of a process that has ended
        child = os.fork()
        if not child:
            os.kill(os.getpid(), signal.SIGKILL)
        os.waitpid(child, 0)
        killed = part.with_name(part.name.replace(f"-{os.getpid()}-", f"-{child}-"))
        killed.write_bytes(part.read_bytes())
        assert "is here" in Browser(FilmDrop()).send("salto.mp4", salto)
        assert not killed.exists()
        browser.drop._taking.close()
    assert left(home) == ["build/dropped/salto.mp4"]


def test_a_part_that_nobody_waits_for_is_not_taken(home, browser, salto):
    browser.drop._hear(None, {"do": "part"}, [memoryview(salto)])
    assert browser.said == [] and left(home) == []


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("notes.txt", r"notes.txt: expected a video (.264 "),
        ("salto", "salto: expected a video"),
        ("broken.mp4", "cannot be opened as a video"),
        ("empty.mp4", "empty.mp4: "),
    ],
)
def test_what_is_no_film_leaves_nothing_and_says_why(home, browser, name, message):
    content = b"" if name == "empty.mp4" else b"no film " * 400
    assert message in browser.send(name, content)
    assert last(browser.said, "problem") and left(home) == []
    assert viewer.dropped_film() is None


@pytest.mark.parametrize("name", ["../../etc/evil.mp4", "/etc/evil.mp4", r"..\..\evil.mp4"])
def test_a_name_leads_nowhere(home, browser, salto, name):
    assert "is here" in browser.send(name, salto)
    assert left(home) in (["build/dropped/evil.mp4"], ["build/dropped/evil.mp4"])
    assert not list(home.parent.rglob("etc"))


def test_a_full_disk_is_told(home, browser, salto):
    (home / "build").mkdir()
    (home / "build" / "dropped").write_text("a file where the folder should be")
    assert "dropped" in browser.send("salto.mp4", salto)
    assert last(browser.said, "problem") and viewer.dropped_film() is None


def test_headless_a_picture_stands_for_it(home, monkeypatch):
    monkeypatch.setenv("GYMLIB_HEADLESS", "1")
    assert viewer.drop_film().data.startswith(b"\x89PNG")
    assert left(home) == []
