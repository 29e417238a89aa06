"""Your data: the page's fits of shipped datasets are those of the library, and what is wrong with a table is one clear line."""

import json
import shlex

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

from shared import DATASET_SCHEMA, ROOT
from tlsglass import cli
from tlsglass.atlas import api
from tlsglass.data.dataset import load_dataset
from tlsglass.fitting.comparison import compare
from tlsglass.fitting.problem import FitProblem
from tlsglass.report import fit_report

SHIPPED = ROOT / "config/experiments"
FIVE = [
    "stycast1266_thermal_conductivity",  # a window, an assumed error
    "fig5a_silica_sound_velocity",
    "fig5b_silica_dielectric_constant",
    "niobium_resonator_frequency",  # no errors
    "argonne_resonator_frequency",  # in hertz, with errors of the temperature
]
SLOW = 120_000  # milliseconds, on a machine that is busy
KAPPA = "T (mK);kappa\n60,9;1,93e-4\n83,8;3,64e-4\n# a remark\n145;1,06e-3\n113;6,57e-4\n200;1,98e-3\n257;3,26e-3\n"


def open_form(open_page, width=1440):
    tab = open_page(width)
    tab.set_default_timeout(SLOW)
    return tab


def fitted(tab):
    """What the page has fitted, once it has."""
    tab.wait_for_selector("#your-form[data-state=done], #your-form[data-state=wrong]", state="attached")
    assert tab.inner_text("#your-wrong") == ""
    return tab.evaluate("tlsglass.yours.found")


def example(tab, name):
    names = sorted(path.name for path in SHIPPED.iterdir() if path.is_dir())
    tab.select_option("#your-example", str(names.index(name)))
    return fitted(tab)


def near(shown, expected, error):
    """Whether two numbers agree to a thousandth, of the number or of its error."""
    return abs(shown - expected) <= 1e-3 * max(abs(expected), error)


@pytest.mark.parametrize("name", FIVE)
def test_the_fits_of_the_page_are_those_of_the_library(open_page, name):
    result = example(open_form(open_page), name)
    problem = FitProblem.from_dataset(load_dataset(SHIPPED / name, DATASET_SCHEMA)).with_temperature_errors()
    expected = compare(problem)
    for fit, mine in ((expected.free, result["eq3"]), (expected.stm, result["stm"])):
        assert mine["dof"] == fit.dof
        assert mine["chi2"] == pytest.approx(fit.chi2, rel=1e-3)
        for key, value in fit.values.items():
            assert near(mine["values"][key], value, fit.errors[key]), key
            assert mine["errors"][key] == pytest.approx(fit.errors[key], rel=5e-3), key
    error = expected.free.errors["mu"]
    for end, value in zip(result["eq3"]["statistical"]["68"], expected.free.intervals_scaled["mu"], strict=True):
        assert abs(end - value) < 0.01 * error or near(end, value, error)
    assert result["stm"]["aicc"] - result["eq3"]["aicc"] == pytest.approx(expected.delta_aicc, rel=1e-3, abs=1e-3)
    atlas, mine = problem.on_atlas().fit(), result["atlas"]
    error, state = atlas.errors["J0_over_h0"], atlas.states["J0_over_h0"]
    assert (mine["state"], mine["dof"]) == (state, atlas.dof)
    assert mine["chi2"] == pytest.approx(atlas.chi2, rel=1e-3)
    if state == "interval":  # else the minimum is flat
        assert near(mine["values"]["J0_over_h0"], atlas.values["J0_over_h0"], error)
        assert mine["errors"]["J0_over_h0"] == pytest.approx(error, rel=1e-2)
    for share, ends in ((68, atlas.intervals_scaled), (95, atlas.intervals_95_scaled)):
        for end, value in zip(mine["scaled"][str(share)], ends["J0_over_h0"], strict=True):
            assert abs(end - value) < 0.01 * max(error, abs(value)) or near(end, value, error)


