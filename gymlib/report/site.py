"""The site: Sphinx with MyST-NB over the prepared pages, everything it needs in one folder."""

import re
import shutil
from collections.abc import Sequence
from pathlib import Path

import latex2mathml.converter
import nbformat
from docutils.nodes import SkipNode
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

from gymlib.dataset import Dataset
from gymlib.files import lock, paths
from gymlib.files.atomic import write_text
from gymlib.files.cache import Step
from gymlib.files.code import PACKAGE
from gymlib.report import api, architecture, cards, fonts, front, numbers, pages, readme

FILM = "overlay.mp4"
LOOKS = Path(__file__).parent / "looks"
"""Style sheet and script of this project, beside the theme's."""

CONFIGURATION = {
    "project": "gymlib",
    "author": "the gymlib authors",
    "language": "en",
    "extensions": ["myst_nb", "gymlib.report.site", "gymlib.report.api"],
    "html_theme": "sphinx_book_theme",
    "html_title": front.TITLE,
    "html_favicon": "_static/favicon.svg",
    "html_static_path": ["_static"],
    "html_css_files": ["fonts.css", "report.css"],
    "html_js_files": ["report.js"],
    "html_use_index": False,
    "html_copy_source": False,
    "html_show_sourcelink": False,
    "html_show_copyright": False,
    "html_math_renderer": "mathml",
    "html_theme_options": {
        "use_download_button": False,
        "use_fullscreen_button": False,
        "show_toc_level": 2,
        "home_page_in_toc": True,
        "navbar_persistent": [],  # its search field stands in the sidebar as well
    },
    "nb_execution_mode": "off",
    "nb_ipywidgets_js": {},
    "nb_render_markdown_format": "myst",
    "nb_merge_streams": True,
    "nb_code_prompt_show": "Show the code",
    "nb_code_prompt_hide": "Hide the code",
    "myst_enable_extensions": ["amsmath", "dollarmath", "colon_fence"],
    "myst_heading_anchors": 3,
    "myst_html_meta": {"description": front.QUESTION},
    "suppress_warnings": ["mystnb.unknown_mime_type", "myst.header", "misc.highlighting_failure"],
}

# What no page uses: Sphinx's cache, the theme's build files, interfaces in other languages, icons
# of brands.
LEFTOVERS = (
    ".buildinfo", "objects.inv", "_sources", "_static/*.html", "_static/**/*.map",
    "_static/locales", "_static/vendor/fontawesome/webfonts/fa-[!s]*",
    "_static/scripts/fontawesome.js*",
)  # fmt: skip
# The theme draws its icons by style sheet and web font, and again by a script of 1.6 MB.
ICON_SCRIPT = re.compile(r"\s*<script[^>]*fontawesome\.js[^>]*></script>")
# Marks around every word of a signature, which no style sheet of ours looks at.
WORD = re.compile(r'<span class="(?:pre|p|w)">([^<]*)</span>')


def make(home: Path) -> Path:
    """Render the executed notebooks of all data sets to build/site, if something changed since.

    Returns the front page. Raises what :func:`build` raises.
    """
    folder, datasets = paths.work(home), numbers.shown(home)
    with lock.hold(folder, "site", wait=600):  # runs of two data sets may end at the same time
        step = Step(
            folder / ".done" / "site.json",
            _inputs(datasets, folder / FILM),
            {"pages": {data.name: [f.name for f in _executed(data)] for data in datasets}},
            [__name__],
            [folder / "site" / "index.html"],
        )
        if not step.is_done():
            with step.making():
                build(datasets, folder / "site", folder / FILM)
    return folder / "site" / "index.html"


def _inputs(datasets: Sequence[Dataset], film: Path) -> list[Path]:
    found = [film, film.with_suffix(".json"), readme.README]
    found += [file for folder in (LOOKS, paths.DOCS) for file in folder.rglob("*.*")]
    found += PACKAGE.rglob("*.py")  # the pages of the functions show what documents them
    for data in datasets:
        found += [*_executed(data), data.folder / "DATASHEET.md"]
        for folder in (data.report, paths.PUBLISHED / data.name):
            found += (folder / "tables").glob("*.*")
    return found


