"""CPU time of the atlas: the first density of a process, 100 energies after it, and a curve of an observable.

PYTHONPATH=scripts .venv/bin/python benchmarks/atlas.py
"""

import subprocess
import sys
import time

import numpy as np

from tlsglass import atlas

REPEATS = 200


def per_call(function, arguments):
    """Return the mean CPU time of a call in ms; the arguments differ, so that nothing is cached."""
    begin = time.process_time()
    for argument in arguments:
        function(argument)
    return 1e3 * (time.process_time() - begin) / len(arguments)


def main():
    first = (
        "import time, numpy; from tlsglass import atlas; t = time.process_time();"
        "atlas.density(numpy.linspace(0, 30, 100), 0.3, 2.7); print(time.process_time() - t)"
    )
    seconds = float(subprocess.run([sys.executable, "-c", first], capture_output=True, text=True, check=True).stdout)
    E, T, J0 = np.linspace(0, 30, 100), np.geomspace(0.03, 3, 20), np.linspace(0.5, 9, REPEATS)
    atlas.density(E, 0.3, 2.7)
    print(f"first density of a process: {1e3 * seconds:.0f} ms (limit: 150)")
    print(f"100 energies: {per_call(lambda J0: atlas.density(E, 0.3, J0), J0):.2f} ms (limit: 1)")
    print(f"specific heat at 20 temperatures: {per_call(lambda J0: atlas.specific_heat(T, J0), J0[::10]):.1f} ms")


if __name__ == "__main__":
    main()
