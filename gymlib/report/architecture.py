"""The page about the architecture: rooms, walks and a map that is drawn from the imports."""

import ast
import itertools
import re
from collections import Counter
from functools import cache
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path as Line

from gymlib.files import paths
from gymlib.files.atomic import atomic_path, write_text
from gymlib.files.code import PACKAGE, imports_of

# From the ground up. A module imports what stands in its own room and in rooms before it.
ROOMS = (
    "labels", "skeleton", "files", "video", "dataset", "simulation", "pose", "features",
    "kinematics", "annotation", "formats", "models", "training", "evaluation", "thesis", "plots",
    "prediction", "viewer", "report", "__main__",
)  # fmt: skip
GROUND = 8
"""A room that so many others import is ground: all above may stand on it without an arrow."""
MAP = "architecture.svg"


def write(source: Path) -> None:
    """Write architecture.md and its drawing into the folder of the site's sources."""
    write_text(source / "architecture.md", page())
    figure = draw_map()
    with atomic_path(source / MAP) as temporary:
        figure.savefig(temporary, bbox_inches="tight", metadata={"Date": None})
    plt.close(figure)


def page() -> str:
    """docs/architecture.md as MyST, with the rooms, the map and links to functions filled in."""
    text = (paths.DOCS / "architecture.md").read_text("utf-8")
    drawing = f"![Boxes of rooms in rows, arrows from each room to those it imports]({MAP})"
    for mark, content in (("rooms", rooms_table()), ("map", drawing)):
        if f"<!-- {mark} -->" not in text:
            raise ValueError(f"docs/architecture.md has lost its mark <!-- {mark} -->")
        text = text.replace(f"<!-- {mark} -->", content)
    return re.sub(NAME, r"{py:obj}`\1 <gymlib.\1>`", text)


NAME = rf"`((?:{'|'.join(ROOMS[:-1])})\.(?!py\b|parquet\b)\w[\w.]*)`"
"""A name of this package in the page's text, without ``gymlib.``."""


def rooms_table() -> str:
    """A row per room from the top down: what is in it, its lines of code, what it imports."""
    rows = ["| Room | What is in it | Lines | Stands on (imports) |", "| --- | --- | ---: | --- |"]
    for room in reversed(ROOMS):
        used = {other: arrows()[room, other] for other in ROOMS if arrows()[room, other]}
        named = ", ".join(f"{other} {count}" for other, count in used.items()) or "nothing"
        rows.append(f"| `{room}` | {_sentence(room)} | {lines(room):,} | {named} |")
    return "\n".join(rows)


def files(room: str) -> list[Path]:
    """Source files of a room, sorted."""
    folder = PACKAGE / room
    return sorted(folder.rglob("*.py")) if folder.is_dir() else [folder.with_suffix(".py")]


def lines(room: str) -> int:
    """Lines of Python in a room."""
    return sum(len(file.read_text("utf-8").splitlines()) for file in files(room))


def _sentence(room: str) -> str:
    """First paragraph of a room's docstring."""
    file = PACKAGE / room / "__init__.py"
    text = ast.get_docstring(ast.parse((file if file.is_file() else files(room)[0]).read_text()))
    return " ".join(text.partition("\n\n")[0].split())


@cache
def arrows() -> Counter:
    """(Room, room that it imports) -> modules imported, counted once per importing module."""
    found = Counter()
    for room in ROOMS:
        for file in files(room):
            used = imports_of(file.read_text("utf-8")) - {PACKAGE.name}
            found.update((room, name.split(".")[1]) for name in used)
    return Counter({pair: count for pair, count in found.items() if pair[0] != pair[1]})


# --- the map ---------------------------------------------------------------------------------


def draw_map() -> plt.Figure:
    """The rooms from the ground up, with an arrow to each room that is imported.

    What everything stands on lies below as floors. Of the other arrows those are drawn that do
    not follow from two drawn ones; the thicker, the more modules are imported.
    """
    floors, drawn = _floors(), _needed_arrows()
    rows = _rows(drawn, floors)
    places = _places(rows, drawn)
    figure, ax = plt.subplots(figsize=(9, 8.2))
    width = max(len(row) for row in rows)
    for k, floor in enumerate(floors):
        _box(ax, floor, (width / 2, -0.8 - 0.6 * k), width + 0.86, 0.5, "#E8E4DA")
    for room, place in places.items():
        if isinstance(room, str):
            _box(ax, room, place, 0.86, 0.56, "#DCE9F3")
    for (above, below), count in drawn.items():
        _arrow(ax, [places[stop] for stop in _stops(above, below, places)], count)
    ax.set_xlim(-0.6, width + 0.6)
    ax.set_ylim(-1.2 - 0.6 * (len(floors) - 1), len(rows) - 0.5)
    ax.set_axis_off()
    return figure


def _floors() -> list[str]:
    users = Counter(used for _, used in arrows())
    return [room for room in reversed(ROOMS) if users[room] >= GROUND]


