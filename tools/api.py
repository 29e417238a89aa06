"""The API pages in docs/api, from docstrings: the public face and its atlas, nothing else. python tools/api.py [FOLDER]"""

import sys
from pathlib import Path

import pdoc

import tlsglass

ROOT = Path(__file__).parents[1]


def render(folder):
    """Write the pages of ``tlsglass`` and of the modules in its public API to ``folder``; they load nothing from a network."""
    modules = []
    for name in tlsglass.__all__:
        shown = getattr(tlsglass, name)
        vars(tlsglass)[name] = shown  # pdoc reads the names in a module; these are imported on first use
        if shown.__class__.__name__ == "module":
            vars(shown).update({attribute: getattr(shown, attribute) for attribute in shown.__all__})
            modules.append(shown.__name__)
    pdoc.render.configure(math=False, mermaid=False, search=False, show_source=False)
    packages = sorted(path.parent.name for path in (ROOT / "scripts/tlsglass").glob("*/__init__.py"))
    folder.mkdir(parents=True, exist_ok=True)
    pdoc.pdoc("tlsglass", *(f"!tlsglass.{package}" for package in packages), *modules, output_directory=folder)
    for page in folder.rglob("*.html"):
        page.write_text(
            "\n".join(line.rstrip() for line in page.read_text(encoding="utf-8").splitlines()) + "\n", encoding="utf-8"
        )


if __name__ == "__main__":
    render(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs/api")
