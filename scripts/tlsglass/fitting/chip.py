"""The devices of one chip: each fitted alone, and all together with one µ or J0/h0 and further parameters of their own."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from tlsglass.atlas.observables import AtlasObservables
from tlsglass.atlas.table import shipped_atlas
from tlsglass.base import stats
from tlsglass.base.types import FloatArray
from tlsglass.base.validation import InputError
from tlsglass.data.dataset import Dataset
from tlsglass.fitting import report_text
from tlsglass.fitting.comparison import ModelFits, draw_conclusion, fit_models
from tlsglass.fitting.conclusion import Conclusion
from tlsglass.fitting.fit import CONFIDENCE_LEVELS, Fit, ParameterState, error_scale
from tlsglass.fitting.joint_result import SeparateFits, joint_problem, joint_starts
from tlsglass.fitting.likelihood import Values
from tlsglass.fitting.likelihood_ratio import Heterogeneity, heterogeneity
from tlsglass.fitting.problem import FitProblem
from tlsglass.fitting.result import atlas_record, conclusion_record, fit_numbers, models_record, parameter_band
from tlsglass.models.observable import J0_OVER_H0
from tlsglass.physics import microwave

FREQUENCIES_HZ = np.geomspace(1e9, 20e9, 40)  # of the predicted tan δ


class ChipResult(NamedTuple):
    """``fit`` is the content of chip.json; the tables are saved as CSV. ``together`` are the fits of all devices together."""

    fit: dict[str, Any]
    devices: pd.DataFrame
    frequencies: pd.DataFrame
    together: ModelFits
    conclusion: Conclusion


class DeviceFits(NamedTuple):
    """Fits of one device: of all its datasets, and of each of several datasets (``parts``), such as f and Q.

    ``described`` is whether a J0/h0 of the atlas describes the points.
    """

    name: str
    models: ModelFits
    described: bool
    parts: tuple[Fit, ...] = ()


def fit_chip(devices: Mapping[str, Sequence[Dataset]]) -> ChipResult:
    """Fit the devices of a chip alone and together.

    Parameters
    ----------
    devices
        {name of a device: its datasets}: one, or several that share all parameters of the same name, such as f and Q of a
        resonator. All have errors, and the observables are the same for all devices.

    Returns
    -------
    ChipResult
        Its table ``devices`` has a row for each device, with µ and J0/h0 alone and the amplitude of the TLSs alone and
        together; ``frequencies`` has the tan δ that the joint fit predicts at other frequencies.
    """
    alone = [_fit_device(name, datasets) for name, datasets in devices.items()]
    problem = _chip_problem(alone)
    free = [device.models.comparison.free for device in alone]
    counts = [len(device.models.problem.datasets) for device in alone]
    by_dataset = list(itertools.chain(*([device.models.comparison] * n for device, n in zip(alone, counts, strict=True))))
    separate = SeparateFits([fits.free for fits in by_dataset], [fits.stm for fits in by_dataset])
    together = fit_models(problem, "interest", joint_starts(problem, separate))
    together, conclusion = draw_conclusion(together, {})
    amplitude = problem.datasets[0].observable.amplitudes[0]
    own_values = [problem.own_values(k, together.comparison.free.values) for k in range(len(problem.datasets))]
    tests = {"mu": heterogeneity(problem, own_values, free, ("mu",))}
    tests[amplitude] = heterogeneity(problem, own_values, free, (amplitude,), ("mu",))
    on_atlas = [device.models.atlas for device in alone if device.models.atlas and device.described]
    if together.atlas and together.on_atlas and len(on_atlas) == len(alone):
        own_values = [together.on_atlas.own_values(k, together.atlas.values) for k in range(len(problem.datasets))]
        tests[J0_OVER_H0] = heterogeneity(together.on_atlas, own_values, on_atlas, (J0_OVER_H0,))
    alone = _near_joint(alone, problem, together.comparison.free)
    table = _device_table(problem, alone, together, amplitude)
    summary = _summary(together, conclusion, amplitude, {name: test for name, test in tests.items() if test is not None})
    summary["lines"] = _lines(summary, alone, table)
    return ChipResult(summary, table, _tan_delta_by_frequency(together, conclusion), together, conclusion)


def _fit_device(name: str, datasets: Sequence[Dataset]) -> DeviceFits:
    """Fit one device, and each of several datasets of it."""
    if len(datasets) == 1:
        models = fit_models(FitProblem.from_dataset(datasets[0]).with_temperature_errors(), "interest")
        return _concluded(name, models)
    problem, separate = joint_problem(datasets, [()] * (len(datasets) - 1), "interest")
    problem = replace(problem, devices=(name,) * len(datasets))
    models = fit_models(problem, "interest", joint_starts(problem, separate))
    return _concluded(name, models, tuple(separate.free))


def _concluded(name: str, models: ModelFits, parts: tuple[Fit, ...] = ()) -> DeviceFits:
    """Return the fits of a device with the states that their conclusion allows."""
    models, conclusion = draw_conclusion(models, {})
    return DeviceFits(name, models, conclusion.describes, parts)


def _chip_problem(alone: Sequence[DeviceFits]) -> FitProblem:
    """Return the problem of all devices, which share µ.

    Errors of a device that its own model does not describe within them would give it too much weight: they are scaled, unless
    no device is described by its own model.
    """
    scaled = any(device.models.comparison.free.acceptable for device in alone)
    datasets: list[Dataset] = []
    scales: list[float] = []
    names: list[str] = []
    for device in alone:
        problem, free = device.models.problem, device.models.comparison.free
        members = problem.with_scatter_in_errors(free).datasets
        datasets += members
        factor = error_scale(free.chi2, free.dof) if scaled else 1.0
        scales += [factor * scale for scale in problem.error_scales or (1.0,) * len(members)]
        names += [device.name] * len(members)
    return FitProblem(tuple(datasets), (("mu",),) * (len(datasets) - 1), tuple(scales), devices=tuple(names))


def _near_joint(alone: Sequence[DeviceFits], problem: FitProblem, joint: Fit) -> list[DeviceFits]:
    """Return the fits of the devices, each at the minimum nearest to the joint fit of those that its points do not exclude."""
    near, k = [], 0
    for device in alone:
        own, parts = device.models.problem, list[Fit]()
        values: Values = {}
        for j, dataset in enumerate(own.datasets):
            of_dataset = problem.own_values(k + j, joint.values)
            values |= {own.name(j, name): value for name, value in of_dataset.items()}
            if device.parts:
                parts.append(FitProblem.from_dataset(dataset).at_minimum_near(of_dataset, device.parts[j]))
        comparison = device.models.comparison
        comparison = replace(comparison, free=own.at_minimum_near(values, comparison.free))
        models = replace(device.models, comparison=comparison)
        near.append(device._replace(models=models, parts=tuple(parts)))
        k += len(own.datasets)
    return near


def _device_table(problem: FitProblem, alone: Sequence[DeviceFits], together: ModelFits, amplitude: str) -> pd.DataFrame:
    """Return a row for each device: µ, J0/h0 and the amplitude alone, and the amplitude of the joint fit.

    Devices with several datasets also have the µ of each of these alone, in columns such as "mu_resonator_loss".
    """
    rows, k = [], 0
    for device in alone:
        datasets = device.models.problem.datasets
        free, joint, name = device.models.comparison.free, together.comparison.free, problem.name(k, amplitude)
        row: dict[str, Any] = {"device": device.name, "frequency_Hz": datasets[0].info.get("frequency_Hz")}
        row |= {"n_points": sum(len(dataset.points.T_K) for dataset in datasets), "acceptable": free.acceptable}
        scales = problem.error_scales[k : k + len(datasets)]
        row |= {"errors_scaled_by": scales[0]} if len(datasets) == 1 else {}
        row |= _columns("mu", free, "mu")
        row |= _columns(J0_OVER_H0, device.models.atlas if device.described else None, J0_OVER_H0)
        if device.parts:
            for dataset, part, scale in zip(datasets, device.parts, scales, strict=True):
                row |= {f"errors_scaled_by_{dataset.observable.name}": scale}
                row |= _columns(f"mu_{dataset.observable.name}", part, "mu")
        row |= {amplitude: free.values[amplitude], f"{amplitude}_err": free.errors_scaled[amplitude]}
        row |= {f"{amplitude}_joint": joint.values[name], f"{amplitude}_joint_err": joint.errors_scaled[name]}
        rows.append(row)
        k += len(datasets)
    return pd.DataFrame(rows)


def _columns(column: str, fit: Fit | None, name: str) -> dict[str, Any]:
    """Return the columns of a parameter with its 68 % interval and its state; empty without a fit that describes the points."""
    columns: dict[str, Any] = dict.fromkeys((column, f"{column}_low", f"{column}_high", f"{column}_state"))
    if fit is None or not fit.acceptable:
        return columns
    low, high = fit.intervals_scaled.get(name, (None, None))
    return {column: fit.values[name], f"{column}_low": low, f"{column}_high": high, f"{column}_state": fit.states.get(name)}


def _summary(together: ModelFits, conclusion: Conclusion, amplitude: str, tests: dict[str, Heterogeneity]) -> dict[str, Any]:
    """Return the content of chip.json without its lines."""
    problem = together.problem
    summary: dict[str, Any] = {
        "observable": problem.datasets[0].observable.name,
        "observables": list(dict.fromkeys(dataset.observable.name for dataset in problem.datasets)),
        "symbol": problem.datasets[0].observable.symbol,
        "unit": problem.datasets[0].unit,
        "devices": list(dict.fromkeys(problem.device(k) for k in range(len(problem.datasets)))),
        "amplitude": amplitude,
        "conclusion": conclusion_record(conclusion),
        "n_points": sum(len(dataset.points.T_K) for dataset in problem.datasets),
        "errors_given": True,
        **models_record(together, conclusion, atlas_record(together, conclusion)),
        "heterogeneity": {name: test._asdict() for name, test in tests.items()},
    }
    summary["conclusion"]["text"] = report_text.conclusion(summary)
    return summary


def _lines(summary: dict[str, Any], alone: Sequence[DeviceFits], devices: pd.DataFrame) -> list[str]:
    """Return a line for each device, and one for each test."""
    lines, amplitude = [], summary["amplitude"]
    for device, row in zip(alone, devices.to_dict("records"), strict=True):
        fits = device.models
        free = fit_numbers(fits.comparison.free)
        parts = [report_text.format_equation("µ", report_text.format_with_minima(free, "mu"))]
        if fits.atlas is not None and device.described:
            text = report_text.format_parameter(fit_numbers(fits.atlas), J0_OVER_H0)
            parts.append(report_text.format_equation("J0/h0", text))
        parts.append(report_text.format_equation(amplitude, report_text.format_with_minima(free, amplitude)))
        if not fits.comparison.free.acceptable:
            parts = [f"Eq. (3) does not describe the points (χ²/dof = {report_text.format_reduced_chi2(free)})"]
        for dataset, part in zip(fits.problem.datasets if device.parts else (), device.parts, strict=True):
            symbol = dataset.observable.symbol.replace("$", "").replace("_", "")
            if not part.acceptable:
                parts.append(f"{symbol} alone is not described")
                continue
            text = report_text.format_with_minima(fit_numbers(part), "mu")
            parts.append(report_text.format_equation(f"{symbol} alone: µ", text))
        frequency = f" ({row['frequency_Hz'] / 1e9:.4g} GHz)" if row["frequency_Hz"] else ""
        lines.append(f"{row['device']}{frequency}: {', '.join(parts)}")
    for name, test in summary["heterogeneity"].items():
        symbol = report_text.SYMBOLS.get(name, name)
        verdict = "does not describe" if test["p_value"] < report_text.SMALL_P else "describes"
        chi2 = f"χ² = {test['chi2']:.3g} for {test['dof']} dof, p = {test['p_value']:.2g}"
        lines.append(f"one {symbol} {verdict} all devices ({chi2})")
    return lines


def _tan_delta_by_frequency(together: ModelFits, conclusion: Conclusion) -> pd.DataFrame:
    """Return tan δ at weak drive against frequency, relative to that of the lowest frequency of the chip.

    tan δ ∝ n(T, hf) tanh(hf/2T) at the lowest temperature of the points, with J0/h0 of the joint fit, or µ if no J0/h0
    describes the points. "low" and "high" are the ends of its 68 % interval. The table is empty without a frequency.
    """
    datasets = together.problem.datasets
    devices = [dataset.info["frequency_Hz"] for dataset in datasets if "frequency_Hz" in dataset.info]
    T_K = np.array([min(dataset.points.T_K.min() for dataset in (together.on_atlas or together.problem).datasets)])
    columns = ["model", "T_K", "frequency_Hz", "is_device", "value", "low", "high"]
    on_atlas = conclusion.describes and together.atlas is not None
    fit, name = (together.atlas, J0_OVER_H0) if on_atlas else (together.comparison.free, "mu")
    if not devices or fit is None or not fit.acceptable or fit.states.get(name) == ParameterState.NOT_CONSTRAINED:
        return pd.DataFrame(columns=columns)
    frequencies = np.sort(np.unique(np.append(FREQUENCIES_HZ, devices)))
    atlas = shipped_atlas(datasets[0].interaction)
    observables = AtlasObservables(T_K, datasets[0].h0_K, atlas) if on_atlas else None

    def relative(value: float) -> FloatArray:
        """Return tan δ at ``frequencies`` for a value of the parameter."""
        if observables is None:
            loss = np.array([microwave.resonant_loss_eq3(T_K, value, f)[0] for f in frequencies])
        else:
            loss = np.array([observables.resonant_loss(value, f)[0] for f in frequencies])
        ratio: FloatArray = loss / loss[np.searchsorted(frequencies, min(devices))]
        return ratio

    low, high = (fit.values[name] if end is None else end for end in fit.intervals_scaled.get(name, (None, None)))
    ends = np.sort([relative(low), relative(high)], axis=0)
    table = {"model": report_text.ATLAS if on_atlas else report_text.EQ3, "T_K": T_K[0], "frequency_Hz": frequencies}
    table |= {"is_device": np.isin(frequencies, devices), "value": relative(fit.values[name]), "low": ends[0], "high": ends[1]}
    return pd.DataFrame(table)[columns]


def predict_device(result: ChipResult, T_K: npt.ArrayLike, frequency_Hz: float, observable: str | None = None) -> pd.DataFrame:
    """Return T_K, value, low and high of a further device of a chip.

    The value is the mean of the curves that the devices would have at ``frequency_Hz`` with the parameters of the joint fit.
    Its 68 % band includes the errors of these parameters and the scatter of the devices, of which another one is drawn. The
    loss of a resonator is that at weak drive, and a quantity with an offset is relative to its value at the lowest temperature.

    Parameters
    ----------
    result
        The fit of the chip.
    T_K
        Temperatures (n,) in kelvin; values are NaN where the model has none.
    frequency_Hz
        Probe frequency of the device.
    observable
        Name of the quantity, by default the first one that was fitted.

    Raises
    ------
    InputError
        If the observable has no frequency, or was not fitted.
    """
    observable = observable or result.fit["observables"][0]
    problem, fit, T = result.together.problem, result.together.comparison.free, np.atleast_1d(np.asarray(T_K, dtype=float))
    inside = np.ones(len(T), dtype=bool)
    if result.conclusion.describes and result.together.atlas and result.together.on_atlas:
        problem, fit = result.together.on_atlas, result.together.atlas
        low, high = problem.datasets[0].observable.temperature_range_K
        inside = (T >= low) & (T <= high)
    members = {}
    for k, dataset in enumerate(problem.datasets):
        if dataset.info["observable"] == observable and dataset.info.get("frequency_Hz"):
            info = dataset.info | {"frequency_Hz": frequency_Hz}
            members[k] = replace(dataset, info=info, points=dataset.points.at_temperatures(T[inside]))
    if not members:
        raise InputError(f"{observable} of another device: needs a fit of {observable} at known frequencies")
    columns = {name: np.full(len(T), np.nan) for name in ("value", "low", "high")}
    if inside.any():

        def curves(values: Values) -> FloatArray:
            """Return the curve (d, n) of each device."""
            rows = np.array([dataset.model(T[inside], problem.own_values(k, values)) for k, dataset in members.items()])
            has_offset = "offset" in next(iter(members.values())).observable.parameters
            return rows - rows[:, [np.argmin(T[inside])]] if has_offset else rows

        mean, n = curves(fit.values).mean(axis=0), len(members)
        of_parameters = parameter_band(lambda values: curves(values).mean(axis=0), fit)
        quantile = stats.f_ppf(CONFIDENCE_LEVELS[68], 1, n - 1) * (1 + 1 / n)
        band = np.hypot(of_parameters, np.sqrt(quantile) * curves(fit.values).std(axis=0, ddof=1))
        for name, values in (("value", mean), ("low", mean - band), ("high", mean + band)):
            columns[name][inside] = values
    return pd.DataFrame({"T_K": T, **columns})