def _needed_arrows() -> dict[tuple[str, str], int]:
    """Arrows between rooms above the ground, without those that a longer way implies."""
    floors = _floors()
    pairs = {p: n for p, n in arrows().items() if not {*p} & {*floors}}
    reach = {room: {b for a, b in pairs if a == room} for room in ROOMS}
    for room in ROOMS:  # from the ground up, so that what is below is complete
        reach[room] |= {far for near in reach[room] for far in reach[near]}
    return {
        (a, b): n
        for (a, b), n in pairs.items()
        if not any(b in reach[between] for between in reach[a])
    }


def _rows(drawn: dict, floors: list[str]) -> list[list]:
    """Rooms by the longest way down, with a pair (above, below, row) where an arrow passes."""
    level: dict[str, int] = {}
    for room in (room for room in ROOMS if room not in floors):
        level[room] = 1 + max((level[b] for a, b in drawn if a == room), default=-1)
    for room in reversed(level):  # what nothing holds down moves up to those who use it
        users = [level[a] for a, b in drawn if b == room]
        if not any(a == room for a, _ in drawn) and users:
            level[room] = min(users) - 1
    rows: list[list] = [[] for _ in range(max(level.values()) + 1)]
    for room, row in level.items():
        rows[row].append(room)
    for a, b in drawn:
        for row in range(level[b] + 1, level[a]):
            rows[row].append((a, b, row))
    return rows


def _stops(above: str, below: str, places) -> list:
    """The rooms of an arrow and the places it passes between them, from the top."""
    passed = [p for p in places if isinstance(p, tuple) and p[:2] == (above, below)]
    return [above, *sorted(passed, key=lambda p: -p[2]), below]


def _places(rows: list[list], drawn: dict) -> dict:
    """Room or passage -> (x, y), with few crossings and short ways.

    Slots of a row are exchanged as long as that helps, from many random beginnings.
    """
    width, rng = max(map(len, rows)), np.random.default_rng(0)
    start = {node: (0, y) for y, row in enumerate(rows) for node in row}
    ways = [list(itertools.pairwise(_stops(*pair, start))) for pair in drawn]
    steps = [step for way in ways for step in way]

    def cost(slots):
        at = {node: (x, y) for y, row in enumerate(slots) for x, node in enumerate(row) if node}
        ends = [(at[a][0], at[b][0], at[b][1]) for a, b in steps]
        crossed = sum(
            y == v and (x0 - u0) * (x1 - u1) < 0
            for (x0, x1, y), (u0, u1, v) in itertools.combinations(ends, 2)
        )
        return 6 * crossed + sum((x0 - x1) ** 2 for x0, x1, _ in ends)

    best, least = None, np.inf
    for _ in range(30):
        slots = [row + [None] * (width - len(row)) for row in rows]
        for row in slots:
            rng.shuffle(row)
        now, before = cost(slots), np.inf
        while now < before:
            before = now
            for row in slots:
                for i, j in itertools.combinations(range(width), 2):
                    row[i], row[j] = row[j], row[i]
                    if (new := cost(slots)) < now:
                        now = new
                    else:
                        row[i], row[j] = row[j], row[i]
        if now < least:
            best, least = [list(row) for row in slots], now
    return {n: (x + 0.5, y) for y, row in enumerate(best) for x, n in enumerate(row) if n}


def _box(ax, room: str, centre, width: float, height: float, colour: str) -> None:
    x, y = centre
    corner = x - width / 2, y - height / 2
    style = "round,pad=0,rounding_size=0.06"
    ax.add_patch(FancyBboxPatch(corner, width, height, style, fc=colour, ec="#444444", zorder=3))
    ax.text(x, y + 0.07, room, ha="center", va="center", weight="bold", size=10.5, zorder=4)
    text = f"{lines(room):,} lines"
    ax.text(x, y - 0.15, text, ha="center", va="center", size=8, color="#444444", zorder=4)


def _arrow(ax, stops: list, count: int) -> None:
    """A smooth line from the first stop's lower edge to the last one's upper edge."""
    points = np.array(stops, dtype=float)
    points[0, 1] -= 0.28
    points[-1, 1] += 0.30
    width = 0.8 + 0.9 * np.sqrt(count)
    path = _smooth(points)
    head = "-|>,head_length=5,head_width=2.5"
    ax.add_patch(
        FancyArrowPatch(path=path, arrowstyle=head, lw=width, color="#5B6B7A", zorder=2, shrinkB=0)
    )


def _smooth(points: np.ndarray) -> Line:
    """A line through points that leaves and meets every one of them vertically."""
    corners, codes = [points[0]], [Line.MOVETO]
    for start, end in itertools.pairwise(points):
        middle = (start[1] + end[1]) / 2
        corners += [(start[0], middle), (end[0], middle), end]
        codes += 3 * [Line.CURVE4]
    return Line(corners, codes)
