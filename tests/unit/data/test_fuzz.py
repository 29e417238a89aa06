"""Mutated tables and dataset files end in one line each, quickly and within little memory; nothing raises another error.

``FUZZ_COUNT=1000 FUZZ_SEED=7 pytest tests/unit/data/test_fuzz.py`` runs more of them, with other random numbers.
"""

import os
import random
import resource
import shutil
import time
from pathlib import Path

import pytest
import yaml

from tlsglass.base import validation
from tlsglass.data import infer_dataset
from tlsglass.data.dataset import load_dataset
from tlsglass.data.read_table import read_table
from tlsglass.data.resonator_table import ResonatorOptions, build_resonator_datasets
from tlsglass.models import registry

COUNT, SEED = int(os.environ.get("FUZZ_COUNT", "150")), int(os.environ.get("FUZZ_SEED", "1"))
MAX_SECONDS, MAX_MEGABYTES = 10.0, 1000.0
ROOT = Path(__file__).parents[3]
CASES = ROOT / "tests/data/cases"
TABLES = sorted([*CASES.glob("*.csv"), *CASES.glob("*.dat"), *ROOT.glob("config/experiments/*/data.csv")])
DATASETS = sorted(ROOT.glob("config/experiments/*/dataset.yaml"))
WORDS = [
    *(
        "nan",
        "inf",
        "-inf",
        "1e400",
        "-1e308",
        "0",
        "-0",
        "1e-320",
        "1_0",
        "0x1f",
        "1,5",
        "1.234.567",
        "1,234",
        "1'234",
        "٣",
        "½",
    ),
    *('"', "'", "#", ";", ",", "\t", "\n", "\r", "\r\n", "\0", "\x1b[31m", "\ufeff", "\u202e", "\u2028", "é", "🧊", "a" * 5000),
    *(
        "T_K",
        "T^2",
        "1/T",
        "log10_T",
        "(mK)",
        "[K]",
        "err",
        "rel_err",
        "σ²",
        "Q_i",
        "1/Qi",
        "κ/T²",
        "× 10⁻⁵",
        "(W/m/K)",
        "%",
        "dBm",
    ),
    *(
        "10**10**10 K",
        "{x}",
        "<script>",
        "$(id)",
        "../../x",
        "/dev/zero",
        "&a [*a]",
        "*a",
        "010",
        "1:30",
        "9" * 5000,
        "!!python/name:os",
    ),
]
OPTIONS = [
    {"observable": observable, "frequency_Hz": frequency, **more}
    for observable in (None, *registry.observable_names())
    for frequency in (None, 5e9)
    for more in (
        {},
        {"skip_bad_rows": True},
        {"temperature_unit": "K", "value_unit": "W/(m K)"},
        {"inverse": True},
        {"form": "value/T^2"},
    )
]


def mutate_text(text, rng):
    """Change a text at a few places: words in, pieces out, lines swapped or repeated, separators exchanged."""
    for _ in range(rng.choice([1, 1, 2, 3, 8])):
        position, length = rng.randrange(len(text) + 1), rng.choice([0, 1, 5, 40])
        kind = rng.randrange(7)
        if kind <= 1:
            text = text[:position] + rng.choice(WORDS) + text[position + length :]
        elif kind == 2:
            text = text[:position] + text[position + length :]
        elif kind == 3:
            lines = text.split("\n")
            rng.shuffle(lines)
            text = "\n".join(lines)
        elif kind == 4:
            old, new = rng.choice(
                [(",", ";"), (",", "\t"), (".", ","), (",", "  "), ("e-", "D-"), ("\n", "\r"), ("_", " "), ("-", "−")]
            )
            text = text.replace(old, new)
        elif kind == 5:
            text = text[:position]
        else:
            lines = text.split("\n")
            k = rng.randrange(len(lines))
            cells = lines[k].split(",")
            cells[rng.randrange(len(cells))] = rng.choice(WORDS)
            lines[k] = ",".join(cells)
            text = "\n".join(lines)
    return text


