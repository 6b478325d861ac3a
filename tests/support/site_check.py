"""What a folder of HTML pages needs to work without a network: a crawler for tests."""

from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlparse

LARGEST = 19_000_000
"""Bytes of a whole site: twenty pages of notebooks and as many of text."""
PHONE = {"width": 420, "height": 800}
"""Pixels of a window."""


class Page(HTMLParser):
    """What a page loads, where it links to, which anchors it has, and how it shows pictures."""

    def __init__(self, file: Path):
        super().__init__()
        self.file = file
        self.loads, self.links, self.anchors = [], [], set()
        self.pictures, self.tags, self.captions = [], [], []
        self._caption = False
        self.feed(file.read_text("utf-8"))

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.tags.append((tag, values.get("class") or ""))
        if "id" in values:
            self.anchors.add(values["id"])
        if tag in ("script", "img", "iframe", "video", "source") and "src" in values:
            self.loads.append(values["src"])
        if tag == "link" and values.get("rel") in ("stylesheet", "preload", "icon"):
            self.loads.append(values["href"])
        if tag == "a" and values.get("href"):
            self.links.append(values["href"])
        if tag == "img":
            self.pictures.append(values)
        if tag == "figcaption":
            self._caption = True
            self.captions.append("")

    def handle_endtag(self, tag):
        if tag == "figcaption":
            self._caption = False

    def handle_data(self, data):
        if self._caption:
            self.captions[-1] += data


def faults(site: Path) -> list[str]:
    """Everything that is wrong with the pages of a folder, as "page: fault"."""
    pages = {file.resolve(): Page(file) for file in sorted(site.rglob("*.html"))}
    found = []
    for page in pages.values():
        for target in page.loads + page.links:
            found += [f"{page.file.relative_to(site)}: {f}" for f in _target(page, target, pages)]
        for picture in page.pictures:
            if not (picture.get("alt") or "").strip():
                found.append(f"{page.file.relative_to(site)}: {picture.get('src')} lacks a text")
    return found


def _target(page: Page, target: str, pages: dict) -> list[str]:
    url = urlparse(target)
    if url.scheme or url.netloc:
        return [f"loads {target}"] if target in page.loads and url.scheme != "data" else []
    file = (page.file.parent / unquote(url.path)).resolve() if url.path else page.file.resolve()
    if not file.exists():
        return [f"{target} is dead"]
    if url.fragment and file in pages and unquote(url.fragment) not in pages[file].anchors:
        return [f"{target} has no such anchor"]
    return []


def too_wide(view, site: Path) -> list[str]:
    """Pages that do not fit into the window of a browser's ``view``: a phone's is :data:`PHONE`."""
    found = []
    for page in sorted(site.rglob("*.html")):
        view.goto(page.as_uri())
        if view.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found.append(str(page.relative_to(site)))
    return found


def size(site: Path) -> int:
    """Bytes of all files."""
    return sum(file.stat().st_size for file in site.rglob("*") if file.is_file())