def test_what_a_fit_on_the_atlas_is_made_of(open_page):
    tab = open_page()
    T = np.array([0.03, 0.11, 0.4, 1.7])
    shown = tab.evaluate(
        """([T, ratios]) => ratios.map((g) => {
          const curves = curvesOf(tlsglass.physics, tlsglass.atlas, T, 10);
          return [curves.specificHeat(g), curves.thermalConductivity(g), curves.soundVelocity(g, 9e4, 9.4e6),
            curves.internalFriction(g, 9e4, 9.4e6)];
        })""",
        [T.tolist(), [0.0, 0.07, 0.33, 0.81]],
    )
    for ratio, (C, kappa, velocity, friction) in zip([0.0, 0.07, 0.33, 0.81], shown, strict=True):
        J0 = 10 * ratio
        n = api.density(2**-0.5, 2**-0.5, J0)[0]
        for mine, fit in (
            (C, lambda T, J0=J0: api.specific_heat(T, J0).value / api.specific_heat(1.0, J0).value),
            (kappa, lambda T, J0=J0: api.thermal_conductivity(T, J0).value / api.thermal_conductivity(1.0, J0).value),
            (velocity, lambda T, J0=J0, n=n: api.sound_velocity(T, J0, 9e4, 9.4e6).value / n),
            (friction, lambda T, J0=J0, n=n: api.internal_friction(T, J0, 9e4, 9.4e6).value / n),
        ):
            np.testing.assert_allclose(mine, fit(T), rtol=1e-5)


def paste(tab, text, observable="thermal_conductivity", **fields):
    tab.fill("#your-text", text)
    tab.select_option("#your-observable", observable)
    for name, value in fields.items():
        control = tab.locator(f"#your-{name.replace('_', '-')}")
        if control.evaluate("element => element.tagName") == "SELECT":
            control.select_option(value)
        else:
            control.evaluate("(element, value) => { element.value = value; }", value)
    tab.click("#your-form button[type=submit]")


def test_a_pasted_table_is_fitted_and_said_to_be_so(open_page):
    tab = open_form(open_page)
    paste(tab, KAPPA, error="%", share="2", low="0.05", high="1")
    result = fitted(tab)
    whole = tab.evaluate("tlsglass.yours.dataset.points")
    assert whole["T"] == pytest.approx([0.0609, 0.0838, 0.113, 0.145, 0.2, 0.257])  # mK, decimal commas, sorted
    assert whole["error"] == pytest.approx([0.02 * value for value in whole["value"]])
    ln_T, ln_kappa = np.log(whole["T"]), np.log(whole["value"])
    assert result["eq3"]["values"]["mu"] == pytest.approx(2 - np.polyfit(ln_T, ln_kappa, 1)[0], abs=2e-3)  # a straight line
    text = tab.inner_text("#your-result")
    assert "J₀/h₀" in text
    assert "tlsglass fit data.csv --observable thermal_conductivity" in text
    assert tab.locator("#your-plot canvas").count() == 1


def test_without_errors_a_share_of_each_value_is_told_by_the_residuals_as_the_library_has_it(open_page, tmp_path):
    tab = open_form(open_page)
    csv = (SHIPPED / "stycast1266_thermal_conductivity/data.csv").read_text(encoding="utf-8")
    paste(tab, csv, unit="W/(m K)", low="0.05", high="0.45")
    result = fitted(tab)
    T, kappa = np.loadtxt(csv.splitlines(), delimiter=",", skiprows=1).T
    expected = fit_report.fit(T, kappa, "thermal_conductivity", window=(0.05, 0.45), scan=False).fit
    for mine, fit in (
        (result["eq3"], expected["mu_free"]),
        (result["stm"], expected["stm"]),
        (result["atlas"], expected["atlas"]["model"]),
    ):
        assert mine["misfit"] == pytest.approx(fit["misfit"], rel=1e-3)
        assert mine["aic"] == pytest.approx(fit["aic"], abs=1e-3)
        for key, value in fit["values"].items():
            assert near(mine["values"][key], value, fit["errors"][key]), key
            assert mine["errors"][key] == pytest.approx(fit["errors"][key], rel=1e-2), key
    assert "the same share of their value" in tab.inner_text("#your-notes")
    typed = shlex.split(tab.inner_text("#your-command"))[1:]
    (tmp_path / "data.csv").write_text(csv, encoding="utf-8")
    typed[typed.index("data.csv")] = str(tmp_path / "data.csv")
    assert cli.main([*typed, "--out", str(tmp_path / "found")]) == 0
    again = json.loads((tmp_path / "found/fit.json").read_text(encoding="utf-8"))
    assert again["mu_free"]["values"] == pytest.approx(expected["mu_free"]["values"])


