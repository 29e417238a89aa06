"""What a visitor's browser makes of the page: pictures, panels, links, narrow screens, accessibility."""

from urllib.parse import unquote_to_bytes

import numpy as np
import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe

from shared import PUBLISHED
from tlsglass.atlas import api
from tlsglass.dos.density_of_states import DensityOfStates
from tlsglass.physics import eq3, kernels

WIDTHS = [360, 768, 1440]


def choose(tab, control, value):
    """Set a select or a slider as a visitor does: the page hears of it by its input event alone."""
    if tab.locator(f"#{control}").evaluate("element => element.tagName") == "SELECT":
        tab.select_option(f"#{control}", value)
    else:
        tab.locator(f"#{control}").fill(str(value))


def test_every_picture_is_loaded_and_nothing_comes_from_elsewhere(open_page):
    tab = open_page()
    pictures = tab.locator("img").evaluate_all("all => all.map(i => [i.alt, i.complete, i.naturalWidth])")
    assert len(pictures) == 1 + len(list(PUBLISHED.glob("figures/*.svg")))  # that of the first screen is below, too
    assert [alt for alt, complete, width in pictures if not (alt and complete and width > 100)] == []


def test_a_link_beside_each_figure_holds_its_numbers(open_page):
    tab = open_page()
    links = tab.locator("a[download]").evaluate_all("all => all.map(a => [a.download, a.href])")
    downloads = {name: unquote_to_bytes(href.split(",", 1)[1]) for name, href in links}
    for path in PUBLISHED.glob("figures/*.csv"):
        assert downloads[path.name] == path.read_bytes(), path.name
    assert downloads["scorecard.csv"] == (PUBLISHED / "checks/scorecard.csv").read_bytes()


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1440, 900)])
def test_the_first_screen_has_the_answer_a_picture_and_three_numbers(open_page, width, height):
    tab = open_page(width, height=height)
    couplings = pd.read_csv(PUBLISHED / "tables/atlas_couplings.csv").query("quantity == 'ratio_holds_to'")
    assert f"=\xa0{couplings['value'].item():.2g};" in tab.inner_text(".answer")
    picture = tab.locator(".first img")
    assert picture.bounding_box()["width"] > min(350, width / 3) - 50
    assert picture.get_attribute("src") == tab.locator("#figure_atlas_mu img").get_attribute("src")
    for part in (".answer", ".first .plate", ".three"):
        box = tab.locator(part).bounding_box()
        assert 0 <= box["y"] <= height - box["height"], part
    assert tab.locator(".three li").count() == 3


def test_a_wide_figure_is_scrolled_in_its_frame_on_a_phone(open_page):
    tab = open_page(390)
    for figure, wide in (("figure_5", True), ("figure_atlas_laws", True), ("figure_4", False)):
        frame = tab.locator(f"#{figure} .plate")
        assert frame.evaluate("frame => frame.scrollWidth > frame.clientWidth") == wide
        assert frame.get_attribute("tabindex") == "0"  # the keyboard scrolls it, too
        frame.evaluate("frame => { frame.scrollLeft = frame.scrollWidth; }")
        image, box = tab.locator(f"#{figure} img").bounding_box(), frame.bounding_box()
        assert image["x"] + image["width"] <= box["x"] + box["width"]  # its right end is reached
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390


def test_what_differs_is_told(open_page):
    card = pd.read_csv(PUBLISHED / "checks/scorecard.csv").query("verdict == 'differs'")
    text = open_page().inner_text(".differences")
    for topic in ("alpha_L12_J3", "stable_pair_J2", "appendix_C_elastic_over_C_el"):
        value = card[card["id"] == topic]["ours"].item()
        assert f"{value:.4g}"[:4] in text, topic


@pytest.mark.parametrize("width", WIDTHS)
def test_no_screen_is_scrolled_sideways(open_page, width):
    tab = open_page(width)
    assert tab.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_no_accessibility_rule_is_broken(open_page, width, scheme):
    tab = open_page(width, scheme)
    tab.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    violations = Axe().run(tab).response["violations"]
    assert [(v["id"], v["impact"], [node["target"] for node in v["nodes"]][:3]) for v in violations] == []


