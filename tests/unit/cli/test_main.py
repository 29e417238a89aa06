"""What all commands of ``tlsglass`` share."""

import os
import shlex
import subprocess
import sys

import pytest

from shared import ROOT
from tlsglass import cli
from tlsglass.commands import command_options

PROGRAM = """
import os, sys
from tlsglass import cli
cli.main(["density", "--T", "x"])
print("numpy" in sys.modules, [os.environ[f"{name}_NUM_THREADS"] for name in ("OPENBLAS", "OMP", "MKL")])
"""


@pytest.mark.parametrize(("chosen", "expected"), [({}, ["1", "1", "1"]), ({"OMP_NUM_THREADS": "3"}, ["1", "3", "1"])])
def test_linear_algebra_has_one_thread_unless_the_environment_says_otherwise(chosen, expected):
    environment = {key: value for key, value in os.environ.items() if not key.endswith("_NUM_THREADS")}
    environment |= chosen | {"PYTHONPATH": str(ROOT / "scripts")}
    run = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == f"False {expected}"  # set before numpy is imported, which reads it


def test_the_help_shows_three_commands_that_are_valid(capsys):
    with pytest.raises(SystemExit):
        cli.main(["--help"])
    examples = capsys.readouterr().out.partition("examples:\n")[2].splitlines()
    assert len(examples) == 3
    for example in examples:
        program, *arguments = shlex.split(example)
        assert program == "tlsglass"
        assert callable(cli._parser().parse_args(arguments).run)


@pytest.mark.parametrize("command", ["fit", "density", "predict", "simulate", "app"])
def test_the_help_of_a_command_describes_it_and_each_option_and_ends_with_an_example(command, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "300")
    with pytest.raises(SystemExit):
        cli.main([command, "--help"])
    usage, *text, example = capsys.readouterr().out.splitlines()
    assert usage.startswith(f"usage: tlsglass {command} ")
    assert " ".join(text[: text.index("options:")]).strip().endswith(".")
    assert max(map(len, text)) <= command_options.WIDEST_HELP
    program, *arguments = shlex.split(example.removeprefix("example: "))
    assert (program, arguments[0]) == ("tlsglass", command)
    assert callable(cli._parser().parse_args(arguments).run)
    (commands,) = (action.choices for action in cli._parser()._actions if isinstance(action.choices, dict))
    assert [action.dest for action in commands[command]._actions if not action.help] == []


COMPLETE = """
source completion.bash
complete -p tlsglass
for words in "tlsglass si" "tlsglass predict spec" "tlsglass predict --J"; do
    COMP_WORDS=($words) COMP_CWORD=$(($(wc -w <<< $words) - 1))
    _shtab_tlsglass
    echo "${COMPREPLY[@]}"
done
"""


def test_bash_completes_commands_observables_and_options(tmp_path, capsys):
    pytest.importorskip("shtab")
    with pytest.raises(SystemExit):
        cli.main(["--print-completion", "bash"])
    (tmp_path / "completion.bash").write_text(capsys.readouterr().out, encoding="utf-8")
    run = subprocess.run(["bash", "-c", COMPLETE], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert run.stdout.splitlines()[1:] == ["simulate", "specific_heat", "--J0-over-h0"]


def test_without_shtab_completion_is_refused_in_one_line(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "shtab", None)
    assert cli.main(["--print-completion", "zsh"]) == 2
    assert capsys.readouterr().err == "tlsglass: --print-completion needs shtab; pip install shtab\n"


@pytest.mark.parametrize("table", [["table.csv"], []])
@pytest.mark.parametrize(
    ("words", "correct"),
    [
        (["--fix", "beta1=1", "beta2=0.9"], "--fix beta1=1 --fix beta2=0.9"),
        (["--fix=mu=0", "beta1=1", "beta2=0.9"], "--fix mu=0 --fix beta1=1 --fix beta2=0.9"),
        (["--where", "sample=A 1", "run=2"], "--where 'sample=A 1' --where run=2"),
    ],
)
def test_several_values_after_an_option_that_is_repeated_show_the_right_form(table, words, correct, capsys):
    """Before the table, they would otherwise be taken for names of tables."""
    for arguments in ([*table, *words], [*words, *table]):
        assert cli.main(["fit", *arguments]) == 2
        line = capsys.readouterr().err.strip()
        assert line.endswith(f"repeat it: {correct}")
        parsed = cli._parser().parse_args(["fit", *shlex.split(correct), *table])
        assert len(parsed.fix or parsed.where) == correct.count("--")


def test_a_word_that_is_not_recognized_is_refused_by_its_command(capsys):
    assert cli.main(["fit", "table.csv", "--nonsense"]) == 2
    assert capsys.readouterr().err.endswith("see tlsglass fit --help\n")
