"""Hostile input: one line that names what is wrong, or it is accepted; never a traceback, nor a file outside of its folder.

All of it, or other input: pytest tests/attack --attacks 3000 --attacks-from 300
"""

import copy
import faulthandler
import io as streams
import os
import random
import resource
import shutil
import sys
import time
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path

import matplotlib
import pytest
import yaml

from shared import CONFIG, CONFIG_SCHEMA, DATASET_SCHEMA, EXPERIMENTS, ROOT
from tlsglass import cli
from tlsglass.base import validation
from tlsglass.data import validate
from tlsglass.fitting import result
from tlsglass.models import registry
from tlsglass.study import config_checks, simulate
from tlsglass.study.configured_study import Study

SECONDS, BYTES = 10.0, 1e9  # of the processor, and of memory, that an input may cost
LONGEST_LINE, MOST_LINES = 1300, 200
CANARY = "canary-that-no-message-may-quote"
TOKENS = (
    "1e308", "-1e308", "1e400", "1e-400", "nan", "inf", "-inf", "-0", "0x10", "010", "1:30", "1_000",
    "9" * 400, "1,5", "1.2.3",
    "", " ", "\t", "\r", "\n\n", "\x00", "\x1b[31m", "\u202e", "\ufeff", "\ud800", "�", "𝟙", "٣", "µ",
    '"', "'", '"""', "`", "\\",
    "${HOME}", "$(touch pwned)", "`touch pwned`", ";touch pwned", "|touch pwned", "{x}", "}",
    "{{ 7*7 }}", "{% x %}", "%s%n", "%",
    "<script>window.pwned=1</script>", ".. include:: /etc/passwd", "$\\frac{1}{0}$",
    "=cmd|' /C calc'!A1", "../../x", "/etc/passwd",
    "/dev/zero", "/dev/stdin", "~", ".", "..", "-", "--", "-rf",
    "a" * 5000, "[" * 3000, "{" * 3000, "&a [*a]", "*a", "!!python/object:x",
    "!!binary x", "null", "true", "2026-13-45", "10**10**10", "K**99999999", "__import__('os')",
    "1e3 K", "mK", "W/(m K)", "GHz", "%",
)  # fmt: skip
TABLES = sorted((ROOT / "tests/data/cases").glob("*.csv")) + sorted(EXPERIMENTS.glob("*/data.csv"))
OPTIONS = (
    *("--observable", "--frequency", "--temperature", "--value", "--error", "--columns", "--temperature-unit", "--value-unit"),
    *("--error-unit", "--relative-error", "--temperature-error", "--where", "--window", "--h0", "--write-dataset", "--confirm"),
    *("--inverse", "--decimal", "--form", "--skip-bad-rows", "--loss", "--Qi", "--power", "--Qc", "--attenuation", "--dataset"),
)
COMMANDS = (
    "simulate --L 4 --J0 3 --realizations 20 --temperatures 0.02 0.5",
    "simulate --L 4 --J0 3 --realizations 20 --temperatures 0.5 --method tempering --sweeps 256",
    "density --J0-over-h0 0.15 --T 0.1",
    "predict thermal_conductivity --J0-over-h0 0.06 0.05 0.07 --through 1 0.045",
    "predict internal_friction --J0-over-h0 0.2 --T0 0.2",
)
NUMBERS = ("0", "1", "2", "4", "10", "13", "20", "1000", "1e5", "1e12", "-1", "0.5", "0.3", "0.1", "0.02", "1e-3", "1e-30")
CHOICES = (
    *("paper", "short", "annealing", "tempering", "heat_bath", "independent", "same_dipole", "random", "two_tls"),
    *("a.svg", "b.png"),
)
NAMES = (
    "{x}",
    "}",
    "<script>",
    "../../x",
    "/abs",
    "a/b",
    "",
    ".",
    "..",
    "-x",
    "a b",
    "$(touch pwned)",
    "a\nb",
    "\x1b[2J",
    "x" * 300,
    "µ",
    "con",
)

