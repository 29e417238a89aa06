"""Hostile text in a browser: no script runs, and nothing is requested."""

import base64
import hashlib
import http.server
import re
import shutil
import threading

import pandas as pd
import pytest
import yaml

from shared import ROOT
from tlsglass.base import validation
from tlsglass.report import page
from tlsglass.study import publish

CELL = "</script><script>window.pwned=1</script><img src=http://localhost:9/x.png onerror=window.pwned=2> {{ 7 * 7 }} $x$"
RST = f"\n\n.. raw:: html\n\n   {CELL}\n\n.. image:: http://localhost:9/y.png\n\n`a <javascript:window.pwned=3>`_"


@pytest.fixture(scope="module")
def hostile_page(tmp_path_factory):
    """The page of a published outcome and of datasets with hostile text in every field that is text."""
    root = tmp_path_factory.mktemp("hostile")
    published = shutil.copytree(ROOT / "results/published", root / "published")
    for name in ("tables/materials.csv", "checks/scorecard.csv"):
        table = pd.read_csv(published / name)
        for column in {"label", "material", "note"} & set(table):
            table[column] = CELL + RST
        table.to_csv(published / name, index=False)
    publish.refresh_list(published)
    datasets = []
    for source in ("fig5a_silica_sound_velocity", "stycast1266_thermal_conductivity"):
        folder = shutil.copytree(ROOT / "config/experiments" / source, root / source)
        info = yaml.safe_load((folder / "dataset.yaml").read_text(encoding="utf-8"))
        info |= dict.fromkeys(["title", "label", "material", "reference", "note"], CELL + RST)
        (folder / "dataset.yaml").write_text(yaml.safe_dump(info), encoding="utf-8")
        datasets.append(folder / "dataset.yaml")
    text = page.render_html(
        published,
        validation.read_yaml(ROOT / "config/config.yaml"),
        ROOT / "config/paper_values.csv",
        datasets,
        ROOT / "workflow/page",
        ROOT / "workflow/report",
    )
    (root / "index.html").write_text(text, encoding="utf-8")
    return root / "index.html"


@pytest.fixture(scope="module")
def server():
    """A server on this machine: its address, and the paths that it was asked for."""
    paths = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            paths.append(self.path)
            self.send_error(404)

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{listening.server_port}", paths
        listening.shutdown()


@pytest.fixture
def watched(chromium, server):
    """Return a function that opens a file in a browser with a network, what was asked for, and the server's address."""
    address, requests = server
    requests.clear()
    context = chromium.new_context()

    def open_file(path):
        tab = context.new_page()
        # requests to the network that no policy stopped
        tab.on("requestfinished", lambda request: requests.append(request.url) if request.url.startswith("http") else None)
        tab.goto(path.as_uri())
        return tab

    yield open_file, requests, address
    context.close()


def test_the_server_is_asked_by_a_page_without_a_policy(tmp_path, watched):
    open_file, requests, server = watched
    (tmp_path / "index.html").write_text(f"<img src={server}/x.png>", encoding="utf-8")
    open_file(tmp_path / "index.html")
    assert requests


def test_hostile_text_is_shown_and_neither_runs_nor_asks_for_anything(hostile_page, watched):
    open_file, requests, _ = watched
    tab = open_file(hostile_page)
    tab.wait_for_function("window.tlsglass && window.tlsglass.ready")
    tab.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    assert tab.evaluate("window.pwned") is None
    assert requests == []
    assert "window.pwned=1</script>" in tab.inner_text("#figure_niobium figcaption")
    assert "{{ 7 * 7 }}" in tab.inner_text("#scorecard-rows")
    assert tab.locator("img[onerror], a[href^='javascript:'], img[src^='http']").count() == 0


def test_a_script_that_got_into_the_page_would_not_run(page_file, tmp_path, watched):
    text = page_file.read_text(encoding="utf-8")
    assert "'unsafe-inline'" not in re.search(r"script-src ([^;]*);", text)[1]
    open_file, requests, server = watched
    injected = f"<script>window.pwned=1</script><img src={server}/x.png onerror=window.pwned=2><iframe src={server}></iframe>"
    (tmp_path / "index.html").write_text(
        text.replace('<main id="content">', f'<main id="content">{injected}'), encoding="utf-8"
    )
    tab = open_file(tmp_path / "index.html")
    assert tab.evaluate("window.pwned") is None
    assert requests == []
    tab.wait_for_function("window.tlsglass && window.tlsglass.ready")
    assert tab.evaluate("typeof window.tlsglass.velocity.mu") == "number"  # its own scripts do run
    allowed = re.findall(r"'sha256-([^']+)'", text)
    scripts = re.findall(r"<script>(.*?)</script>", text, flags=re.S)
    assert [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts] == allowed