@pytest.mark.parametrize("L", ["8", "12"])
@pytest.mark.parametrize("J0", ["2", "3"])
def test_the_density_of_states_is_the_published_one_with_its_fit(open_page, L, J0):
    tab = open_page()
    choose(tab, "dos-L", L)
    choose(tab, "dos-J0", J0)
    table = pd.read_csv(PUBLISHED / "tables/table_2.csv").query(f"L == {L} and J0_K == {J0}").sort_values("T_K")
    for position, fit in enumerate(table.itertuples()):
        choose(tab, "dos-T", position)
        shown = tab.evaluate("tlsglass.dos")
        assert shown["T"] == fit.T_K
        E = np.array(shown["E_K"])
        drawn = np.array([value is not None for value in shown["model"]])
        law = fit.B * (fit.T_K**2 + E**2) ** (fit.mu / 2)
        np.testing.assert_allclose(np.array(shown["model"])[drawn].astype(float), law[drawn], rtol=1e-6)
        assert E[drawn].max() == pytest.approx(2 * fit.T_K)
        counts = DensityOfStates.load(PUBLISHED / f"dos/L{L}_J{J0}/T{fit.T_K:g}.npz", groups=50).coarsen_to_width(0.2 * fit.T_K)
        n, error = counts.n.value, counts.n.error
        points = [(value, sigma) for value, sigma in zip(shown["n"], shown["n_err"], strict=True) if value is not None]
        np.testing.assert_allclose([value for value, _ in points], n[: len(points)], rtol=1e-6)
        np.testing.assert_allclose([sigma for _, sigma in points], error[: len(points)], rtol=1e-3)
        assert f"{fit.T_K:g} K" in tab.inner_text("#dos-T-value")


def test_the_atlas_of_the_page_is_that_of_the_library(open_page):
    tab, rng = open_page(), np.random.default_rng(17)
    (cold, warm), (weak, strong) = api.limits().values()
    T = np.concatenate([np.exp(rng.uniform(np.log(cold), np.log(warm), 46)), [cold, warm, 0.5, 0.5]])
    J0 = np.concatenate([rng.uniform(weak, strong, 46), [strong, weak, weak, strong]])
    E = np.exp(rng.uniform(np.log(1e-3), np.log(60.0), (50, 4)))
    shown = tab.evaluate(
        "all => all.map(([E, T, J0]) => [tlsglass.atlas.density(E, T, J0, 10), tlsglass.atlas.error(E, T, J0, 10)])",
        [[e.tolist(), t, j] for e, t, j in zip(E, T, J0, strict=True)],
    )
    n, error = api.density(E, T[:, None], J0[:, None], h0_K=10.0)
    np.testing.assert_allclose([single[0] for single in shown], n, rtol=1e-5)
    assert np.all(
        np.abs(np.array([single[1] for single in shown]) - error) < 1e-3 * error + 1e-5 * n
    )  # without interactions it is 0


def test_the_slider_over_the_coupling_draws_the_atlas(open_page):
    tab = open_page()
    assert tab.evaluate("tlsglass.dos.ratio") == pytest.approx(0.2)  # that of the points
    picture = tab.locator("#dos-plot canvas").evaluate("c => c.toDataURL()")
    choose(tab, "ratio", 0.645)
    shown = tab.evaluate("tlsglass.dos")
    assert shown["ratio"] == pytest.approx(0.645)
    assert tab.locator("#dos-plot canvas").evaluate("c => c.toDataURL()") != picture
    n, error = api.density(np.array(shown["E_K"]), shown["T"], 6.45)
    np.testing.assert_allclose(shown["atlas"], n, rtol=1e-5)
    np.testing.assert_allclose(shown["atlas_err"], error, rtol=1e-3)
    assert f"{1e3 * n[0]:.2f} ± {1e3 * error[0]:.2f}" in tab.inner_text("#dos-result")