opened = None  # (path, whether it is opened to write) of all files since an attack began, or None


def audit(event, arguments):
    if opened is not None and event == "open" and isinstance(arguments[0], str | bytes | os.PathLike):
        flags = arguments[2] if isinstance(arguments[2], int) else 0
        opened.append((os.fsdecode(arguments[0]), bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))))
    elif opened is not None and event in ("os.system", "subprocess.Popen", "os.exec", "socket.connect"):
        opened.append((event, True))


sys.addaudithook(audit)
LINKED_LIBRARIES = (sys.prefix, matplotlib.get_cachedir())  # the latter has its list of fonts
LIBRARIES = tuple(
    dict.fromkeys(
        [str(ROOT / "scripts"), sys.prefix, sys.base_prefix, "/usr/", "/proc/self", *map(os.path.realpath, LINKED_LIBRARIES)]
    )
)


class Accepted(Exception):  # noqa: N818
    """The input was accepted: what follows, the fit or the simulation, is tested elsewhere."""


def accept(*_, **__):
    raise Accepted


def mutate_bytes(content, dice):
    """Return text with a few of its bytes flipped, cut, repeated or replaced by hostile words."""
    content = bytearray(content[:20_000])
    for _ in range(dice.randint(1, 4)):
        at, kind = dice.randrange(len(content) + 1), dice.randrange(6)
        if kind == 0 and at < len(content):
            content[at] ^= 1 << dice.randrange(8)
        elif kind == 1:
            del content[at:]
        elif kind == 2:
            end = min(len(content), at + dice.randint(1, 40))
            del content[at:end]
        elif kind == 3:
            content[at:at] = content[at : at + 60] * dice.randint(1, 50)
        else:
            words = dice.choice(TOKENS).encode("utf-8", "surrogatepass")
            fields = [k for k, letter in enumerate(content) if letter in b",\n :"] or [0]
            at = dice.choice(fields) + 1
            content[at : at + (dice.randint(0, 8) if kind == 4 else 0)] = words
    if dice.random() < 0.03:
        return content.decode("utf-8", "replace").encode(dice.choice(["utf-16", "utf-32", "cp1252"]), "replace")
    return bytes(content)


def attack_table(folder, dice):
    source = dice.choice(TABLES)
    (folder / "table.csv").write_bytes(mutate_bytes(source.read_bytes(), dice))
    observable = dice.choice([*registry.observable_names(), "resonator"])
    words = ["fit", "table.csv", "--observable", observable, "--frequency", "5.6GHz"]
    return lambda: cli.main(words[: 4 if dice.random() < 0.3 else 6])


def random_dataset(folder, dice):
    """Write a mutated dataset into ``folder``."""
    shutil.copytree(dice.choice([path.parent for path in EXPERIMENTS.glob("*/dataset.yaml")]), folder, dirs_exist_ok=True)
    path = folder / "dataset.yaml"
    info = yaml.safe_load(path.read_text(encoding="utf-8"))
    kind = dice.randrange(4)
    if kind == 0:
        path.write_bytes(mutate_bytes(path.read_bytes(), dice))
        return
    if kind == 1:
        file = folder / info["data"]["file"]
        target = dice.choice(
            ["../secret.csv", str(folder.parent / "secret.csv"), "/etc/passwd", "/dev/zero", "pipe", "link", ".", "x\x00"]
        )
        if target == "pipe":
            os.mkfifo(folder / "pipe")
        elif target == "link":
            (folder / "link").symlink_to("../secret.csv")
        if dice.random() < 0.3 and target not in ("pipe", "link", "x\x00"):
            file.unlink()
            file.symlink_to(target)
        else:
            info["data"]["file"] = target
    else:
        for _ in range(dice.randint(1, 3)):
            mutate_value(info, dice)
    path.write_text(yaml.safe_dump(info, allow_unicode=True), encoding="utf-8", errors="replace")


