"""Times of a table: a column with its unit, or a number, and what contradicts them."""

import numpy as np
import pytest

from tlsglass.base.validation import InputError
from tlsglass.data import columns, infer_dataset
from tlsglass.data.infer_dataset import ReadingOptions
from tlsglass.data.read_table import Table

T_K = np.geomspace(0.1, 1, 12)
C = 1e-3 * T_K


def dataset(header="time (ms)", time=None, confirm=(), **options):
    arrays = {"T (K)": np.tile(T_K, 2), "C (J/(kg K))": np.tile(C, 2)}
    if header:
        arrays[header] = np.repeat([10.0, 1000.0], len(T_K))
    table = Table.from_arrays("table", arrays)
    options = ReadingOptions(observable="specific_heat", relative_error=0.01, time=time, confirm=confirm, **options)
    return infer_dataset.build_dataset(table, infer_dataset.infer_info(table, options))


@pytest.mark.parametrize(("name", "quantity"), [("t (s)", "time"), ("time_s", "time"), ("T (K)", "T"), ("delay [ms]", "time")])
def test_a_column_of_times_is_known_by_its_unit(name, quantity):
    assert columns.parse_name(name).quantity == quantity


def test_a_column_of_times_gives_each_point_its_time_and_a_sweep():
    data = dataset()
    np.testing.assert_allclose(np.unique(data.points.time_s), [0.01, 1.0])
    np.testing.assert_allclose(data.probe, data.points.time_s)
    assert [len(points.T_K) for _, points in data.points.sweeps()] == [12, 12]
    (_, grid), _ = data.points.interpolated_grids(5)
    np.testing.assert_allclose(grid.time_s, 0.01)


def test_a_number_is_the_time_of_all_points():
    data = dataset(time="10 ms", confirm=("mixed_series",))
    assert data.info["time_s"] == data.probe == 0.01
    assert data.points.time_s is None


@pytest.mark.parametrize(
    ("header", "time", "message"),
    [
        ("t", "t", r"--time COLUMN: the unit of t is not clear"),
        (None, "10", r"--time 10: must be a column, or a time like 10s"),
    ],
)
def test_a_time_without_a_unit_is_asked_for(header, time, message):
    with pytest.raises(InputError, match=message):
        dataset(header=header, time=time, temperature="T (K)")


def test_a_parameter_is_fixed_by_the_options():
    data = dataset(fixed={"A_Hz_per_K3": 1e8})
    assert data.info["parameters"]["A_Hz_per_K3"] == {"start": 1e8, "fixed": True}
    with pytest.raises(InputError, match="--fix gap_K: must be among mu, A_Hz_per_K3"):
        dataset(fixed={"gap_K": 1.0})


def read(arrays, **options):
    table = Table.from_arrays("table", arrays)
    return infer_dataset.build_dataset(table, infer_dataset.infer_info(table, ReadingOptions(**options)))


def test_a_column_of_relaxation_times_is_inverted():
    T1 = np.linspace(80.0, 20.0, 12)
    arrays = {"T (mK)": 1e3 * T_K, "T1 (us)": T1, "T1_err (us)": 0.02 * T1}
    data = read(arrays, observable="qubit_relaxation", frequency_Hz=5e9)
    np.testing.assert_allclose(data.points.value, 1e6 / T1)
    np.testing.assert_allclose(data.points.error, 0.02e6 / T1)
    np.testing.assert_allclose(data.points.T_K, T_K)


def test_a_heat_release_has_a_temperature_and_a_time_for_each_point():
    t, T1 = np.tile([600.0, 3600.0, 7200.0], 12), np.repeat(T_K, 3)
    arrays = {"T1 (K)": T1, "t (s)": t, "Qdot (nW)": 1e-3 * T1**2 / t}
    options = {"relative_error": 0.02, "fixed": {"final_temperature_K": 0.05}}
    data = read(arrays, **options)
    assert data.observable.name == "heat_release"
    np.testing.assert_allclose(data.points.value, 1e-12 * T1**2 / t)
    np.testing.assert_allclose(np.unique(data.points.sweep), np.unique(t))
    few = read({name: x[T1 < T_K[2]] for name, x in arrays.items()} | {}, **options)
    assert few.points.abscissa is few.points.time_s  # two temperatures and three times: a curve for each temperature
    with pytest.raises(InputError, match="time"):
        read({name: x for name, x in arrays.items() if name != "t (s)"}, observable="heat_release", **options)


@pytest.mark.parametrize(
    ("name", "unit", "observable"),
    [("FWHM (MHz)", 1e6, "line_width"), ("mfp (um)", 1e-6, "mean_free_path"), ("S_y (10^-17/Hz)", 1e-17, "frequency_noise")],
)
def test_new_observables_are_known_by_their_columns(name, unit, observable):
    data = read({"T (K)": T_K, name: T_K}, relative_error=0.01)
    assert data.observable.name == observable
    np.testing.assert_allclose(data.points.value, unit * T_K)
