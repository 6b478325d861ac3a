"""The report: executed notebooks of all data sets as one browsable site, and README's table.

The site needs no network: equations become MathML when the site is built, and the theme
brings its own style sheets and scripts.
"""

import shutil
import tempfile
from pathlib import Path

import latex2mathml.converter
import pandas as pd
from docutils.nodes import SkipNode
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

from gymlib import io, paths

SITE = "site"
GUIDES = ("annotation_guide",)
"""Pages of docs/ that belong to the site: <name>.md, with pictures in <name>/."""
MARKS = ("<!-- results: filled by `make report` -->", "<!-- end of results -->")

APPROACHES = {
    "LSTM_E": "LSTM, ensemble",
    "LSTM_bar": "LSTM, averaged",
    "CNN_E": "CNN, ensemble",
    "CNN_bar": "CNN, averaged",
}

CONFIGURATION = {
    "project": "gymlib",
    "author": "the gymlib authors",
    "extensions": ["myst_nb", "gymlib.report"],
    "html_theme": "sphinx_book_theme",
    "html_title": "Gymnastics, frame by frame",
    "html_copy_source": False,
    "html_show_sourcelink": False,
    "html_show_copyright": False,
    "html_math_renderer": "mathml",
    "html_theme_options": {
        "use_download_button": False,
        "show_toc_level": 2,
        "home_page_in_toc": True,
    },
    "nb_execution_mode": "off",
    "nb_ipywidgets_js": {},
    "nb_render_markdown_format": "myst",
    "nb_merge_streams": True,
    "myst_enable_extensions": ["amsmath", "dollarmath", "colon_fence"],
    "myst_heading_anchors": 3,
    "suppress_warnings": ["mystnb.unknown_mime_type", "myst.header", "misc.highlighting_failure"],
}

# Sphinx's cache and the theme's build files, which no page uses.
LEFTOVERS = (".buildinfo", "objects.inv", "_static/*.html", "_static/**/*.map")


def datasets() -> list[str]:
    """Data sets with executed notebooks under report/, sorted."""
    return sorted({file.parent.name for file in (paths.home() / "report").glob("*/0*.ipynb")})


def build() -> Path:
    """Render all executed notebooks to report/site and return its front page.

    The new site replaces the old one only when it is complete. Raises ValueError if no
    notebook has been executed yet, RuntimeError if a page cannot be rendered.
    """
    if not datasets():
        raise ValueError("nothing to render yet: run `make reproduce` first")
    site = paths.home() / "report" / SITE
    with tempfile.TemporaryDirectory(dir=site.parent, prefix=".part-site-") as folder:
        source, html = Path(folder, "source"), Path(folder, "html")
        _write_source(source)
        _sphinx(source, html, Path(folder, "doctrees"))
        shutil.rmtree(site, ignore_errors=True)
        html.rename(site)
    return site / "index.html"


def _write_source(source: Path) -> None:
    """Sphinx's input: a front page, one contents page per data set, the notebooks."""
    for dataset in datasets():
        notebooks = sorted(file.name for file in paths.report(dataset).glob("0?_*.ipynb"))
        for name in notebooks:
            if not name.endswith(".failed.ipynb"):
                target = source / dataset / name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(paths.report(dataset) / name, target)
        io.write_text(source / dataset / "index.md", _contents_page(dataset, notebooks))
    for page in GUIDES:
        shutil.copy(paths.DOCS / f"{page}.md", source)
        shutil.copytree(paths.DOCS / page, source / page)
    io.write_text(source / "index.md", _front_page())


def _contents_page(dataset: str, notebooks: list[str]) -> str:
    sheet = paths.dataset(dataset) / "DATASHEET.md"
    intro = f"# Data set `{dataset}`\n" if not sheet.is_file() else sheet.read_text("utf-8")
    entries = "\n".join(Path(name).stem for name in notebooks if "failed" not in name)
    return f"{intro}\n\n```{{toctree}}\n:maxdepth: 1\n:caption: {dataset}\n{entries}\n```\n"


def _front_page() -> str:
    entries = "\n".join([*(f"{dataset}/index" for dataset in datasets()), *GUIDES])
    return (
        "# Gymnastics, frame by frame\n\n"
        "Can a computer say, for every frame of an amateur's video, whether the gymnast is idle, "
        "taking off, in the skill or landing? This report replicates the thesis *Vision Based "
        "Human Motion Analysis In Gymnastics* on data that anyone can obtain: a CNN sees one "
        "skeleton at a time, a bi-directional LSTM the whole clip.\n\n"
        f"{results_table()}\n\n"
        "What the four labels mean, with pictures of the doubtful cases: the "
        "[annotation guide](annotation_guide.md).\n\n"
        f"```{{toctree}}\n:hidden:\n:maxdepth: 2\n{entries}\n```\n"
    )


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
            leftover.unlink()


def results_table() -> str:
    """Markdown: accuracy / macro F1 of every approach, published and per data set.

    Small quick sets are left out: they show that everything runs, not how well.
    """
    columns = {"thesis": _published()} | {
        name: _table2(file)
        for name in datasets()
        if not name.endswith("-quick")
        and (file := paths.report(name) / "tables" / "table2.csv").is_file()
    }
    head = "| accuracy / macro F1 in % | " + " | ".join(columns) + " |"
    rule = "| --- " * (len(columns) + 1) + "|"
    rows = [
        f"| {title} | " + " | ".join(column[key] for column in columns.values()) + " |"
        for key, title in APPROACHES.items()
    ]
    return "\n".join([head, rule, *rows])


def _published() -> dict[str, str]:
    table = io.read_json(Path(__file__).parent / "reference" / "thesis.json")["table2"]
    return {key: f"{row['acc_mean']:.1f} / {row['f1_mean']:.1f}" for key, row in table.items()}


def _table2(file: Path) -> dict[str, str]:
    table = pd.read_csv(file).set_index("approach")
    return {key: f"{row.acc_mean:.1f} / {row.f1_mean:.1f}" for key, row in table.iterrows()}


def update_readme(repository: Path) -> None:
    """Put the current results table between README's two marks, and its picture in figures/.

    The picture is notebook 07's filmstrip of a simulated clip (the only ones free to show).
    Raises ValueError if the marks are missing.
    """
    readme = repository / "README.md"
    text = readme.read_text("utf-8")
    if any(mark not in text for mark in MARKS):
        raise ValueError(f"{readme} must hold the lines {MARKS[0]!r} and {MARKS[1]!r}")
    before, rest = text.split(MARKS[0])
    _, after = rest.split(MARKS[1])
    io.write_text(readme, f"{before}{MARKS[0]}\n{results_table()}\n{MARKS[1]}{after}")
    for dataset in ("simulated-quick", "simulated"):  # the last one at hand wins
        picture = paths.figures(dataset) / "07_clip_median.png"
        if picture.is_file():
            with io.atomic_path(repository / "figures" / "filmstrip.png") as temporary:
                shutil.copy(picture, temporary)


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
