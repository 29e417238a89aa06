"""User text is shown as it is written, whatever is in it, by docutils, a renderer of Markdown, and matplotlib."""

import re

import jinja2
import pytest
from docutils.core import publish_doctree

from tlsglass.base import escape

HOSTILE = (
    "niobium\n\n.. include:: /etc/passwd\n   :literal:\n\n.. raw:: html\n\n   <script>window.pwned=3</script>\n\nx",
    ".. image:: http://localhost/x.png",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }} {% for x in y %} {# z #}",
    "`link <javascript:alert(1)>`_ |sub| [1]_ target_ *a* **b** ``c`` :raw-html:`<b>` a::",
    "- item",
    "1. item",
    "\N{BULLET} item",
    "+---+\n| a |\n+---+",
    "====\nTitle\n====",
    r"\ \\ \$x\$ $\frac{1}{0}$ $",
    ">>> print(1)",
    "http://localhost/ someone@localhost",
    "<!-- --> <img src=x onerror=alert(1)> &lt; &#60;",
    "[a](http://localhost) ![b](http://localhost/x.png) <http://localhost>",
    "-- long  option",
)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("template", ["{}", "Of a resonator ({}), measured.", "Q\\ :sub:`i` of\n{} and *more*."])
def test_text_in_restructuredtext_is_text(text, template):
    shown = " ".join(text.split())
    source = template.replace("{}", escape.to_rst(text))
    rendered = jinja2.Environment().from_string(source).render()  # the report of Snakemake renders captions as templates
    (paragraph,) = publish_doctree(rendered, settings_overrides={"report_level": 1, "halt_level": 1}).children
    expected = template.replace("\\ :sub:`i`", "i").replace("*more*", "more").replace("\n", " ").replace("{}", shown)
    assert paragraph.tagname == "paragraph"
    assert paragraph.astext().replace("\n", " ") == expected
    assert {child.tagname for child in paragraph.children} <= {"#text", "subscript", "emphasis"}


def test_control_characters_never_remain_and_text_is_bounded():
    line = escape.to_one_line("a\x1b[31m\x00\N{RIGHT-TO-LEFT OVERRIDE}b\r\n\tc" + "d" * 10_000)
    assert line.startswith("a�[31m��b cd")
    assert line.isprintable()
    assert len(line) == 1000


@pytest.mark.parametrize("text", HOSTILE)
def test_no_mark_of_markdown_is_left(text):
    shown = escape.to_markdown(text)
    assert re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", shown) == " ".join(text.split())
    assert not re.search(r"(?<!\\)(?:\\\\)*[`*_\[\]<>|#&$]", re.sub(r"\\[!-/:-@\[-`{-~]", "", shown))


@pytest.mark.parametrize("cell", ["0.127(8) *", "< 0.07 (95 %)", "fig5a_silica_sound_velocity", "χ² & p", "µ = −0.1 > x"])
def test_usual_cells_remain_as_they_are(cell):
    assert escape.to_markdown_cell(cell) == cell


@pytest.mark.parametrize(
    ("cell", "shown"),
    [("P0⟨|J|⟩", r"P0⟨\|J\|⟩"), ("<b>", r"\<b>"), ("[a](b)", r"\[a](b)"), ("&lt;", r"\&lt;"), (r"a\|", r"a\\\|")],
)
def test_a_cell_ends_no_cell_and_begins_no_markup(cell, shown):
    assert escape.to_markdown_cell(cell) == shown
