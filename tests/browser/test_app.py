"""The app in a browser: a table is dropped, a wrong column corrected, the window moved, and the results are the command's."""

import json
import re
import shlex
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import NamedTuple

import pytest
from axe_playwright_python.sync_playwright import Axe

from shared import EXPERIMENTS, ROOT
from tlsglass import cli

pytest.importorskip("nicegui")

TABLES = ROOT / "tests/data/cases"
HOSTILE = "<img src=x onerror=window.pwned=1> $\\frac$ {{ 7 * 7 }} $(id)"
PREVIEW = ".data > .table"  # of the rows that were read, not of the example
PATIENCE_MS = 60_000


@pytest.fixture(scope="module")
def address():
    """The address of an app that is started as users start it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [sys.executable, "-m", "tlsglass.cli", "app", "--no-browser", "--port", str(port)]
    environment = {"PYTHONPATH": str(ROOT / "scripts"), "PATH": "/usr/bin:/bin", "HOME": "/tmp"}
    with subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as server:
        url = f"http://127.0.0.1:{port}/"
        for _ in range(300):
            try:
                urllib.request.urlopen(url, timeout=5).close()
                break
            except OSError:
                time.sleep(0.1)
        yield url
        server.terminate()
        output = server.stdout.read()
    assert "Traceback" not in output, output


@pytest.fixture
def open_app(chromium, address):
    """Return a function that opens the app; the browser may ask nobody else, and its console stays empty."""
    messages, contexts = [], []

    def open_app(width=1440, scheme="light"):
        context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        contexts.append(context)
        tab = context.new_page()
        tab.set_default_timeout(PATIENCE_MS)
        tab.on("console", lambda message: messages.append(message.text) if message.type == "error" else None)
        tab.on("pageerror", lambda error: messages.append(str(error)))
        own = (address, "data:", "blob:")
        tab.on("request", lambda request: None if request.url.startswith(own) else messages.append(request.url))
        tab.goto(address)
        tab.get_by_text("Drop or choose a table").wait_for()
        return tab

    yield open_app
    for context in contexts:
        context.close()
    assert messages == []


def choose(tab, option, entry):
    """Choose an entry of a menu, or type it into a field, and wait until the command has it."""
    field = tab.locator(f"[data-option={option}]")
    if option == "frequency":
        field.fill(entry)
        field.press("Tab")
    else:
        field.click()
        tab.get_by_role("option", name=entry, exact=True).click()
    word = entry.partition(":")[0].replace(" ", "_") if option == "observable" else entry
    tab.wait_for_function(f"document.querySelector('.command')?.innerText.includes({json.dumps(word)})")


def drop(tab, name, text):
    tab.set_input_files("input[type=file]", {"name": name, "mimeType": "text/csv", "buffer": text.encode()})
    tab.locator(f"{PREVIEW} td").first.wait_for()


def thinned(path, step):
    """Return the text of a table with its first point and each ``step``-th one after it: fits of few points are fast."""
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    return "\n".join([header, *rows[::step]])


def two_conductivities():
    """Return the text of a table in which two columns may be the value."""
    _, *rows = thinned(EXPERIMENTS / "stycast1266_thermal_conductivity/data.csv", 1).splitlines()
    points = [row.split(",") for row in rows]
    return "\n".join(["T_K,kappa a (W/(m K)),kappa b (W/(m K))", *(f"{T},{2 * float(kappa)},{kappa}" for T, kappa in points)])


class Case(NamedTuple):
    """A table, the choices that it needs, its columns, and what the app says about a wrong column."""

    text: str
    choices: dict[str, str]
    wrong: str
    right: str
    complaint: str | None  # None: the wrong column makes sense, too
    window_end: float  # where the slider is pressed, as a fraction of its length


CASES = {
    "thermal conductivity": lambda: Case(
        two_conductivities(),
        {"observable": "thermal conductivity"},
        "kappa a (W/(m K))",
        "kappa b (W/(m K))",
        None,
        0.6,
    ),
    "specific heat": lambda: Case(
        thinned(TABLES / "C_over_T.csv", 1),
        {"error": "3%"},
        "T (K)",
        "C/T (mJ/mol/K^2)",
        "which column contains the temperature",
        0.7,
    ),
    "dielectric constant": lambda: Case(
        thinned(EXPERIMENTS / "fig5b_silica_dielectric_constant/data.csv", 3),
        {"frequency": "1kHz"},
        "deps_over_eps_error",
        "deps_over_eps",
        "nothing depends on the temperature",
        0.8,
    ),
    "resonator frequency": lambda: Case(
        thinned(EXPERIMENTS / "niobium_resonator_frequency/data.csv", 1),
        {"observable": "resonator frequency", "frequency": "5.62GHz"},
        "T_K",
        "df_over_f",
        "which column contains the temperature",
        0.9,
    ),
    "f and Q of a resonator": lambda: Case(
        thinned(TABLES / "joint_one_power.csv", 4),
        {"observable": "resonator: f and Q together", "temperature-unit": "K", "value-unit": "Hz"},
        "Q_int",
        "f_r",
        "must stay below 0.05",
        0.7,
    ),
}


@pytest.mark.parametrize("name", list(CASES))
def test_a_table_is_fitted_as_the_command_does(open_app, tmp_path, monkeypatch, name):
    case = CASES[name]()
    tab = open_app()
    drop(tab, "mine.csv", case.text)
    for option, entry in case.choices.items():
        choose(tab, option, entry)
    choose(tab, "value", case.wrong)
    if case.complaint:
        tab.locator(".problem", has_text=case.complaint).wait_for()
        assert tab.get_by_role("button", name="Fit", exact=True).is_disabled()
    choose(tab, "value", case.right)
    tab.locator("th", has_text=case.right).filter(has_text="value").first.wait_for()
    assert tab.locator(".problem").count() == 0
    slider = tab.locator(".q-range")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    tab.mouse.click(box["x"] + case.window_end * box["width"], box["y"] + box["height"] / 2)
    tab.wait_for_function("document.querySelector('.command').innerText.includes('--window')")
    tab.get_by_role("button", name="Fit", exact=True).click()
    tab.locator(".conclusion").wait_for()
    command = tab.locator(".command").inner_text()
    json_name = "joint.json" if "resonator:" in case.choices.get("observable", "") else "fit.json"
    files = {}
    for file_name in (json_name, "figure.svg", "figure.png", *(["fit.md"] if json_name == "fit.json" else [])):
        with tab.expect_download() as download:
            tab.get_by_label(f"Download {file_name}").click()
        files[file_name] = Path(download.value.path()).read_bytes()
    monkeypatch.chdir(tmp_path)
    Path("mine.csv").write_bytes(case.text.encode())
    assert cli.main([*shlex.split(command)[1:], "--out", "o"]) == 0
    assert files == {file_name: (Path("o") / file_name).read_bytes() for file_name in files}
    fit = json.loads(files[json_name])
    assert tab.locator(".conclusion").inner_text() == fit["conclusion"]["text"]


def test_a_chip_is_fitted_device_by_device(open_app):
    rows = [f"D{k},{0.05 * i},{(0.01 + 0.0003 * (i % 3)) * k * (0.05 * i) ** 1.9}" for k in (1, 2) for i in range(1, 12)]
    tab = open_app()
    tab.get_by_label("Choose a table").first.wait_for()
    with tab.expect_file_chooser():  # anywhere in the box
        tab.locator(".q-uploader").click(position={"x": 30, "y": 20})
    drop(tab, "chip.csv", "\n".join(["device,T_K,kappa (W/(m K))", *rows]))
    tab.get_by_text("More options").click()
    choose(tab, "group", "device")
    choose(tab, "error", "3%")
    tab.locator("th", has_text="device").first.wait_for()
    assert "2 devices" in tab.locator(".read").inner_text()
    assert tab.locator(".q-uploader__input").get_attribute("aria-label") == "Choose a table"  # also after an upload
    tab.get_by_role("button", name="Fit", exact=True).click()
    tab.locator(".line", has_text="D2: ").wait_for()
    with tab.expect_download() as download:
        tab.get_by_label("Download chip.json").click()
    fit = json.loads(Path(download.value.path()).read_bytes())
    assert fit["devices"] == ["D1", "D2"]
    assert tab.locator(".conclusion").inner_text() == fit["conclusion"]["text"]
    outdated = tab.get_by_text("These results belong to earlier choices")
    assert not outdated.is_visible()
    choose(tab, "error", "1%")
    outdated.wait_for()


def test_hostile_text_is_shown_as_text_and_errors_are_lines(open_app):
    tab = open_app()
    rows = "\n".join(f"{0.05 * k},{(0.01 + 0.0003 * (k % 3)) * k**1.9}" for k in range(1, 12))
    drop(tab, f"{HOSTILE}.csv", f'T_K,"{HOSTILE}"\n{rows}')
    assert HOSTILE in tab.locator(f"{PREVIEW} th").nth(1).inner_text()
    choose(tab, "observable", "thermal conductivity")
    assert "Unit of value" in tab.locator(".problem").first.inner_text()
    tab.set_input_files("input[type=file]", {"name": "x.csv", "mimeType": "text/csv", "buffer": b"\x89HDF"})
    tab.locator(".problem", has_text="HDF5").wait_for()
    assert "Traceback" not in tab.inner_text("body")
    assert tab.evaluate("window.pwned") is None
    assert tab.locator("img[onerror], th img").count() == 0


@pytest.mark.parametrize(("width", "scheme"), [(1440, "dark"), (390, "light")])
def test_the_atlas_follows_its_sliders_and_is_accessible(open_app, width, scheme):
    tab = open_app(width, scheme)
    tab.get_by_role("tab", name="Explore the atlas").click()
    picture = tab.locator(".atlas img")
    picture.wait_for()
    before = picture.get_attribute("alt")
    tab.locator(".atlas .q-slider [tabindex='0'], .atlas .q-slider[tabindex='0']").first.press("ArrowRight")
    tab.wait_for_function(f"document.querySelector('.atlas img').alt !== {json.dumps(before)}")
    assert re.search(r"J0/h0 = 0\.15[1-9]", picture.get_attribute("alt"))
    tab.get_by_label("Interaction").click()
    tab.get_by_role("option", name="two_tls", exact=True).click()
    tab.wait_for_function("document.querySelector('.atlas img').alt.includes('two_tls')")
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    only = {"resultTypes": ["violations"]}  # no lists of what keeps the rules, which take longer than the rules
    violations = Axe().run(tab, options=only).response["violations"]
    assert [(v["id"], [node["target"] for node in v["nodes"]][:3]) for v in violations if v["impact"] == "critical"] == []
