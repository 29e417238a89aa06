"""Options of the command line that several commands share."""

import argparse
import itertools
import math
import shlex
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from tlsglass.base import validation

LARGEST = 1e12  # number on the command line
PICTURES = (".svg", ".png", ".pdf")
WIDEST_HELP = 100  # characters in a line; longer lines are hard to read


class HelpFormatter(argparse.HelpFormatter):
    """A formatter that begins explanations further to the right than argparse does, and prints examples as they are typed."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=32, width=min(shutil.get_terminal_size().columns - 2, WIDEST_HELP))

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        if text.startswith("example"):
            return "\n".join(f"{indent}{line}" for line in text.splitlines())
        return super()._fill_text(text, width, indent)


class OneLineParser(argparse.ArgumentParser):
    """A parser that reports an error as one line instead of the usage."""

    def __init__(self, prog: str, **options: Any) -> None:
        super().__init__(prog, formatter_class=HelpFormatter, **options)

    def error(self, message: str) -> NoReturn:
        raise validation.InputError(f"{self.prog}: {message}; see {self.prog} --help")

    def parse_known_args(  # type: ignore[override]  # argparse declares overloads
        self, args: Sequence[str] | None = None, namespace: Any = None
    ) -> Any:
        """Return the options; words that are left over are refused with the usage of this command."""
        words = sys.argv[1:] if args is None else list(args)
        for action in self._actions:
            self._check_repeated(action, words)
        options, extras = super().parse_known_args(words, namespace)
        if extras:
            self.error(f"unrecognized arguments: {' '.join(extras)}")
        return options, extras

    def _check_repeated(self, action: argparse.Action, words: Sequence[str]) -> None:
        """Refuse --fix A=1 B=2 and state the right form; B=2 would otherwise be unrecognized, or the name of a table."""
        if not (isinstance(action, argparse._AppendAction) and "=" in str(action.metavar)):
            return
        (option,) = action.option_strings
        for k, word in enumerate(words):
            name, equals, first = word.partition("=")
            texts = [*([first] if equals else []), *itertools.takewhile(_is_assignment, words[k + 1 :])]
            if name == option and len(texts) > 1:
                correct = " ".join(f"{option} {shlex.quote(text)}" for text in texts)
                raise validation.InputError(f"{self.prog}: {option} takes one {action.metavar}; repeat it: {correct}")


def _is_assignment(word: str) -> bool:
    return "=" in word and not word.startswith("-") and not Path(word).exists()


def number(text: str) -> float:
    """Return the number that a text contains."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not abs(value) <= LARGEST:
        raise argparse.ArgumentTypeError(f"{text}: must be a number, at most {LARGEST:g}")
    return value


def whole_number(text: str) -> int:
    """Return the whole number that a text contains, such as 100 or 1e4."""
    value = number(text)
    if value != int(value):
        raise argparse.ArgumentTypeError(f"{text}: must be a whole number")
    return int(value)


def check_picture(path: str | None) -> None:
    """Raise InputError unless a picture of this name can be drawn."""
    if path is not None and Path(path).suffix not in PICTURES:
        raise validation.InputError(f"tlsglass: --figure {path}: must be a name that ends in {', '.join(PICTURES)}")
