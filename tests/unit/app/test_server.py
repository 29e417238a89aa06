"""The server answers its own page alone, and says in one line what it cannot do."""

import asyncio
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from shared import ROOT
from tlsglass import cli
from tlsglass.app import server

PORT = 8123


def ask(kind="http", **headers):
    """Return the first message of the server to a request."""
    messages = []

    async def application(scope, receive, send):
        await send({"type": "http.response.start", "status": 200} if kind == "http" else {"type": "websocket.accept"})

    async def send(message):
        messages.append(message)

    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": kind, "headers": pairs}
    with ThreadPoolExecutor(1) as pool:  # in this thread the tests of the browser may have left an event loop
        pool.submit(lambda: asyncio.run(server.LocalOnly(application, PORT)(scope, None, send))).result()
    return messages[0]


@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_only_its_own_page_is_answered(kind):
    own = f"127.0.0.1:{PORT}"
    refused = {"http": 403, "websocket": None}[kind]
    for headers in (
        {"host": "evil.example"},
        {"host": f"evil.example:{PORT}"},
        {"host": own, "origin": "http://evil.example"},
        {"host": own, "origin": "null"},
        {"host": own, "origin": f"https://{own}"},
        {},
    ):
        message = ask(kind, **headers)
        assert message["type"] == ("http.response.start" if kind == "http" else "websocket.close"), headers
        assert message.get("status") == refused
    for headers in ({"host": own}, {"host": f"localhost:{PORT}", "origin": f"http://localhost:{PORT}"}):
        assert ask(kind, **headers)["type"] in ("http.response.start", "websocket.accept")


def test_a_request_that_is_too_large_is_refused_and_answers_have_a_policy():
    own = {"host": f"127.0.0.1:{PORT}"}
    assert ask(**own, content_length=str(server.MAX_REQUEST_BYTES + 1))["status"] == 413
    assert ask(**own, content_length="x")["status"] == 413
    answer = ask(**own, content_length="10")
    assert answer["status"] == 200
    assert dict(answer["headers"])[b"content-security-policy"].startswith(b"default-src 'self'")


def test_a_port_that_is_taken_is_one_line(capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert cli.main(["app", "--no-browser", "--port", str(port)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert str(port) in line
    assert cli.main(["app", "--no-browser", "--port", "70000"]) == 2


def test_without_its_package_one_line_says_how_to_install_it():
    program = "import sys; sys.modules['nicegui'] = None; from tlsglass import cli; sys.exit(cli.main(['app']))"
    run = subprocess.run(
        [sys.executable, "-c", program], env={"PYTHONPATH": str(ROOT / "scripts")}, capture_output=True, text=True, check=False
    )
    assert run.returncode == 2
    (line,) = run.stderr.splitlines()
    assert "pip install '.[app]'" in line
