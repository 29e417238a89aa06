"""The documentation site is built without a warning or a network, and all of its links and pages are there."""

import re
import subprocess
import sys
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import pytest

import tlsglass
from shared import ROOT
from tlsglass import cli


class Links(HTMLParser):
    """The targets of links, what a page loads, and its anchors."""

    def __init__(self, text):
        super().__init__()
        self.targets, self.loaded, self.anchors = [], [], set()
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.anchors |= {values[name] for name in ("id", "name") if values.get(name)}
        if tag == "a" and values.get("href"):
            self.targets.append(values["href"])
        elif values.get("src") or (tag == "link" and values.get("rel") in ("stylesheet", "icon", "preload")):
            self.loaded.append(values.get("src") or values["href"])


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    options = ["-c", "docs", "-q", "-W", "--keep-going", "-d", folder / "doctrees"]
    build = [sys.executable, "-m", "sphinx", *options, ".", folder / "html"]
    done = subprocess.run(
        build, cwd=ROOT, env={"PYTHONPATH": str(ROOT / "scripts")}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return folder / "html"


@pytest.fixture(scope="module")
def pages(site):
    return {path: Links(path.read_text(encoding="utf-8")) for path in site.rglob("*.html") if path.parent.name != "_static"}


def test_each_internal_link_leads_somewhere(site, pages):
    dead = []
    for path, page in pages.items():
        for target in page.targets:
            parts = urlsplit(target)
            if parts.scheme or target.startswith(("data:", "mailto:")):
                continue
            linked = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            anchors = pages[linked].anchors if linked in pages else set()
            if not linked.exists() or (parts.fragment and linked in pages and unquote(parts.fragment) not in anchors):
                dead.append(f"{path.relative_to(site)}: {target}")
    assert dead == []


def test_external_links_are_addresses(pages):
    targets = {target for page in pages.values() for target in page.targets if urlsplit(target).scheme in ("http", "https")}
    assert len(targets) > 5
    assert [target for target in targets if not re.fullmatch(r"https://[\w.-]+\.[a-z]{2,}(/[\w.~/#?=&%()+-]*)?", target)] == []


def test_pages_load_nothing_from_elsewhere(pages):
    assert [source for page in pages.values() for source in page.loaded if urlsplit(source).scheme in ("http", "https")] == []


def test_the_reference_pages_have_all_names(site):
    api = (site / "docs/api.html").read_text(encoding="utf-8")
    names = [name for name in tlsglass.__all__ if name not in ("__version__", "atlas")]
    names += [f"atlas.{name}" for name in tlsglass.atlas.__all__ if callable(getattr(tlsglass.atlas, name))]
    assert [name for name in names if f'id="tlsglass.{name}"' not in api] == []
    commands = (site / "docs/command-line.html").read_text(encoding="utf-8")
    (subcommands,) = (action.choices for action in cli._parser()._actions if isinstance(action.choices, dict))
    options = {option for parser in subcommands.values() for option in parser._option_string_actions if option != "-h"}
    assert [option for option in sorted(options - {"--help"}) if option not in commands] == []


def test_the_search_finds_pages_and_names(site):
    index = (site / "searchindex.js").read_text(encoding="utf-8")
    assert all(word in index for word in ("docs/fit-your-data", "fit_eq3", "resonators", "relative_error"))


def test_the_page_of_all_results_is_part_of_it(site, pages):
    assert (site / "docs/index.html").stat().st_size > 1_000_000
    assert any("index.html" in target for target in pages[site / "README.html"].targets)
