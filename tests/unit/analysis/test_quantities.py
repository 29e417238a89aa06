"""The entries: each is complete, estimated from a set, and means what its name says."""

import re

import pandas as pd
import pytest

from tlsglass.analysis import quantities, quantity_tables
from tlsglass.analysis.quantities import QUANTITIES, entries, get_quantity
from tlsglass.analysis.quantity import EvaluatedAt
from tlsglass.dos.fits import fit_gaussian

PAPER = "config/paper_values.csv"


def test_names_are_unique_and_every_column_is_one_of_its_table():
    assert len({quantity.name for quantity in QUANTITIES}) == len(QUANTITIES)
    columns = {table.name: set(table.columns) for table in quantity_tables.FIT_TABLES}
    for quantity in QUANTITIES:
        x = quantity.column
        assert {x, f"{x}_err", f"{x}_sys"} <= columns.get(quantity.table, {"value", "value_err", "value_sys"})
        assert quantity.symbol
        assert quantity.label
        assert "$" not in quantity.label
        assert quantity.symbol.count("$") % 2 == quantity.axis.count("$") % 2 == 0


def test_a_name_is_spelled_with_its_temperature():
    assert get_quantity("B").text_at("symbol", 0.5) == "$B$(0.5 K)"
    assert get_quantity("mu_zero_temperature").text_at("axis", 0.02) == "$µ$ ($T$ = 0.02 K)"
    assert get_quantity("alpha").text_at("axis") == "$α$ of $C \\propto T^{1+α}$"
    assert get_quantity("slope_below").text_at("axis") == get_quantity("slope_below").symbol


def test_figures_find_their_quantities_in_order():
    tested_by_pulls = ["B", "mu", "mu_zero_temperature", "E0_K", "alpha", "beta", "slope_ratio", "mu_constant"]
    assert [quantity.name for quantity in entries("pull_place")] == tested_by_pulls
    assert [quantity.name for quantity in entries("tabulate_alternatives")] == tested_by_pulls
    assert {quantity.name for quantity in entries("variant_place")} == {"B", "mu", "mu_zero_temperature"}


def test_the_claims_of_an_entry_stand_in_the_paper(request):
    ids = pd.read_csv(request.config.rootpath / PAPER)["id"]
    for quantity in QUANTITIES:
        assert not quantity.claim_prefix or ids.str.startswith(quantity.claim_prefix).any(), quantity.name


def test_places_are_found_among_the_rungs(small_set, settings):
    assert [place.temperature_K(small_set.T_K, 0.5) for place in EvaluatedAt] == [0.05, 0.5, None]
    assert EvaluatedAt.ALL_TEMPERATURES.select(small_set, settings) is small_set
    assert EvaluatedAt.COLDEST.select(small_set, settings).T_K == 0.05
    with pytest.raises(ValueError, match="no density at T"):
        EvaluatedAt.WARM.select(small_set, type(settings)(settings.fits, settings.observables, 0.3))


def test_every_choice_gives_one_value_with_an_error(small_set, settings):
    for quantity in QUANTITIES:
        density = small_set if quantity.table == "laws" else small_set.at(0.5)
        choices = quantity.choices(settings)
        assert len(choices) > 1 or not quantity.tabulate_alternatives
        for name, estimate in choices.items():
            result = estimate(density)
            assert (result.shape, result.groups) == ((), 20), (quantity.name, name)
            assert result.error > 0, (quantity.name, name)


@pytest.mark.parametrize(("name", "T_K", "truth"), [("B", 0.5, 0.0135), ("mu", 0.5, 0.13), ("mu_constant", None, 0.13)])
def test_estimates_are_those_of_the_density_they_come_from(small_set, settings, name, T_K, truth):
    """Eq. (3) with B = 0.0135 and µ = 0.13 within 4 σ, and 0.01 for the Gaussian envelope."""
    estimate = get_quantity(name).quoted(small_set if T_K is None else small_set.at(T_K), settings)
    assert abs(estimate.value - truth) < 4 * estimate.error + (0.01 if name == "mu_constant" else 0)


@pytest.mark.parametrize("quantity", [q for q in QUANTITIES if q.toy_density], ids=lambda q: q.name)
def test_synthetic_samples_are_drawn_from_the_quoted_fit(small_set, settings, quantity):
    counts = quantity.pull_place.select(small_set, settings)
    density, truth = quantity.toy_density(counts, settings)
    assert truth == quantity.quoted(counts, settings).value
    E = counts.centers_K
    inside = E > 2 if quantity.name == "E0_K" else (E > 0.1) & (E < 1)  # where the quoted line is fitted, or close
    expected = density(E) * counts.exposure * counts.n_realizations
    assert expected[inside].sum() == pytest.approx(counts.total[inside].sum(), rel=0.02)


def test_a_new_quantity_is_one_entry(small_set, settings, monkeypatch):
    """It is quoted with its systematic error, its choices are tabulated, and it is tested."""
    width = quantities.Quantity(
        name="least_squares_E0",
        symbol="$E_0$",
        label="E0",
        choices=lambda settings: {
            f"bins of {K} K": lambda densities, K=K: fit_gaussian(densities.coldest, 2, K).E0_K for K in (1, 2)
        },
        tabulate_alternatives=True,
        pull_place=EvaluatedAt.ALL_TEMPERATURES,
    )
    for module in (quantities, quantity_tables):
        monkeypatch.setattr(module, "QUANTITIES", (*QUANTITIES, width))
    tables = quantity_tables.tabulate_set(small_set, settings)
    assert tables["laws"]["quantity"].iloc[-1] == "least_squares_E0"
    assert list(tables["choices"]["choice"][-2:]) == ["quoted", "bins of 2 K"]
    assert quantities.entries("pull_place")[-1] is width
    assert re.fullmatch(r"\d+\.\d+\(\d+\)", str(width.quoted(small_set, settings)))
