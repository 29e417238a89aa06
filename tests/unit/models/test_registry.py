"""The register: one entry is all that a further observable takes, from the schema to the closure study."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import yaml
from matplotlib import pyplot as plt

from shared import DATASET_SCHEMA
from tlsglass.base import validation
from tlsglass.data import validate
from tlsglass.data.dataset import load_dataset
from tlsglass.fitting import closure, report_text, synthetic, window_scan
from tlsglass.fitting.result import CURVE_POINTS, fit_dataset, fit_table
from tlsglass.models import registry
from tlsglass.models.observable import MU, Observable, Parameter, PlotOptions, SyntheticRecipe
from tlsglass.plotting import data_panel, style, window_panel
from tlsglass.report import tables


def shapes(T, p, gain):
    return {"power_1K": T ** (1 + p["mu"]) * gain / (1 + (T / p["T0_K"]) ** 2), "floor": T**0}


def on_atlas(curves, T, p, gain, jackknife=False):
    return {"power_1K": curves.specific_heat(p["J0_over_h0"], jackknife) * gain / (1 + (T / p["T0_K"]) ** 2), "floor": T**0}


TOY = Observable(
    "toy_power",
    symbol="y",
    units=("W",),
    parameters={
        "mu": MU,
        "power_1K": Parameter("y(1 K)", "W"),
        "T0_K": Parameter("T$_0$", "K", start_grid=(0.3, 1.0, 3.0), low=0.0, freeze_in_scan=True),
        "floor": Parameter("floor", "W", default=0.0, low=-1.0, high=1.0, in_table=False),
    },
    shapes=shapes,
    atlas_shapes=on_atlas,
    positive=True,
    probe="gain",
    noise_amplitude="power_1K",
    recipe=SyntheticRecipe({"mu": 0.1, "T0_K": 0.7, "power_1K": 2.0, "floor": 0.05}, (0.03, 1), 30, 0.002, probe=1.5),
    plot_options=PlotOptions("log", legend="lower right"),
)


@pytest.fixture(autouse=True)
def toy(monkeypatch):
    """Register the toy for one test."""
    monkeypatch.setattr(registry, "OBSERVABLES", dict(registry.OBSERVABLES))
    registry.register(TOY)
    yield TOY
    plt.close("all")


@pytest.fixture
def folder(tmp_path):
    """A dataset of the toy, made from its recipe, in milliwatt."""
    info = {
        "title": "A toy",
        "reference": "nobody",
        "material": "toy",
        "observable": "toy_power",
        "provenance": "reconstructed",
        "data": {
            "file": "data.csv",
            "temperature": {"column": "T_K", "unit": "K"},
            "value": {"column": "y_mW", "unit": "mW"},
            "error": {"column": "y_error_mW"},
        },
        "gain": 1.5,
        "parameters": {"mu": {"start": 0.0}, "power_1K": {"start": 1.0}, "T0_K": {"start": 1.0}},
        "reconstruction": {
            "parameters": TOY.recipe.parameters,
            "temperatures_K": [0.03, 1],
            "points": 30,
            "noise": 0.002,
            "seed": 5,
        },
    }
    table = synthetic.reconstruct(info)
    table[["y_mW", "y_error_mW"]] *= 1e3
    (tmp_path / "toy").mkdir()
    table.to_csv(tmp_path / "toy/data.csv", index=False)
    (tmp_path / "toy/dataset.yaml").write_text(yaml.safe_dump(info), encoding="utf-8")
    return tmp_path / "toy"


@pytest.fixture
def result(folder):
    return fit_dataset(load_dataset(folder, DATASET_SCHEMA))


def change(folder, **changes):
    path = folder / "dataset.yaml"
    info = yaml.safe_load(path.read_text(encoding="utf-8")) | changes
    path.write_text(yaml.safe_dump({key: value for key, value in info.items() if value is not None}), encoding="utf-8")


def test_it_is_accepted_with_its_own_units_bounds_and_probe(folder):
    checked = validate.validate_folder(folder, DATASET_SCHEMA)
    assert (checked.points.unit, checked.info["gain"]) == ("W", 1.5)
    assert load_dataset(folder, DATASET_SCHEMA).points.value[0] == pytest.approx(
        TOY.curve(np.array([0.03]), TOY.recipe.parameters, 1.5)[0], abs=0.02
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"observable": "toy"}, r"observable = 'toy': must be one of \['thermal_conductivity', .*, 'toy_power'\]"),
        ({"gain": None}, r"gain: missing; toy_power needs"),
        ({"gain": -1}, r"gain = -1: must be > 0"),
        ({"omega_Hz": 3.0}, r"omega_Hz = 3\.0: toy_power has no use for it"),
        (
            {"parameters": {name: {"start": -2} for name in ("mu", "power_1K", "T0_K", "floor")}},
            r"parameters\.T0_K\.start = -2: must lie in its bounds, 0\.0 to inf\n.*floor\.start = -2: .* -1\.0 to 1\.0\Z",
        ),
    ],
)
def test_what_does_not_suit_it_is_refused(folder, changes, message):
    change(folder, **changes)
    with pytest.raises(validation.InputError, match=message):
        validate.validate_folder(folder, DATASET_SCHEMA)


def test_without_its_entry_it_is_unknown(folder, monkeypatch):
    monkeypatch.delitem(registry.OBSERVABLES, "toy_power")
    with pytest.raises(validation.InputError) as caught:
        validate.validate_folder(folder, DATASET_SCHEMA)
    assert sorted(line.split(": ")[1].split(" = ")[0] for line in caught.value.lines) == ["gain", "observable"]


def test_it_is_fitted(folder, result):
    fit, points, curves = result.fit, result.points, result.curves
    free = fit["mu_free"]
    for name, truth in TOY.recipe.parameters.items():
        assert abs(free["values"][name] - truth) < 3 * free["errors"][name], name
    assert 0.5 < free["misfit"] < 1.5
    assert fit["delta_aicc"] > 10
    assert (fit["symbol"], fit["unit"], fit["observable"]) == ("y", "W", "toy_power")
    assert points["fitted"].all()
    assert len(curves) == CURVE_POINTS
    scanned = window_scan.scan_windows(load_dataset(folder, DATASET_SCHEMA)).rows
    assert abs(scanned["mu"].iloc[-1] - 0.1) < 3 * scanned["mu_err"].iloc[-1]


def test_it_is_tabulated(result):
    fit = result.fit
    values, errors = fit["mu_free"]["values"], fit["mu_free"]["errors_scaled"]
    row = fit_table([fit]).iloc[0]
    for name in ("mu", "power_1K", "T0_K"):
        assert row[name] == pytest.approx(values[name], abs=1e-4 * errors[name])  # digits that the error carries
        assert row[f"{name}_err"] == errors[name]
    assert "floor" not in row
    assert list(fit_table([fit]).columns).index("power_1K_err") < list(fit_table([fit]).columns).index("mu_low")
    assert tables.experiments(fit_table([fit]), [fit]).rows[0][6] == ", ".join(
        f"{name} {report_text.format_parameter(fit['mu_free'], name)}" for name in ("power_1K", "T0_K")
    )


def test_it_is_drawn(result, folder, tmp_path):
    fit, points, curves = result.fit, result.points, result.curves
    figure = style.Figure(3, width="double")
    data_panel.draw_data_and_fits(figure.panels[0], [(fit, points, curves)], alone=True)
    window_panel.draw_window_scan(figure.panels[1], fit, window_scan.scan_windows(load_dataset(folder, DATASET_SCHEMA)).rows)
    window_panel.draw_correlation(figure.panels[2], fit)
    axes = [panel.axes for panel in figure.panels]
    assert (axes[0].get_yscale(), axes[0].get_ylabel()) == ("log", "y (W)")
    assert axes[2].get_ylabel() in {parameter.label for parameter in TOY.parameters.values()}
    record = pd.DataFrame(figure.record, columns=["panel", "series", "kind", "x", "y", "y_err"])
    drawn = record[record["series"] == "toy: points"]
    np.testing.assert_array_equal(drawn["y"], points["value"])
    outputs = {kind: tmp_path / f"toy.{kind}" for kind in ("svg", "png", "csv")}
    figure.save(type("Outputs", (), outputs))
    assert all(path.stat().st_size > 1000 for path in outputs.values())


def test_on_a_linear_axis_its_values_are_in_units_of_a_power_of_ten(result, monkeypatch):
    fit, points, curves = result.fit, result.points, result.curves
    monkeypatch.setitem(registry.OBSERVABLES, "toy_power", replace(TOY, plot_options=PlotOptions()))
    figure = style.Figure()
    data_panel.draw_data_and_fits(
        figure.panels[0], [(fit, points.assign(value=points["value"] / 1e3, error=points["error"] / 1e3), curves)]
    )
    assert figure.panels[0].axes.get_ylabel() == "y ($10^{-3}$ W)"
    assert figure.record[0][4] == pytest.approx(points["value"][0])


def test_it_closes():
    """60 datasets: mean, width and coverage of the pulls within 4 of their standard errors."""
    table = closure.eq3_study("toy_power").table(60, 3)
    assert list(table["parameter"]) == list(TOY.recipe.parameters)
    assert (abs(table["pull_mean"]) < 4 / np.sqrt(60)).all()
    assert (abs(table["pull_width"] - 1) < 4 / np.sqrt(120)).all()
    assert (abs(table["coverage"] - 0.683) < 4 * np.sqrt(0.683 * 0.317 / 60)).all()


def test_it_is_fitted_on_the_atlas(result):
    """Its points are those of µ = 0.1: J0/h0 is of that order, and the curve passes through the points."""
    model = result.fit["atlas"]["model"]
    assert 0.05 < model["values"]["J0_over_h0"] < 0.3
    assert model["misfit"] < 2
    assert list(model["values"]) == ["J0_over_h0", "T0_K", "power_1K", "floor"]


def test_it_changes_no_other_closure(monkeypatch):
    beside, stream = closure.eq3_study("thermal_conductivity").table(3, 7), TOY.stream
    monkeypatch.delitem(registry.OBSERVABLES, "toy_power")
    assert TOY.stream == stream  # nor would another change its own
    pd.testing.assert_frame_equal(closure.eq3_study("thermal_conductivity").table(3, 7), beside)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({}, "toy_power is registered already"),
        ({"name": "b", "recipe": replace(TOY.recipe, stream=3)}, "b shares its random stream"),
        (
            {"name": "b", "parameters": {k: v for k, v in TOY.parameters.items() if k != "mu"}},
            "b has no parameter mu with",
        ),
        ({"name": "b", "parameters": TOY.parameters | {"c": Parameter("c")}}, "b has a recipe with other parameters"),
        ({"name": "b", "probe": None}, "b needs a probe in its recipe if it has one, and only then"),
        ({"name": "b", "noise_amplitude": "T0_K"}, "b has no amplitude of the name in noise_amplitude"),
    ],
)
def test_an_entry_that_does_not_fit_together_is_refused(changes, message):
    with pytest.raises(ValueError, match=f"observable {message}"):
        registry.register(replace(TOY, **changes))


@pytest.mark.parametrize("name", registry.observable_names())
def test_every_entry_computes_what_it_names(name):
    """Its shapes are its amplitudes, finite, at the temperatures and the probe of its recipe; each parameter has a label."""
    entry = registry.get_observable(name)
    T = np.geomspace(*entry.recipe.temperatures_K, 7)
    probe = entry.recipe.times_s[0] if entry.recipe.times_s else entry.recipe.probe
    shapes_at_T = entry.shapes(T, entry.recipe.parameters, probe)
    assert set(shapes_at_T) == set(entry.amplitudes)
    assert all(np.shape(shape) == (7,) and np.isfinite(shape).all() for shape in shapes_at_T.values())
    assert not entry.positive or (entry.curve(T, entry.recipe.parameters, probe) > 0).all()
    assert all(parameter.label for parameter in entry.parameters.values())
