"""Closure of all fits: fit synthetic datasets of known parameters and tabulate pulls and coverage.

    PYTHONPATH=scripts .venv/bin/python benchmarks/closure.py --datasets 500

Takes about 75 minutes on one core. Every fit is kept in results/benchmarks/closure, so that an interrupted run continues there;
delete this folder after a change of the fits. Writes benchmarks/measured/closure.csv, in which rows of observables that are
not selected remain as they are; its last column is the commit of the code. The rules closure and closure_devices of the
workflow make the same tables without that column.
"""

import argparse
import time
from pathlib import Path

import pandas as pd

from tlsglass.base import io
from tlsglass.base.provenance import commit
from tlsglass.fitting.closure import COLUMNS, GIVEN, OF_ATLAS, PAIR, ClosureStudy, observable_studies, pair_studies
from tlsglass.models import registry

ROOT = Path(__file__).parents[1]
TABLE = ROOT / "benchmarks/measured/closure.csv"
CHECKPOINTS = ROOT / "results/benchmarks/closure"
SEED = 20210203  # that of config/config.yaml
DATASETS_PER_CHECKPOINT = 20
DIGITS = 4
KEYS = ["observable", "errors"]


def all_studies() -> list[ClosureStudy]:
    """Return the studies of all observables and of joint fits, in the order of the table."""
    return [study for name in (*registry.observable_names(), PAIR) for study in studies_of(name)]


def studies_of(name: str) -> list[ClosureStudy]:
    """Return the studies of one observable, or of joint fits."""
    return pair_studies() if name == PAIR else observable_studies(name)


def rows_of(study: ClosureStudy, datasets: int, seed: int) -> pd.DataFrame:
    """Return the rows of the first ``datasets`` datasets of a study, continued from its checkpoint."""
    checkpoint = CHECKPOINTS / f"{study.label}, {study.errors}, seed {seed}.csv".replace(" ", "_")
    rows = pd.read_csv(checkpoint) if checkpoint.exists() else pd.DataFrame(columns=COLUMNS)
    done, start = rows["dataset"].nunique(), time.process_time()
    for first in range(done, datasets, DATASETS_PER_CHECKPOINT):
        more = study.rows(range(first, min(first + DATASETS_PER_CHECKPOINT, datasets)), seed)
        rows = pd.concat([rows, more], ignore_index=True) if len(rows) else more
        io.write_csv(checkpoint, rows)
        seconds = (time.process_time() - start) / (rows["dataset"].nunique() - done)
        print(f"{study.label}, {study.errors}: {rows['dataset'].nunique()} of {datasets}, {seconds:.2f} s each", flush=True)
    return rows[rows["dataset"] < datasets]


def update_table(summary: pd.DataFrame, order: list[ClosureStudy]) -> None:
    """Replace the rows of one study in the table, whose studies are in ``order``."""
    table = pd.read_csv(TABLE) if TABLE.exists() else summary.iloc[:0]
    study = dict(zip(KEYS, summary.loc[0, KEYS], strict=True))
    table = pd.concat([table[(table[KEYS] != pd.Series(study)).any(axis=1)], summary], ignore_index=True)
    number = {(entry.label, entry.errors): k for k, entry in enumerate(order)}
    known = [number.get(key, len(order)) for key in zip(*(table[key] for key in KEYS), strict=True)]
    table = table.assign(number=known).sort_values("number", kind="stable").drop(columns="number")
    io.write_csv(TABLE, table, DIGITS)


def main() -> None:
    """Run the studies and update the table after each of them."""
    studies = all_studies()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--observable", nargs="+", choices=[*registry.observable_names(), PAIR], help="default: all")
    parser.add_argument("--errors", choices=[GIVEN, OF_ATLAS], help="only fits with Eq. (3), or only those on the atlas")
    parser.add_argument("--datasets", type=int, default=500)
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    names = options.observable or [*registry.observable_names(), PAIR]
    selected = [study for name in names for study in studies_of(name) if options.errors in (None, study.errors)]
    for study in sorted(selected, key=lambda study: study.errors == OF_ATLAS):  # these take longer
        summary = study.summary(rows_of(study, options.datasets, options.seed)).assign(commit=commit()[:7])
        print(summary.to_string(index=False), flush=True)
        update_table(summary, studies)


if __name__ == "__main__":
    main()