def build(datasets: Sequence[Dataset], site: Path, film: Path) -> None:
    """Render executed notebooks, cards and documents to the folder ``site``.

    The new site replaces the old one only when it is complete. Raises ValueError if no
    notebook has been executed yet, RuntimeError if a page cannot be rendered.
    """
    if not datasets:
        raise ValueError("nothing to render yet: run `make reproduce` first")
    folder = site.parent / f".{site.name}"
    shutil.rmtree(folder, ignore_errors=True)  # of a killed run
    try:
        write_source(folder / "source", datasets, film)
        _sphinx(folder / "source", folder / "html", folder / "doctrees")
        fonts.write(folder / "html")
        shutil.rmtree(site, ignore_errors=True)
        (folder / "html").rename(site)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def write_source(source: Path, datasets: Sequence[Dataset], film: Path) -> None:
    """Sphinx's input: front page, data sheets, prepared notebooks, cards and documents."""
    shutil.copytree(LOOKS, source / "_static")
    shown = film if film.is_file() and film.with_suffix(".json").is_file() else None
    if shown:
        shutil.copy(film, source / "_static")
    titles = {}
    for data in datasets:
        write_text(source / data.name / "datasheet.md", cards.datasheet(data))
        titles[data.name] = {}
        for file in _executed(data):
            notebook = nbformat.read(file, as_version=4)
            titles[data.name][file.stem] = pages.title(notebook) or file.stem
            page = nbformat.writes(pages.prepare(notebook, data.name, file.stem))
            write_text(source / data.name / file.name, page)
    for file in paths.DOCS.glob("*.md"):
        if not file.name.startswith("datasheet_"):
            shutil.copy(file, source)
    write_text(source / "annotation_guide.md", cards.guide())
    shutil.copytree(paths.DOCS / "annotation_guide", source / "annotation_guide")
    write_text(source / "model_card.md", cards.model_card(datasets))
    architecture.write(source)
    api.write(source)
    documents = sorted(file.stem for file in source.glob("*.md"))
    write_text(
        source / "index.md",
        front.front_page(datasets, titles, [*documents, f"{api.FOLDER}/index"], shown),
    )


def _executed(data: Dataset) -> list[Path]:
    """The executed notebooks of a data set, without the copies of failed runs."""
    return sorted(f for f in data.report.glob("0?_*.ipynb") if ".failed" not in f.suffixes)


def _sphinx(source: Path, html: Path, doctrees: Path) -> None:
    with patch_docutils(), docutils_namespace():
        app = Sphinx(
            srcdir=source,
            confdir=None,
            outdir=html,
            doctreedir=doctrees,
            buildername="html",
            confoverrides=CONFIGURATION,
            status=None,
            warningiserror=False,
        )
        app.build()
    if app.statuscode:
        raise RuntimeError("the report could not be rendered; see the messages above")
    for pattern in LEFTOVERS:
        for leftover in html.glob(pattern):
            shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
    for page in html.rglob("*.html"):
        text = ICON_SCRIPT.sub("", page.read_text("utf-8"))
        text = text.replace(f"{paths.REPOSITORY}/", "")  # in the values of constants
        page.write_text(WORD.sub(r"\1", text), encoding="utf-8")


def _mathml(display: str):
    def visit(translator, node):
        html = latex2mathml.converter.convert(node.astext(), display=display)
        if "<mi>&</mi>" in html:  # an environment it does not know comes out as loose signs
            raise ValueError(f"equation cannot be rendered, use array: {node.astext()}")
        block = display == "block"
        translator.body.append(f'<div class="math">{html}</div>' if block else html)
        raise SkipNode

    return visit


def setup(app) -> dict:
    """Sphinx calls this: register the MathML renderer."""
    app.add_html_math_renderer(
        "mathml",
        inline_renderers=(_mathml("inline"), None),
        block_renderers=(_mathml("block"), None),
    )
    return {"parallel_read_safe": True, "parallel_write_safe": True}
