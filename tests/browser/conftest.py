"""The page in Debian's Chromium, headless and without a network."""

import shutil

import pytest

from shared import ROOT
from tlsglass.base import validation
from tlsglass.report import page

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]


@pytest.fixture(scope="session")
def chromium():
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium)")
    from playwright.sync_api import sync_playwright  # which takes half a second

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def page_file(tmp_path_factory):
    """The page as the templates and the published outcome of this moment give it."""
    path = tmp_path_factory.mktemp("page") / "index.html"
    path.write_text(
        page.render_html(
            ROOT / "results/published",
            validation.read_yaml(ROOT / "config/config.yaml"),
            ROOT / "config/paper_values.csv",
            sorted((ROOT / "config/experiments").glob("*/dataset.yaml")),
            ROOT / "workflow/page",
            ROOT / "workflow/report",
        ),
        encoding="utf-8",
    )
    return path


@pytest.fixture
def open_page(chromium, page_file):
    """Return a function that opens the page at a width and in a colour scheme; what the console said ends the test."""
    messages, contexts = [], []

    def open_page(width=1440, scheme="light", height=900):
        context = chromium.new_context(viewport={"width": width, "height": height}, color_scheme=scheme, offline=True)
        contexts.append(context)
        tab = context.new_page()
        tab.on("console", lambda message: messages.append(message.text) if message.type in ("error", "warning") else None)
        tab.on("pageerror", lambda error: messages.append(str(error)))
        tab.on("request", lambda request: messages.append(request.url) if request.url.startswith("http") else None)
        tab.goto(page_file.as_uri())
        tab.wait_for_function("window.tlsglass && window.tlsglass.ready")
        return tab

    yield open_page
    for context in contexts:
        context.close()
    assert messages == []