def encode(text, rng):
    raw = text.encode(rng.choice(["utf-8", "utf-8", "utf-8", "utf-16", "latin-1", "utf-8-sig"]), errors="replace")
    if rng.random() < 0.1:
        position = rng.randrange(len(raw) + 1)
        raw = raw[:position] + rng.randbytes(rng.randrange(1, 9)) + raw[position:]
    return raw


def mutate_info(value, rng):
    """Replace a random entry of nested dicts and lists, remove it, or add one."""
    if isinstance(value, dict) and value and rng.random() < 0.9:
        key = rng.choice(list(value))
        kind = rng.randrange(8)
        if kind == 0:
            return {name: entry for name, entry in value.items() if name != key}
        if kind == 1:
            return value | {rng.choice([*WORDS, "confirm", "where", "form", "drive", "joint"]): mutate_info({}, rng)}
        return value | {key: mutate_info(value[key], rng)}
    return rng.choice(
        [*WORDS, None, True, -1, 0, 10**400, 1e300, float("nan"), float("inf"), [], {}, [[]], {"column": "T_K"}, "T_K", "value"]
    )


def peak_memory():
    """Return the largest memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def is_refused_in_lines(action):
    """Run ``action``: it may only raise an InputError of printable, short lines. Return whether it does."""
    start, memory, lines = time.process_time(), peak_memory(), []
    with validation.collect_errors(lines):
        action()
    for line in map(validation.printable, lines):
        assert line.isprintable()
        assert len(line) < 2 * validation.MAX_LINE
    assert time.process_time() - start < MAX_SECONDS
    assert peak_memory() - memory < MAX_MEGABYTES
    return bool(lines)


def read(file, options, rng):
    table = read_table(file)
    if rng.random() < 0.1:
        build_resonator_datasets([table], ResonatorOptions(coupling_geometry="notch", attenuation_dB=0.0))
        return
    dataset = infer_dataset.build_dataset(table, infer_dataset.infer_info(table, infer_dataset.ReadingOptions(**options)))
    dataset.describe_reading()


def test_mutated_tables(tmp_path):
    rng = random.Random(SEED)
    file = tmp_path / "t.csv"
    refused = 0
    for _ in range(COUNT):
        text = rng.choice(TABLES).read_text(encoding="utf-8")
        options = rng.choice(OPTIONS)
        if rng.random() < 0.1:  # some tables that can be read, for most are not after a mutation and with random options
            options = {"skip_bad_rows": True}
        else:
            text = mutate_text(text, rng)
        file.write_bytes(encode(text, rng))
        refused += is_refused_in_lines(lambda options=options: read(file, options, rng))
    assert 0 < refused < COUNT


def test_mutated_datasets(tmp_path):
    rng = random.Random(SEED)
    folder = tmp_path / "one"
    refused = 0
    for _ in range(COUNT):
        source = rng.choice(DATASETS)
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(source.parent, folder)
        text = source.read_text(encoding="utf-8")
        if rng.random() < 0.5:
            info = mutate_info(yaml.safe_load(text), rng)
            try:
                text = yaml.safe_dump(info, allow_unicode=True)
            except ValueError:  # Python does not print integers of thousands of digits
                continue
        else:
            text = mutate_text(text, rng)
        (folder / "dataset.yaml").write_bytes(encode(text, rng))
        if rng.random() < 0.3:
            table = folder / "data.csv"
            table.write_bytes(encode(mutate_text(table.read_text(encoding="utf-8"), rng), rng))
        refused += is_refused_in_lines(lambda: load_dataset(folder))
    assert 0 < refused


@pytest.mark.parametrize("file", sorted(CASES.glob("dataset_*.yaml")), ids=lambda file: file.stem)
def test_hostile_datasets_of_the_attack(file, tmp_path):
    folder = tmp_path / "one"
    folder.mkdir()
    shutil.copyfile(file, folder / "dataset.yaml")
    shutil.copyfile(CASES / "dataset_duplicate_column.csv", folder / "data.csv")
    assert is_refused_in_lines(lambda: load_dataset(folder))
