"""``tlsglass density`` and ``tlsglass predict`` against closed forms and direct integrals."""

import io
import json

import numpy as np
import pandas as pd
import pytest
from scipy import integrate

from tlsglass import cli
from tlsglass.atlas import api


@pytest.fixture
def run(capsys):
    """Return a function that runs the command and returns its exit code and what it prints."""

    def run(*arguments):
        code = cli.main(arguments)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def free_density(E, h0=10.0):
    """Return n(E) without interactions: E = 2|h| of a Gaussian random field, on half of the sites."""
    return 0.5 / (h0 * np.sqrt(2 * np.pi)) * np.exp(-(E**2) / (8 * h0**2))


def test_without_interactions_the_density_is_that_of_the_random_field(run):
    code, text, _ = run("density", "--J0-over-h0", "0", "--T", "0.1", "--E", "0", "20", "--points", "9")
    assert code == 0
    assert text.startswith("# Eq. (3)")
    table = pd.read_csv(io.StringIO(text), comment="#")
    np.testing.assert_allclose(table["E_K"], np.linspace(0, 20, 9))
    np.testing.assert_allclose(table["n"], free_density(table["E_K"]), rtol=1e-3)


def test_the_density_of_an_interaction_is_that_of_its_atlas(run):
    command = ("density", "--J0-over-h0", "0.15", "--T", "0.1", "--points", "5", "--interaction")
    code, text, _ = run(*command, "two_tls")
    assert code == 0
    table = pd.read_csv(io.StringIO(text), comment="#")
    np.testing.assert_allclose(table["n"], api.density(table["E_K"], 0.1, 1.5, interaction="two_tls")[0], rtol=1e-5)
    code, _, error = run(*command, "magnetic")
    assert code == 2
    assert error.startswith("tlsglass: --interaction magnetic: must be one of gaussian")


def test_the_specific_heat_is_the_integral_over_the_density(run):
    code, text, _ = run(
        "predict", "specific_heat", "--J0-over-h0", "0.15", "--temperatures", "0.1", "1", "--points", "3", "--json"
    )
    assert code == 0
    content = json.loads(text)
    for T, value in zip(content["T_K"], content["specific_heat"], strict=True):

        def integrand(E, T=T):
            return api.density(E, T, 1.5)[0] * (E / (2 * T) / np.cosh(E / (2 * T))) ** 2

        assert value == pytest.approx(integrate.quad(integrand, 0, 60 * T, epsrel=1e-8)[0], rel=1e-4)
    assert np.all(np.array(content["low"]) < content["specific_heat"])
    assert np.all(np.array(content["high"]) > content["specific_heat"])


def test_a_scaled_curve_goes_through_its_point_and_its_band_covers_the_bounds_of_the_ratio(run):
    command = ["predict", "thermal_conductivity", "--temperatures", "0.05", "1", "--points", "5", "--through", "1", "0.045"]
    tables = {}
    for ratio in (["0.1"], ["0.15"], ["0.2"], ["0.15", "0.1", "0.2"]):
        code, text, _ = run(*command, "--J0-over-h0", *ratio)
        assert code == 0
        tables[tuple(ratio)] = pd.read_csv(io.StringIO(text), comment="#")
    band = tables["0.15", "0.1", "0.2"]
    assert band.iloc[-1].tolist() == pytest.approx([1, 0.045, 0.045, 0.045])
    for ratio in ("0.1", "0.15", "0.2"):
        curve = tables[(ratio,)]["thermal_conductivity"][:-1]
        assert np.all((band["low"][:-1] < curve) & (curve < band["high"][:-1]))


def test_a_picture_is_drawn(run, tmp_path):
    path = tmp_path / "q.png"
    code, _, error = run("predict", "internal_friction", "--J0-over-h0", "0.2", "--T0", "0.2", "--figure", str(path))
    assert code == 0, error
    assert path.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ("density --J0-over-h0 3 --T 0.1", "--J0-over-h0 3: the atlas has 0 to"),
        ("density --J0-over-h0 0.1 --T 9", "9 K: with h0 = 10 K the atlas has"),
        ("density --J0-over-h0 nan --T 0.1", "--J0-over-h0: nan: must be a number"),
        ("density --J0-over-h0 0.1 --T 0.1 --E 2 1", "--E 2 1: must ascend"),
        ("density --J0-over-h0 0.1 --T 0.1 --points 1000000", "--points 1000000: must be 2 to 10000"),
        ("density --J0-over-h0 0.1 --T 0.1 --figure x.exe", "--figure x.exe: must be a name that ends in"),
        ("predict sound_velocity --J0-over-h0 0.2", "--T0"),
        ("predict specific_heat --J0-over-h0 0.2 --T0 0.2", "--T0"),
        ("predict specific_heat --J0-over-h0 0.2 0.3", "--J0-over-h0 0.2 0.3: must be one number, or three"),
        ("predict specific_heat --J0-over-h0 0.2 0.3 0.4", "must lie between its bounds"),
        ("predict specific_heat --J0-over-h0 0.2 --temperatures 1 0.1", "--temperatures 1 0.1: must ascend"),
        ("predict specific_heat --J0-over-h0 0.2 --h0 0", "--h0 0: must be"),
        ("predict mass --J0-over-h0 0.2", "mass"),
    ],
)
def test_bad_options_end_in_one_line(run, arguments, named):
    code, text, error = run(*arguments.split())
    assert code == 2
    assert text == ""
    (line,) = error.splitlines()
    assert named in line
