"""The command ``tlsglass app``: a server for the browser on this machine, which answers nobody else."""

from __future__ import annotations

import argparse
import socket
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from tlsglass.base import validation
from tlsglass.data.read_table import MAX_BYTES

DESCRIPTION = """Open the app in the browser: fit a table that is dropped into it, see how it was read and correct that by
menus, and explore the atlas. The app answers this machine only, and sends nothing to another. Ctrl+C ends it."""
HOST = "127.0.0.1"
DEFAULT_PORT = 8350
MAX_REQUEST_BYTES = MAX_BYTES + 1_000_000  # a table with what a browser sends around it
# The browser refuses to ask any other machine, whatever a table contains. The library of the app compiles its templates.
POLICY = b"default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; form-action 'self'; frame-ancestors 'none'"
ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#0b57a4"/>'
    '<path d="M5 9C8 25 13 25 16 16C19 25 24 25 27 9" fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round"/></svg>'
)

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class LocalOnly:
    """Middleware that refuses what does not come from the app's own page, and large requests.

    Other pages in the same browser can send requests to this machine, too: in the name of another host, or with their origin.
    """

    def __init__(self, app: Callable[[Message, Receive, Send], Awaitable[None]], port: int) -> None:
        self.app = app
        self.hosts = [f"{name}:{port}" for name in (HOST, "localhost")]

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        origin = headers.get("origin", f"http://{self.hosts[0]}")
        is_own = headers.get("host") in self.hosts and origin.removeprefix("http://") in self.hosts
        length = headers.get("content-length", "0")
        is_small = length.isdecimal() and int(length[:20]) <= MAX_REQUEST_BYTES
        if is_own and is_small:
            await self.app(scope, receive, _with_policy(send))
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close"})
        else:
            await send({"type": "http.response.start", "status": 413 if is_own else 403, "headers": []})
            await send({"type": "http.response.body", "body": b"refused"})


def _with_policy(send: Send) -> Send:
    """Return ``send`` that adds the policy to each response."""

    async def send_with_policy(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), (b"content-security-policy", POLICY)]
        await send(message)

    return send_with_policy


def add_command(commands: Any) -> None:
    """Add the command to the subparsers of ``tlsglass``."""
    parser = commands.add_parser(
        "app",
        help="fit a table and explore the atlas in the browser",
        usage="%(prog)s [options]",
        description=DESCRIPTION,
        epilog="example: tlsglass app",
    )
    parser.set_defaults(run=_run)
    parser.add_argument(
        "--port", type=int, default=DEFAULT_PORT, metavar="N", help=f"port of the address (default: {DEFAULT_PORT})"
    )
    parser.add_argument("--no-browser", action="store_true", help="only print the address, without opening a browser")


def check_port(port: int) -> None:
    """Raise InputError if a port cannot be used."""
    if not 1 <= port <= 65535:
        raise validation.InputError(f"tlsglass app: --port {port}: must be 1 to 65535")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server itself: a port that was just closed is free
        try:
            probe.bind((HOST, port))
        except OSError as error:
            line = f"tlsglass app: --port {port}: {error.strerror}; choose another, or end the program that uses it"
            raise validation.InputError(line) from None


def _run(args: argparse.Namespace) -> None:
    """Run ``tlsglass app`` until it is interrupted."""
    try:
        from nicegui import app, ui
    except ImportError:
        line = "tlsglass app: needs the package nicegui: pip install '.[app]' in the folder of the project"
        raise validation.InputError(line) from None
    check_port(args.port)
    from tlsglass.app import layout

    app.add_middleware(LocalOnly, port=args.port)
    print(f"tlsglass app: http://{HOST}:{args.port}/ (Ctrl+C ends it)", flush=True)
    ui.run(
        layout.build,
        host=HOST,
        port=args.port,
        title="tlsglass",
        favicon=ICON,
        dark=None,  # as the system
        language="en-US",
        tailwind=False,
        reload=False,
        show=not args.no_browser,
        show_welcome_message=False,
    )