@pytest.mark.parametrize(("control", "value"), [("mu", 0.27), ("A", 5.5), ("coupling", -4.25)])
def test_every_slider_draws_the_sound_velocity_of_the_library(open_page, control, value):
    tab = open_page()
    before = tab.evaluate("tlsglass.velocity")
    picture = tab.locator("#velocity-plot canvas").evaluate("c => c.toDataURL()")
    choose(tab, control, value)
    shown = tab.evaluate("tlsglass.velocity")
    expected = {"mu": value, "A": 10.0**value, "coupling": 10.0**value}[control]
    assert shown[control] == pytest.approx(expected, rel=1e-12)
    assert {key for key in ("mu", "A", "coupling") if shown[key] != before[key]} == {control}
    assert tab.locator("#velocity-plot canvas").evaluate("c => c.toDataURL()") != picture
    T = np.array(shown["T_K"])
    for series, mu in (("model", shown["mu"]), ("stm", 0.0)):
        curve = shown["coupling"] * eq3.sound_velocity(T, mu, shown["omega_Hz"], shown["A"])
        np.testing.assert_allclose(shown[series], curve - curve[0], rtol=1e-6, atol=1e-6 * np.ptp(curve))
    T0 = (shown["omega_Hz"] / shown["A"]) ** (1 / 3)
    for ratio, mu in (("ratio", shown["mu"]), ("stm_ratio", 0.0)):
        low, turn, up, high = eq3.sound_velocity(T0 * np.array([0.1, 0.4, 2, 5]), mu, shown["omega_Hz"], shown["A"])
        expected = (high - up) / np.log(2.5) / ((turn - low) / np.log(4))
        assert shown[ratio] == pytest.approx(expected, rel=1e-6)


def test_the_formulas_of_the_page_are_those_of_the_library(open_page):
    tab = open_page()
    T = np.geomspace(1e-3, 10, 25)
    for mu in (-0.2, 0.0, 0.13, 0.4):
        for name, expected in (("resonant", eq3.resonant(T, mu)), ("relaxation", eq3.relaxation(T, mu, 9e4, 9.4e6))):
            shown = tab.evaluate(f"T => T.map(t => tlsglass.physics.{name}(t, {mu}, 9e4, 9.4e6))", T.tolist())
            np.testing.assert_allclose(shown, expected, rtol=1e-6, err_msg=f"{name}, µ = {mu}")
    a = np.geomspace(1e-12, 1e12, 97)
    shown = tab.evaluate("a => a.map(tlsglass.physics.relaxationIntegral)", a.tolist())
    np.testing.assert_allclose(shown, kernels.relaxation_integral(a), rtol=1e-6)


def test_each_material_sets_the_sliders_to_its_parameters(open_page):
    tab = open_page()
    values = tab.locator("#preset option").evaluate_all("all => all.map(o => o.value)")
    seen = set()
    for value in values:
        choose(tab, "preset", value)
        shown = tab.evaluate("tlsglass.velocity")
        seen.add((shown["mu"], shown["A"], shown["coupling"]))
    assert len(seen) == len(values) >= 2


def test_the_panels_are_worked_by_keyboard(open_page):
    tab = open_page()
    tab.locator("#mu").focus()
    before = tab.evaluate("tlsglass.velocity.mu")
    tab.keyboard.press("ArrowRight")
    assert tab.evaluate("tlsglass.velocity.mu") == pytest.approx(before + 0.01)
    tab.locator("#dos-T").focus()
    before = tab.evaluate("tlsglass.dos.T")
    tab.keyboard.press("ArrowLeft")
    assert tab.evaluate("tlsglass.dos.T") < before


def test_a_verdict_is_hidden_and_shown_again(open_page):
    tab = open_page()
    assert not tab.locator("#scorecard-rows").is_visible()
    tab.locator("summary", has_text="claims, one by one").click()
    rows = tab.locator('#scorecard-rows tr[data-verdict="agrees"]')
    assert rows.count() > 10
    tab.uncheck('[data-filter="agrees"]')
    assert not rows.first.is_visible()
    assert tab.locator('#scorecard-rows tr:not([data-verdict="agrees"])').first.is_visible()
    tab.check('[data-filter="agrees"]')
    assert rows.first.is_visible()
