"""Text that users write, as plain text in reStructuredText, Markdown, Typst, and matplotlib.

Labels, titles and names of datasets and columns are shown as they are written, never interpreted. HTML is escaped by Jinja
and commands are quoted by ``shlex.quote``.
"""

import re

# Before a punctuation mark of ASCII, a backslash makes it a plain character, in reStructuredText and in Markdown.
_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
_BULLETS = ("\N{BULLET}", "\N{TRIANGULAR BULLET}", "\N{HYPHEN BULLET}")  # of lists in reStructuredText
_NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
_SPACE = re.compile(rf"[^\S{_NO_BREAK_SPACE}]+")
_MAX_LENGTH = 1000

# What begins a link, code, HTML, a character reference or another cell; tables of numbers are full of other marks.
_MARKDOWN_CELL = re.compile(r"[\\`|\[]|<(?=[A-Za-z/!?])|&(?=#?\w+;)")


_TYPST = re.compile(r"""[\\#*_$@<>`~\[\]"']""")  # what begins markup, code, a label or a quotation in Typst


def to_one_line(text: str, limit: int = _MAX_LENGTH) -> str:
    """Return text on one line of at most ``limit`` characters, without characters that cannot be printed."""
    line = _SPACE.sub(" ", text).strip()
    line = "".join(x if x.isprintable() or x == _NO_BREAK_SPACE else "\N{REPLACEMENT CHARACTER}" for x in line)
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def to_rst(text: str) -> str:
    """Return text for reStructuredText, also for a file that Snakemake renders as a Jinja template."""
    line = _PUNCTUATION.sub(r"\\\g<0>", to_one_line(text))
    return f"\\{line}" if line.startswith(_BULLETS) else line


def to_markdown(text: str) -> str:
    """Return text for Markdown."""
    return _PUNCTUATION.sub(r"\\\g<0>", to_one_line(text))


def to_markdown_cell(text: str) -> str:
    """Return the text of a cell of a Markdown table, in which the usual signs of numbers remain as they are."""
    return _MARKDOWN_CELL.sub(r"\\\g<0>", to_one_line(text))


def to_typst(text: str) -> str:
    """Return text for the markup of Typst."""
    return _TYPST.sub(r"\\\g<0>", to_one_line(text))


def to_mathtext(text: str, limit: int = 200) -> str:
    """Return text for a label of matplotlib, which would interpret what is between two dollar signs."""
    return to_one_line(text, limit).replace("$", r"\$")