def mutate_value(content, dice):
    """Replace, remove or add one value of a nested content."""
    key = None
    while isinstance(content, dict | list) and content:
        holder, key = content, dice.choice(list(content) if isinstance(content, dict) else range(len(content)))
        content = holder[key]
        if dice.random() < 0.3:
            break
    if key is None:
        return
    value = dice.choice(
        [*TOKENS, None, True, [], {}, 10**400, -1, 0, 1e308, 1e-320, float("nan"), float("inf"), [1] * 500, {"x": {}}]
    )
    if dice.random() < 0.2:
        del holder[key]
    elif isinstance(holder, dict) and dice.random() < 0.2:
        holder[dice.choice(TOKENS)] = value
    else:
        holder[key] = value


def attack_dataset(folder, dice):
    (folder / "set").mkdir()
    random_dataset(folder / "set", dice)
    return lambda: cli.main(["fit", "--dataset", "set"])


def attack_overlay(folder, dice):
    overlay = copy.deepcopy({key: CONFIG[key] for key in dice.sample(sorted(CONFIG), 3)})
    text = yaml.safe_dump(overlay)
    if dice.random() < 0.5:
        mutate_value(overlay, dice)
        text = yaml.safe_dump(overlay, allow_unicode=True)
    content = text.encode("utf-8", "replace")
    (folder / "overlay.yaml").write_bytes(content if dice.random() < 0.5 else mutate_bytes(content, dice))

    def check():
        try:
            overlay = validation.read_yaml("overlay.yaml")
            if not isinstance(overlay or {}, dict):
                return 0  # Snakemake refuses it
            config = copy.deepcopy(CONFIG)
            for key, value in (overlay or {}).items():
                config[key] = config[key] | value if isinstance(value, dict) and isinstance(config.get(key), dict) else value
            config_checks.check(config, CONFIG_SCHEMA, lambda path: "overlay.yaml", CONFIG)
            Study(config)
        except validation.InputError as error:
            for line in error.lines:
                print(validation.printable(line), file=sys.stderr)
            return 2
        return 0

    return check


def attack_command(folder, dice):
    shutil.copy(EXPERIMENTS / "stycast1266_thermal_conductivity/data.csv", folder / "table.csv")
    table = dice.choice(["table.csv", "table.csv", *TOKENS])
    words = ["fit", "table.csv" if table == "/etc/passwd" else table]  # a table that is named is read wherever it is
    for _ in range(dice.randint(1, 5)):
        words.append(dice.choice(OPTIONS))
        words += [
            dice.choice([*TOKENS, "T_K", "thermal_conductivity", "resonator_frequency", "1"])
            for _ in range(dice.choice([0, 1, 1, 2]))
        ]
    words = [word for word in words if "\x00" not in word]
    return lambda: cli.main(words)


def attack_calculation(folder, dice):
    """A mutated command to simulate or to evaluate the atlas. A simulation that is accepted is not run."""
    words = dice.choice(COMMANDS).split()
    (commands,) = (action.choices for action in cli._parser()._actions if isinstance(action.choices, dict))
    actions = [action for action in commands[words[0]]._actions if action.option_strings and action.dest != "help"]
    for _ in range(dice.randint(1, 3)):
        action, kind = dice.choice(actions), dice.random()
        values = TOKENS if kind < 0.1 else NUMBERS if action.type else CHOICES
        count = {None: 1, "+": dice.randint(1, 3)}.get(action.nargs, action.nargs)
        count = dice.randint(0, 4) if kind > 0.9 else count
        words += [action.option_strings[0], *(dice.choice(values) for _ in range(count))]
    if dice.random() < 0.1:
        del words[dice.randrange(1, len(words))]
    words = [word for word in words if "\x00" not in word]
    return lambda: cli.main(words)


