"""The notebooks say what they say when they are run now."""

import re
import tomllib

import nbformat
import pytest

import notebooks
from shared import ROOT

NOTEBOOKS = sorted((ROOT / "docs/notebooks").glob("*.ipynb"))
NUMBER = r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?"


def printed(notebook):
    """Return the words that each cell of code printed or gave with how many pictures, and all numbers in them."""
    outputs, numbers = [], []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            texts = [output.get("text") or output["data"]["text/plain"] for output in cell.outputs]
            text = "\n".join(texts).replace("\N{MINUS SIGN}", "-")
            numbers += map(float, re.findall(NUMBER, text))
            outputs.append((re.sub(NUMBER, "#", text), sum("image/png" in output.get("data", {}) for output in cell.outputs)))
    return outputs, numbers


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_short_and_its_outputs_are_those_of_a_run(path):
    kept = nbformat.read(path, as_version=4)
    nbformat.validate(kept)
    code = [line for cell in kept.cells if cell.cell_type == "code" for line in cell.source.splitlines() if line.strip()]
    assert len(code) <= 30
    assert sum(pictures for _, pictures in printed(kept)[0]) >= 1
    words, numbers = printed(notebooks.run(path))
    kept_words, kept_numbers = printed(kept)
    assert words == kept_words, "make notebooks"
    # minimisers end within their tolerance of each other on another processor, and a last digit may be rounded otherwise
    assert numbers == pytest.approx(kept_numbers, rel=0.01), "make notebooks"


def test_what_makes_them_is_locked():
    named = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["dependency-groups"]["dev"]
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    for package in ("sphinx", "furo", "myst-parser", "sphinx-argparse", "nbformat"):
        assert package in " ".join(map(str, named))
        assert f"\n{package}==" in lock
