"""The API pages in docs/api, from docstrings: the public face and its atlas, nothing else. python tools/api.py [FOLDER]"""

import sys
from pathlib import Path

import pdoc

import tlsglass

ROOT = Path(__file__).parents[1]


def render(folder):
    """Write the pages of ``tlsglass`` and of each room in its face to ``folder``; nothing in them comes from a network."""
    rooms = []
    for name in tlsglass.__all__:
        shown = getattr(tlsglass, name)
        vars(tlsglass)[name] = shown  # pdoc reads the names that a module holds, and these come when they are asked for
        if shown.__class__.__name__ == "module":
            rooms.append(shown.__name__)
    pdoc.render.configure(math=False, mermaid=False, search=False, show_source=False)
    wings = sorted(path.parent.name for path in (ROOT / "scripts/tlsglass").glob("*/__init__.py"))
    folder.mkdir(parents=True, exist_ok=True)
    pdoc.pdoc("tlsglass", *(f"!tlsglass.{wing}" for wing in wings), *rooms, output_directory=folder)
    for page in folder.rglob("*.html"):
        page.write_text(
            "\n".join(line.rstrip() for line in page.read_text(encoding="utf-8").splitlines()) + "\n", encoding="utf-8"
        )


if __name__ == "__main__":
    render(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs/api")
