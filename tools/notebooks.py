"""Run the notebooks in docs/notebooks and keep their outputs, as Jupyter would: python tools/notebooks.py [NOTEBOOK ...]

Text that is printed, the value of a cell's last line, and every figure that it leaves open. No kernel and no server are needed.
"""

import ast
import base64
import contextlib
import io
import os
import sys
from pathlib import Path

import matplotlib as mpl
import nbformat
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

FOLDER = Path(__file__).parents[1] / "docs/notebooks"


def run(path):
    """Return the notebook at ``path`` with the outputs that its cells have now, run one after the other in its folder."""
    mpl.use("Agg")
    plt.close("all")  # what others left open would be taken for the first cell's
    notebook = nbformat.read(path, as_version=4)
    names, previous_folder = {"__name__": "__main__"}, Path.cwd()
    os.chdir(path.parent)
    try:
        with mpl.rc_context():
            for count, cell in enumerate((cell for cell in notebook.cells if cell.cell_type == "code"), start=1):
                cell.execution_count = count
                cell.outputs = outputs(cell.source, names, count)
    finally:
        os.chdir(previous_folder)
    return notebook


def outputs(source, names, count):
    """Run the source of a cell with the ``names`` of those before, and return its outputs."""
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    printed, value = io.StringIO(), None
    with contextlib.redirect_stdout(printed):
        exec(compile(tree, "cell", "exec"), names)
        if last is not None:
            value = eval(compile(ast.Expression(last.value), "cell", "eval"), names)
    shown = value is not None and not source.rstrip().endswith(";")
    pictures = [plt.figure(number) for number in plt.get_fignums()]
    if shown and isinstance(value, Figure):  # as Jupyter does
        pictures, shown = [*pictures, *([] if value in pictures else [value])], False
    cell_outputs = []
    if printed.getvalue():
        cell_outputs.append(nbformat.v4.new_output("stream", name="stdout", text=printed.getvalue()))
    if shown:
        cell_outputs.append(nbformat.v4.new_output("execute_result", {"text/plain": repr(value)}, execution_count=count))
    cell_outputs += [
        nbformat.v4.new_output("display_data", {"image/png": png(picture), "text/plain": "<Figure>"}) for picture in pictures
    ]
    plt.close("all")
    return cell_outputs


def png(figure):
    """Return a figure as PNG in base64."""
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=110, bbox_inches="tight", metadata={"Software": None})
    return base64.b64encode(picture.getvalue()).decode()


def main():
    for path in [Path(name).resolve() for name in sys.argv[1:]] or sorted(FOLDER.glob("*.ipynb")):
        nbformat.write(run(path), path)
        print(path.name)


if __name__ == "__main__":
    main()