def test_a_file_is_taken_as_it_is(open_page, tmp_path):
    tab = open_form(open_page)
    (tmp_path / "mine.csv").write_text(KAPPA, encoding="utf-8")
    tab.set_input_files("#your-file", tmp_path / "mine.csv")
    tab.wait_for_function("document.getElementById('your-text').value.length > 10")
    tab.select_option("#your-error", "%")
    tab.click("#your-form button[type=submit]")
    assert fitted(tab)["eq3"]["dof"] == 4
    (tmp_path / "mine.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    tab.set_input_files("#your-file", tmp_path / "mine.xls")
    tab.wait_for_selector("#your-form[data-state=wrong]")
    assert tab.inner_text("#your-wrong") == "mine.xls is no UTF-8 text: export the table as CSV."


SOUND = "T_K,v\n" + "".join(f"{0.1 * k},{1e-5 * k}\n" for k in range(1, 11))


@pytest.mark.parametrize(
    ("text", "fields", "message"),
    [
        ("", {}, "Paste a table, drop a file, or choose an example first."),
        ("T,kappa", {}, "No table: a line with the names of the columns, and a line for each temperature, are needed."),
        ("T,kappa\n0.1,1e-3\n0.2,oops\n", {}, "Column kappa, row 2: oops must be a finite number above 0."),
        ("T,kappa\n0.1,1e-3\n0.2,-4\n", {}, "Column kappa, row 2: -4 must be a finite number above 0."),
        ("T,kappa\n0.1,1e-3\n0.2,\n", {}, "Column kappa, row 2: an empty field must be a finite number above 0."),
        ("T,kappa\n0.1,1e-3,7\n", {}, "Row 1 has 3 fields, the header 2."),
        ("kappa\n1\n2\n", {}, "One column: a temperature and a value are needed, split by commas, semicolons, tabs or blanks."),
        ("T,kappa\n0.1,1e-3\n0.2,4e-3\n", {}, "2 points are too few for 2 free parameters: need 4."),
        (KAPPA.replace("mK", "K"), {}, "T = 60.9 K cannot be: must be 0.0005 to 20 K. Is the unit right? Else give a window."),
        (KAPPA, {"low": "1", "high": "0.1"}, "The window must ascend."),
        (KAPPA, {"h0": "ten"}, "h₀: ten is no number."),
        (SOUND, {"observable": "sound_velocity"}, "Frequency: nothing is no frequency: write 90 kHz or 5.62 GHz."),
        (
            "T_K,v\n" + "".join(f"{0.1 * k},{0.1 * k}\n" for k in range(1, 11)),
            {"observable": "sound_velocity", "probe": "90 kHz"},
            "The value changes by 0.900 in all: a relative change must stay below 0.05. Is the unit right?",
        ),
    ],
)
def test_what_is_wrong_with_a_table_is_said_in_one_line(open_page, text, fields, message):
    tab = open_form(open_page)
    paste(tab, text, **fields)
    assert tab.inner_text("#your-wrong") == message
    assert not tab.locator("#your-result").is_visible()


def test_points_that_decide_nothing_are_said_to(open_page):
    tab = open_form(open_page)
    example(tab, "niobium_resonator_frequency")
    assert "J₀/h₀: not constrained by these points" in tab.inner_text("#your-rows")
    paste(tab, "T,kappa\n0.1,1.1e-3\n0.2,1.2e-3\n0.3,1.2e-3\n0.4,1.3e-3\n0.5,1.2e-3\n", error="%")
    fitted(tab)
    assert "µ at its bound, 1.5" in tab.inner_text("#your-rows")
    assert "ΔAIC says nothing here" in tab.inner_text("#your-notes")


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1440, "light")])
def test_the_result_breaks_no_accessibility_rule_and_is_not_cut_off(open_page, width, scheme):
    tab = open_page(width, scheme)
    tab.set_default_timeout(SLOW)
    example(tab, "stycast1266_thermal_conductivity")
    tab.locator("#your-form summary").click()
    result = Axe().run(tab, "#your-form").response["violations"]
    assert [(v["id"], [node["target"] for node in v["nodes"]][:3]) for v in result] == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    assert tab.locator("#your-rows").evaluate("e => e.getBoundingClientRect().right") <= width
