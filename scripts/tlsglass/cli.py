"""The command line ``tlsglass``: its parser, and errors as one line each."""

import argparse
import errno
import io as streams
import os
import sys
from collections.abc import Sequence
from typing import Any

from tlsglass.app import server
from tlsglass.base import threads, validation
from tlsglass.commands import atlas_commands, command_options, fit_command, simulate_command

EXAMPLES = (fit_command.EXAMPLE, simulate_command.EXAMPLE, atlas_commands.EXAMPLES["predict"])
SHELLS = ("bash", "zsh", "tcsh")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code: 0, 2 for invalid input and 1 for a failure, with one line per problem."""
    threads.use_single_threads()
    for stream in (sys.stdout, sys.stderr):  # a terminal without Unicode shows what it can
        if isinstance(stream, streams.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        args = _parser().parse_args(arguments)
        args.run(args)
        sys.stdout.flush()
    except validation.InputError as error:
        for line in error.lines:
            print(validation.printable(line), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted: nothing more is written", file=sys.stderr)
        return 130
    except OSError as error:
        if error.errno == errno.EPIPE:  # as in `tlsglass fit ... | true`
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            print("output: the pipe is closed", file=sys.stderr)
            return 1
        file = f"{error.filename}: " if error.filename else "output: "
        print(validation.printable(f"{file}{error.strerror or error}"), file=sys.stderr)
        return 2
    return 0


def _version() -> str:
    from importlib import metadata

    try:
        return metadata.version("tlsglass")
    except metadata.PackageNotFoundError:  # run from a folder
        return "of this folder"


class _PrintCompletion(argparse.Action):
    """Print the completion of all commands and options for a shell."""

    def __call__(self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: Any, *_: Any) -> None:
        try:
            import shtab
        except ImportError:
            raise validation.InputError("tlsglass: --print-completion needs shtab; pip install shtab") from None
        kinds = {"FILE": shtab.FILE, "table": shtab.FILE, "FOLDER": shtab.DIRECTORY}
        for command in self.commands.choices.values():
            for action in command._actions:
                if action.metavar in kinds:
                    action.complete = kinds[action.metavar]
        print(shtab.complete(parser, values))
        parser.exit()


def _parser() -> argparse.ArgumentParser:
    parser = command_options.OneLineParser(
        "tlsglass",
        usage="%(prog)s COMMAND [options]",
        description="Interacting tunneling two-level systems (TLSs) in glasses. tlsglass COMMAND --help describes a command.",
        epilog="\n  ".join(["examples:", *(example.removeprefix("example: ") for example in EXAMPLES)]),
    )
    parser.add_argument("--version", action="version", version=f"tlsglass {_version()}")
    completion = parser.add_argument(
        "--print-completion",
        choices=SHELLS,
        action=_PrintCompletion,
        default=argparse.SUPPRESS,  # no entry among the options of the commands, which some of them pass on
        help="print the completion of commands and options for a shell; needs shtab",
    )
    commands = completion.commands = parser.add_subparsers(required=True, title="commands", metavar="COMMAND", prog="tlsglass")
    fit_command.add_command(commands)
    atlas_commands.add_commands(commands)
    simulate_command.add_command(commands)
    server.add_command(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
