"""Words of others in Markdown: shown as they were written, whatever they hold.

Pages of the site are MyST Markdown, in which HTML runs, braces and fences call directives (one of
them includes files), dollars begin equations, and links to files copy them into the site.
"""

import re

STRANGERS = """---
myst:
  all_links_external: true
  enable_extensions: []
  disable_syntax: [fence, html_block, html_inline, image, myst_block_break, myst_line_comment,
    myst_role, myst_target]
---
"""
"""Before a whole document by others: headings, lists, tables and links are what they are, all else
is text; no file is read and nothing is loaded."""

_SIGNS = re.compile(r"([!-/:-@\[-`{-~])")


def as_text(words: object) -> str:
    r"""Words as one line of Markdown that shows them.

    >>> print(as_text("5 <b> of\n`x`"))
    5 \<b\> of \`x\`
    """
    line = " ".join(str(words).split())
    return _SIGNS.sub(r"\\\1", "".join(own if own.isprintable() else "\ufffd" for own in line))
