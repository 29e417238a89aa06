"""What a visitor's browser makes of the page: pictures, panels, links, narrow screens, accessibility."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe

from shared import PUBLISHED
from tlsglass.atlas import api

WIDTHS = [360, 768, 1440]
DECODE = "await Promise.all(all.map(i => i.decode()));"


def choose(tab, control, value):
    """Set a select or a slider as a visitor does: the page hears of it by its input event alone."""
    if tab.locator(f"#{control}").evaluate("element => element.tagName") == "SELECT":
        tab.select_option(f"#{control}", value)
    else:
        tab.locator(f"#{control}").fill(str(value))


def unfold(tab):
    tab.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")


def test_every_picture_is_loaded_and_nothing_comes_from_elsewhere(open_page):
    tab = open_page()
    unfold(tab)
    pictures = tab.locator("img").evaluate_all(
        f"async all => {{ {DECODE} return all.map(i => [i.alt, i.src.slice(0, 5), i.naturalWidth]); }}"
    )
    assert len(pictures) == 1 + len(list(PUBLISHED.glob("figures/*.svg")))  # that of the first screen is below, too
    assert [alt for alt, source, width in pictures if not (alt and source in ("data:", "blob:") and width > 100)] == []


def test_a_link_beside_each_figure_holds_its_numbers(open_page):
    tab = open_page()
    links = dict(tab.locator("a[download]").evaluate_all("all => all.map(a => [a.download, a.href.slice(0, 5)])"))
    assert set(links) >= {path.name for path in PUBLISHED.glob("figures/*.csv")} | {"scorecard.csv"}
    assert set(links.values()) == {"blob:"}
    unfold(tab)
    for name in ("figure_5.csv", "scorecard.csv"):
        with tab.expect_download() as download:
            tab.locator(f"a[download='{name}']").click()
        (path,) = PUBLISHED.glob(f"*/{name}")
        assert Path(download.value.path()).read_bytes() == path.read_bytes(), name


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1440, 900)])
def test_the_first_screen_has_the_answer_a_picture_and_three_numbers(open_page, width, height):
    tab = open_page(width, height=height)
    couplings = pd.read_csv(PUBLISHED / "tables/atlas_couplings.csv").query("quantity == 'ratio_holds_to'")
    assert f"=\xa0{couplings['value'].item():.2g}," in tab.inner_text(".answer")
    picture = tab.locator(".first img")
    assert picture.bounding_box()["width"] > min(350, width / 3) - 50
    for part in (".answer", ".first .plate", ".three"):
        box = tab.locator(part).bounding_box()
        assert 0 <= box["y"] <= height - box["height"], part
    assert tab.locator(".three li").count() == 3


def test_the_page_is_short_on_a_desktop_and_its_menu_stays(open_page):
    tab = open_page()
    assert tab.evaluate("document.documentElement.scrollHeight") <= 12_000
    tab.evaluate("scrollTo({top: 4000, behavior: 'instant'})")
    assert tab.locator("nav").bounding_box()["y"] == 0
    (section,) = [link for link in tab.locator("nav a").all() if link.inner_text() == "Density of states"]
    section.click()
    figure = tab.locator("#figure_1 img")
    assert figure.is_visible()
    tab.click("[data-unfold=none]")
    assert not figure.is_visible()


def test_the_letters_of_figures_are_legible_on_a_phone(open_page):
    """The smallest letters are of 7 points, in pictures that are as wide as the screen, with one column of panels."""
    tab = open_page(390)
    unfold(tab)
    pictures = tab.locator("img[data-file]").evaluate_all(
        f"async all => {{ {DECODE} return all.map(i => [i.dataset.file, i.naturalWidth, i.width]); }}"
    )
    # the natural width of an SVG of matplotlib is that of its points
    small = [name for name, natural, width in pictures if 7 * width / (natural * 72 / 96) < 9.5]
    assert small == []
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
    unfold(tab)
    only = {"resultTypes": ["violations"]}  # no lists of what keeps the rules, which take longer than the rules
    violations = Axe().run(tab, options=only).response["violations"]
    assert [(v["id"], v["impact"], [node["target"] for node in v["nodes"]][:3]) for v in violations] == []


@pytest.mark.parametrize("L", ["8", "12"])
@pytest.mark.parametrize("J0", ["2", "3"])
def test_the_density_of_states_is_the_published_one_with_its_fit(open_page, L, J0):
    tab = open_page()
    choose(tab, "dos-L", L)
    choose(tab, "dos-J0", J0)
    assert tab.evaluate("tlsglass.density.ratio") == pytest.approx(int(J0) / 10)  # that of the points
    table = pd.read_csv(PUBLISHED / "tables/table_2.csv").query(f"L == {L} and J0_K == {J0}").sort_values("T_K")
    for position, fit in enumerate(table.itertuples()):
        choose(tab, "dos-T", position)
        shown = tab.evaluate("tlsglass.density")
        assert shown["T"] == fit.T_K
        assert shown["set"] == f"L{L}_J{J0}"
        points = shown["points"]
        law = 1e3 * fit.B * (fit.T_K**2 + np.array(points["fitted_K"]) ** 2) ** (fit.mu / 2)
        np.testing.assert_allclose(points["fit"], law, rtol=1e-4)
        assert f"{fit.T_K:g} K" in tab.inner_text("#dos-T-value")
        assert points["text"] in tab.inner_text("#dos-result")


def test_the_slider_over_the_coupling_draws_the_atlas(open_page):
    tab = open_page()
    picture = tab.locator("#dos-plot canvas").evaluate("c => c.toDataURL()")
    choose(tab, "ratio", 26)
    shown = tab.evaluate("tlsglass.density")
    assert shown["ratio"] == pytest.approx(0.65)
    assert tab.locator("#dos-plot canvas").evaluate("c => c.toDataURL()") != picture
    n, error = api.density(np.array(shown["atlas"]["E_K"]), shown["T"], 6.5)
    np.testing.assert_allclose(shown["atlas"]["n"], 1e3 * n, rtol=1e-4)
    np.testing.assert_allclose(shown["atlas"]["n_err"], 1e3 * error, rtol=1e-2)
    first, its_error = (shown["atlas"][name][0] for name in ("n", "n_err"))  # rounded in the page, hence not n[0]
    assert f"{first:.2f} ± {its_error:.2f}" in tab.inner_text("#dos-result")


def test_the_slider_over_mu_draws_another_sound_velocity(open_page):
    tab = open_page()
    picture = tab.locator("#velocity-plot canvas").evaluate("c => c.toDataURL()")
    before = tab.evaluate("tlsglass.velocity")
    choose(tab, "mu", 30)
    shown = tab.evaluate("tlsglass.velocity")
    assert shown["mu"] == pytest.approx(0.3)
    assert shown["stm"] == before["stm"]
    assert shown["model"] != before["model"]
    assert tab.locator("#velocity-plot canvas").evaluate("c => c.toDataURL()") != picture


def test_each_material_sets_mu_to_that_of_the_paper(open_page):
    tab = open_page()
    values = tab.locator("#preset option").evaluate_all("all => all.map(o => o.value)")
    seen = set()
    for value in values:
        choose(tab, "preset", value)
        shown = tab.evaluate("tlsglass.velocity")
        seen.add((shown["title"], shown["mu"]))
    assert len(seen) == len(values) >= 2


def test_the_panels_are_worked_by_keyboard(open_page):
    tab = open_page()
    tab.locator("#mu").focus()
    before = tab.evaluate("tlsglass.velocity.mu")
    tab.keyboard.press("ArrowRight")
    assert tab.evaluate("tlsglass.velocity.mu") == pytest.approx(before + 0.01)
    tab.locator("#dos-T").focus()
    before = tab.evaluate("tlsglass.density.T")
    tab.keyboard.press("ArrowLeft")
    assert tab.evaluate("tlsglass.density.T") < before


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
