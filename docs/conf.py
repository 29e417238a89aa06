"""The documentation site: `make docs` writes it to build/site, which needs no network and no server.

The pages are the Markdown files of the repository, in the folders in which they are, and files that they link to keep their
path, too: a link is the same on GitHub, in an editor and on the site. Every warning is an error.
"""

import os
import shutil
from pathlib import Path

import nbformat
from docutils import nodes
from myst_parser.parsers.sphinx_ import MystParser
from sphinx import addnodes

import tlsglass

ROOT = Path(__file__).parents[1]
NAVIGATION = {  # {part: pages}
    "Tutorials": [
        "docs/fit-your-data",
        "docs/resonators",
        "docs/chip",
        "docs/simulate",
        "docs/app",
        *("docs/notebooks/1_simulate", "docs/notebooks/2_atlas", "docs/notebooks/3_my_resonator"),
    ],
    "How-to guides": [
        "docs/run",
        "docs/change-the-physics",
        "docs/clusters",
        "docs/reproducible-chains",
        "docs/from-scresonators",
    ],
    "Explanation": [
        "docs/reproduction",
        "docs/assumptions",
        "docs/closure",
        "docs/atlas",
        "docs/equilibrium",
        "docs/interactions",
    ],
    "Reference": [
        "docs/glossary",
        "docs/observables",
        "docs/dataset-keys",
        "docs/configuration",
        "docs/command-line",
        "docs/api",
        "docs/security",
    ],
    "Project": ["docs/architecture", "CONTRIBUTING", "docs/checklists", "config/README", "tools/ro_crate/README", "CHANGELOG"],
    "Published tables": sorted(
        str(path.relative_to(ROOT).with_suffix("")) for path in (ROOT / "results/published").rglob("*.md")
    ),
}

project, author, version = "tlsglass", "The tlsglass developers", tlsglass.__version__
project_copyright = author
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinxarg.ext"]
root_doc = "README"
include_patterns = ["*.md", "config/README.md", "docs/**", "results/published/**.md", "tools/ro_crate/*.md"]
exclude_patterns = ["docs/templates", ".*", "build", "results/runs", "results/shards"]
myst_heading_anchors = 4  # the anchors that GitHub gives to headings
autodoc_default_options = {"members": True, "imported-members": True, "member-order": "bysource"}
autodoc_typehints = "none"  # the docstrings describe types and shapes
smartquotes = False  # options begin with two hyphens
html_theme = "furo"
html_title = f"tlsglass {version}"
html_additional_pages = {"index": "redirect.html"}
templates_path = ["site_templates"]
html_show_sphinx = html_show_copyright = html_copy_source = False


class NotebookParser(MystParser):
    """Notebooks with the outputs that are in them, without running them."""

    supported = ("ipynb",)

    def parse(self, inputstring, document):
        super().parse(notebook_to_markdown(nbformat.reads(inputstring, as_version=4)), document)


def notebook_to_markdown(notebook):
    """Return the cells and outputs of a notebook as Markdown; pictures are embedded."""
    blocks = []
    for cell in notebook.cells:
        blocks.append(cell.source if cell.cell_type == "markdown" else f"```python\n{cell.source}\n```")
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "image/png" in data:
                blocks.append(f"![](data:image/png;base64,{data['image/png'].replace(chr(10), '')})")
            else:
                blocks.append(f"```text\n{output.get('text') or data['text/plain']}\n```")
    return "\n\n".join(blocks)


def add_navigation(app, docname, source):
    """Append the table of contents to the README, which is the first page."""
    if docname == root_doc:
        for part, pages in NAVIGATION.items():
            listed = [page for page in pages if page in app.env.found_docs]
            source[0] += "\n\n```{toctree}\n" + f":hidden:\n:caption: {part}\n\n" + "\n".join(listed) + "\n```\n"


def keep_paths(app, doctree):
    """Let links to files that are no pages lead to copies of them with the same path."""
    folder = Path(app.env.docname).parent
    for link in list(doctree.findall(addnodes.download_reference)):
        app.env.metadata[app.env.docname].setdefault("linked_files", set()).add(os.path.normpath(folder / link["reftarget"]))
        link.replace_self(nodes.reference("", "", *link.children, refuri=link["reftarget"], internal=True))


def copy_linked_files(app, exception):
    """Copy what the pages link to, and the page of all results, which links to the pages."""
    if exception is None:
        for path in {"docs/index.html"}.union(*(page.get("linked_files", ()) for page in app.env.metadata.values())):
            target = Path(app.outdir, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / path, target)
        page = Path(app.outdir, "docs/index.html")
        page.write_text(page.read_text(encoding="utf-8").replace('.md"', '.html"'), encoding="utf-8")


def setup(app):
    """Register the above."""
    app.add_source_suffix(".ipynb", "ipynb")
    app.add_source_parser(NotebookParser)
    app.connect("source-read", add_navigation)
    app.connect("doctree-read", keep_paths, priority=400)  # before they are taken for downloads
    app.connect("build-finished", copy_linked_files)