def attack_name(folder, dice):
    name = dice.choice([*NAMES, *TOKENS])
    try:
        random_dataset(folder / "experiments" / name, dice) if "/" not in name and name not in ("", ".", "..") else None
    except (OSError, ValueError, UnicodeError):
        (folder / "experiments").mkdir(exist_ok=True)
    shutil.copy(EXPERIMENTS / "stycast1266_thermal_conductivity/data.csv", folder / "table.csv")

    def check():
        folders = sorted(Path("experiments").glob("*"))
        _, broken = validate.validate_each([path for path in folders if path.is_dir()], DATASET_SCHEMA)
        for line in (line for lines in broken.values() for line in lines):
            print(validation.printable(line), file=sys.stderr)
        if "\x00" in name:  # no operating system takes it
            return 0
        return cli.main(
            ["fit", "table.csv", "--observable", "thermal_conductivity", "--relative-error", "1%", f"--write-dataset={name}"]
        )

    return check


ATTACKS = (attack_table, attack_dataset, attack_overlay, attack_command, attack_name, attack_calculation)


def problems_of(attack, folder, dice):
    """Return whether an attack is refused, and what it achieved that it must not, as words."""
    global opened
    outside = folder.parent
    folder.mkdir()
    (outside / "secret.csv").write_text(f"{CANARY},x\n1,2\n", encoding="utf-8")
    before = {path.name for path in outside.iterdir()}
    call, printed, said = attack(folder, dice), streams.StringIO(), streams.StringIO()
    start, problems = time.process_time(), []
    faulthandler.dump_traceback_later(120, exit=True)
    with chdir(folder), redirect_stdout(printed), redirect_stderr(said):
        opened = []
        try:
            code = call()
        except (Accepted, SystemExit):
            code = 0
        except BaseException as error:
            code = 0
            problems.append(f"{type(error).__name__}: {str(error)[:200]}")
        files, opened = opened, None
    faulthandler.cancel_dump_traceback_later()
    if code not in (0, 1, 2):
        problems.append(f"exit code {code}")
    if (taken := time.process_time() - start) > SECONDS:
        problems.append(f"{taken:.1f} s")
    lines, output = said.getvalue().splitlines(), printed.getvalue() + said.getvalue()
    if code and not lines:
        problems.append("it is refused without a word")
    if "Traceback" in output or CANARY in output or "root:" in output:
        problems.append(f"it says {output[:200]}")
    if len(lines) > MOST_LINES or any(len(line) > LONGEST_LINE for line in lines):
        problems.append(f"{len(lines)} lines of up to {max(map(len, lines))} characters")
    if code and not all(line.isprintable() for line in lines):
        problems.append("control characters are printed")
    for path, written in files:
        place = os.path.realpath(folder / path)
        inside = place.startswith(os.path.realpath(folder) + os.sep) or place == os.path.realpath(folder)
        if not inside and (written or not place.startswith(LIBRARIES)) and place != os.devnull:
            problems.append(f"{'writes' if written else 'reads'} {place[:200]}")
    if {path.name for path in outside.iterdir()} != before:
        problems.append("writes beside its folder")
    if list(outside.rglob("pwned")):
        problems.append("a command was run")
    return code != 0, problems


@pytest.mark.filterwarnings("ignore")
def test_no_hostile_input_does_anything_but_be_refused_or_accepted(tmp_path, request, monkeypatch):
    monkeypatch.setattr(result, "fit_dataset", accept)
    monkeypatch.setattr(simulate, "run", accept)
    count, first = request.config.getoption("--attacks"), request.config.getoption("--attacks-from")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    problems, refused = {}, 0
    for k in range(first, first + count):
        attack, folder = ATTACKS[k % len(ATTACKS)], tmp_path / str(k) / "inside"
        folder.parent.mkdir()
        is_refused, texts = problems_of(attack, folder, random.Random(k))
        refused += is_refused
        if texts:
            problems[k, attack.__name__] = texts
        else:
            shutil.rmtree(folder.parent)
    grown = 1024 * (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory)
    assert not problems, "\n".join(f"{k} {name}: {'; '.join(texts)}" for (k, name), texts in problems.items())
    assert grown < BYTES
    assert 0.1 * count < refused < 0.95 * count
    print(f"{count} inputs, {refused} refused, {grown / 1e6:.0f} MB")
