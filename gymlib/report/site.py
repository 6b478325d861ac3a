"""The site: Sphinx with MyST-NB over the prepared pages, everything it needs in one folder."""

import re
import shutil
import tempfile
from pathlib import Path

import latex2mathml.converter
import nbformat
from docutils.nodes import SkipNode
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

from gymlib.files import paths
from gymlib.files.atomic import write_text
from gymlib.report import cards, fonts, front, numbers, pages
from gymlib.report.icon import favicon

SITE = "site"
LOOKS = Path(__file__).parent / "looks"
"""Style sheet and script of this project, beside the theme's."""

CONFIGURATION = {
    "project": "gymlib",
    "author": "the gymlib authors",
    "language": "en",
    "extensions": ["myst_nb", "gymlib.report.site"],
    "html_theme": "sphinx_book_theme",
    "html_title": front.TITLE,
    "html_favicon": "favicon.svg",
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


def build() -> Path:
    """Render all executed notebooks to report/site and return its front page.

    The new site replaces the old one only when it is complete. Raises ValueError if no
    notebook has been executed yet, RuntimeError if a page cannot be rendered.
    """
    if not numbers.datasets():
        raise ValueError("nothing to render yet: run `make reproduce` first")
    site = paths.home() / "report" / SITE
    with tempfile.TemporaryDirectory(dir=site.parent, prefix=".part-site-") as folder:
        source, html = Path(folder, "source"), Path(folder, "html")
        write_source(source)
        _sphinx(source, html, Path(folder, "doctrees"))
        fonts.write(html)
        shutil.rmtree(site, ignore_errors=True)
        html.rename(site)
    return site / "index.html"


def write_source(source: Path) -> None:
    """Sphinx's input: front page, data sheets, prepared notebooks, guide and model card."""
    shutil.copytree(LOOKS, source / "_static")
    write_text(source / "favicon.svg", favicon())
    film = paths.home() / "figures" / "overlay.mp4"
    if film.is_file():
        shutil.copy(film, source / "_static")
    write_text(
        source / "index.md", front.front_page("_static/overlay.mp4" if film.is_file() else None)
    )
    for dataset in numbers.shown():
        write_text(source / dataset / "datasheet.md", cards.datasheet(dataset))
        for name in front.notebooks(dataset):
            notebook = nbformat.read(paths.report(dataset) / f"{name}.ipynb", as_version=4)
            page = nbformat.writes(pages.prepare(notebook, dataset, name))
            write_text(source / dataset / f"{name}.ipynb", page)
    write_text(source / "annotation_guide.md", cards.guide())
    shutil.copytree(paths.DOCS / "annotation_guide", source / "annotation_guide")
    write_text(source / "model_card.md", cards.model_card())


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
        page.write_text(ICON_SCRIPT.sub("", page.read_text("utf-8")), encoding="utf-8")


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
