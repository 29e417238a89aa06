"""Questions about suspicious but possible points: each is refused until it is confirmed by its code.

The Snakefile imports this module: no numpy.
"""

from __future__ import annotations

import bisect
import itertools
import math
import operator
import random
import shlex
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import Any

from tlsglass.base.validation import Question
from tlsglass.data import drive_section, units
from tlsglass.data.columns import NO_VALUES, PERCENT, describe_columns
from tlsglass.data.convert import TEMPERATURES_K, MeasuredPoints
from tlsglass.data.read_table import Table
from tlsglass.models.observable import Observable

LOW_K = 0.005  # below it few measure, so that a temperature down there may be another quantity
MAX_SERIES = 40  # different values of a column that tells series apart
MAX_GAP = 1.5  # ratio of neighboring temperatures between which a series is interpolated
MIN_PAIRS, MAX_PAIRS = 8, 200  # of values at one temperature, whose differences show whether they are of one series
ROUNDED_SHARE, ROUNDED_ERROR = 0.3, 0.25  # of neighbors with the same value; of the step of rounding, 1/√12 of which is its σ
MAX_RELATIVE_ERROR = 0.3  # errors are rarely a larger share of the values; without a unit, such numbers may be in percent
MAX_FREQUENCY_HZ = 2e11  # h times it is k times 10 K: at higher frequencies, temperatures at which TLSs matter have no effect
TINY_ERROR, TINY_ERROR_OF_CHANGE = 1e-4, 1e-5  # of the value or change: in the unit of a column these are no errors
SERIES_P_VALUE = 0.01  # of so many differences with the same sign in one series
SERIES_DIFFERENCE = 0.05  # of the value, or of the whole change of the values, below which two series are as good as one
SELECT_SERIES = "Fit one, or add a column that identifies them"
OUTLIER_RATIO = 30.0  # of a value to both of its neighbors in temperature
OUTLIER_SIGMA = 5.0  # of its error, within which it is noise
NEARLY_CONSTANT = 0.05  # of its size, below which a whole change is rather that of a capacitance than of a relative change
MAX_POWER = 5.0  # of the temperature, by which a value at an end is expected to differ from its neighbor
MIN_CURVE_POINTS, MAX_CURVE_POINTS = 16, 400  # points that can show, and that are enough to show, that they lie on two curves
TWO_CURVES_RATIO = 16.0  # of the variance about one curve to that about two; below 3 for normal errors
CURVE_DEGREE = 3  # of the polynomial in ln T
MIN_CURVE_SHARE = 0.2  # each of two curves contains at least this share of the points; fewer may be outliers
MIXED_SHARE = 0.7  # of the changes between two curves that are expected in random order; successive runs have few
MIN_NORM = 1e-6  # norm of a power of ln T after the lower powers are subtracted, below which it is a combination of them
MAX_DIVISIONS = 20  # of points among two curves; two or three are usual
MIN_SERIES_POINTS = 3  # of a series, or of neighbors: two points always lie on a line
MIN_EXPONENT = 0.8  # of κ or C, which is 1 or more in glasses; that of T against κ ∝ T², if they are swapped, is 1/2
AXIS_SHARE = 0.8  # of the points: a trace at each temperature, except for a few single points
MAX_STEP_RATIO = 1.5  # of the largest to the smallest step of an axis, whose numbers are rounded
REPEATED_SHARE = 0.9  # of the rows occur equally often if a table contains its rows several times; a few may be incomplete
MAX_VISITS = 2  # changes to another series for each series: sweeps come one after the other, and perhaps back
COMMON_RANGE = 0.3  # of the whole range of ln T: sweeps repeat it, while sections of one sweep hardly overlap
FILLED_SHARE = 0.6  # of all pairs of a temperature and a series occur if each series has a point at most temperatures
UNREPEATED_SHARE = 0.8  # of the rows are different pairs of them; repeated measurements of one series are not
MAX_SHOWN = 8  # values of a column in a message
LOSS_EXPONENT = 0.5  # of the photon number far above n_c if β₂ = 1: by so much of its relative error the loss changes at most
MAX_PHOTON_SHARE = 0.5  # of the errors of the loss, up to which those of the photon number do not matter
PHOTON_EXPONENTS = {"Qc": 1.0, "Ql": 2.0, "photons": 1.0, "power": 1.0}  # largest of the photon number
DECIBEL = math.log(10) / 10


def ask(info: Mapping[str, Any], observable: Observable, table: Table, points: MeasuredPoints) -> Iterator[Question]:
    """Yield the questions about the points in the window that the dataset does not confirm."""
    low, high = info.get("window_K", (0.0, math.inf))
    inside = [k for k, T in enumerate(points.T_K) if low <= T <= high]
    confirmed = info.get("confirm", ())
    checks = (
        _ask_range,
        _ask_frequency,
        _ask_capacitance,
        _ask_outliers,
        _ask_Q,
        _ask_errors,
        _ask_photon_errors,
        _ask_swapped,
        _ask_axis,
    )
    for check in (*checks, _ask_rounded, _ask_repeated, _ask_series, _ask_pooled):
        asked = list(check(info, observable, table, points, inside))
        for code, line in asked:
            if code not in confirmed:
                yield Question(code, f"{table.source}: {line}")
        if check is _ask_series and asked:  # which the next one would ask about as well
            return


def is_possible(observable: Observable, values: list[float]) -> bool:
    """Return whether the values of an observable are within what is physically possible."""
    lowest, highest = observable.possible_range
    if observable.max_change is not None and max(values) - min(values) > observable.max_change:
        return False
    return lowest <= min(values) and max(values) <= highest


def _ask_range(
    info: Mapping[str, Any], observable: Observable, table: Table, points: MeasuredPoints, inside: list[int]
) -> Iterator[tuple[str, str]]:
    """Ask where values are not possible: a wrong unit, a logarithm, Q instead of 1/Q."""
    lowest, highest = observable.possible_range
    values = [points.value[k] for k in inside]
    if observable.max_change is not None and min(map(abs, values)) > observable.max_change:
        column = info["data"]["value"]["column"]
        why = f"{values[0]:.3g} is far from 0: is it the quantity itself, or far from --frequency?"
        why += " A column of changes in Hz is called delta_f" if observable.probe_unit else ""
        yield "not_a_change", f"column {column}: a relative change of {observable.name} of {why}"
    outside = [x for x in (max(values), min(values)) if not lowest <= x <= highest]
    if not outside:
        return
    section = info["data"]["value"]
    if highest == 1.0 and section.get("inverse", False):  # asked below
        return
    if highest == 1.0 and outside[0] > 1:
        yield (
            "loss_above_1",
            f"column {section['column']}: a loss of {outside[0]:.3g}, above 1: if it contains Q, add --inverse",
        )
        return
    unit, form = points.unit, section.get("form", "value")
    yield (
        "value_range",
        f"column {section['column']} ({section['unit']}, read as {form}): {outside[0]:.3g} {unit} is outside of {lowest:g} to"
        f" {highest:g}: is its unit or form right?",
    )


def _ask_frequency(
    info: Mapping[str, Any], observable: Observable, table: Table, points: MeasuredPoints, inside: list[int]
) -> Iterator[tuple[str, str]]:
    """Ask if the probe frequency is so high that temperature would have no effect, as with a wrong unit."""
    frequency = info.get(observable.probe) if observable.probe and not observable.is_timed else None
    if frequency is not None and frequency > MAX_FREQUENCY_HZ:
        value = info["data"]["value"]
        source = f"column {value['column']} or --frequency" if units.convert_unit(value["unit"], units.HERTZ) else "--frequency"
        why = f"a frequency of {frequency / 1e9:.4g} GHz, unusually high for a resonator or a qubit: is its unit right?"
        yield "frequency_range", f"{source}: {why}"


def _ask_capacitance(
    info: Mapping[str, Any], observable: Observable, table: Table, points: MeasuredPoints, inside: list[int]
) -> Iterator[tuple[str, str]]:
    """Ask where δε/ε is of one sign and nearly the same at all temperatures, as a capacitance in farads is."""
    values = [points.value[k] for k in inside]
    smallest, change = min(map(abs, values)), max(values) - min(values)
    is_far_from_0 = observable.max_change is not None and smallest > observable.max_change  # asked above
    if observable.name == "dielectric_constant" and 0 < change < NEARLY_CONSTANT * smallest and not is_far_from_0:
        why = f"{values[0]:.3g} changes by only {100 * change / smallest:.2g} %: is it the capacitance?"
        yield "capacitance", f"column {info['data']['value']['column']}: {why} If so, give its relative change ΔC/C"


def _ask_Q(
    info: Mapping[str, Any], observable: Observable, table: Table, points: MeasuredPoints, inside: list[int]
) -> Iterator[tuple[str, str]]:
    """Ask where a column that is called Q contains numbers below 1, or one that is called Q is not inverted."""
    section = info["data"]["value"]
    column = describe_columns(table).get(section["column"])
    is_inverse = section.get("inverse", False) or section.get("form") == "1/value"
    if observable.name not in ("internal_friction", "resonator_loss") or column is None:
        return
    if observable.driven and column.quantity in ("Ql", "Qc"):
        name = "loaded" if column.quantity == "Ql" else "coupling"
        yield "not_Q_internal", f"column {section['column']} is called a {name} Q: the loss is 1/Q_i = 1/Q_l − 1/Q_c"
    others = {c.quantity for c in describe_columns(table).values() if not c.is_error}
    if observable.driven and column.stem == "q" and column.quantity in ("Q", "loss") and "Qc" in others:
        why = f"column {section['column']} may be the loaded quality factor, because the table also contains Q_c"
        yield "not_Q_internal", f"{why}: is it Q_i? If not, calculate 1/Q_i = 1/Q_l − 1/Q_c"
    largest = max(points.value[k] for k in inside)
    if is_inverse and largest > 1:
        yield "Q_below_1", f"column {section['column']}: Q of {1 / largest:.3g}, below 1: if it contains 1/Q, add --form value"
    elif column.quantity == "Q" and not is_inverse and section.get("form") is None:
        yield "Q_as_loss", f"column {section['column']} is called Q but read as 1/Q: if it contains Q, add --inverse"


def _ask_errors(
    info: Mapping[str, Any], observable: Observable, table: Table, points: MeasuredPoints, inside: list[int]
) -> Iterator[tuple[str, str]]:
    """Ask where most errors are larger than the values, or than their whole change, or where a unit makes them far smaller."""
    if points.error is None:
        return
    values = [points.value[k] for k in inside]
    errors = sorted(points.error[k] for k in inside)
    typical = errors[len(errors) // 2]
    size = sorted(map(abs, values))[len(values) // 2] if observable.positive else max(values) - min(values)
    of = "values" if observable.positive else "whole change of the values"
    section, value = info["data"]["error"], info["data"]["value"]
    is_scaled = value["unit"] not in observable.target_units or "factor" in value
    takes_unit = "column" in section and not {"unit", "relative", "variance", "factor"} & set(section)
    if is_scaled and takes_unit and typical < (TINY_ERROR if observable.positive else TINY_ERROR_OF_CHANGE) * size:
        unit = value["unit"] if value["unit"] not in observable.target_units else f"{1 / value['factor']:.3g}"
        why = f"errors of {typical:.3g} are far smaller than the {of}, {size:.3g}: are they in units of {unit}?"
        yield "error_far_below_value", f"column {section['column']}: {why} If not, give --error-unit"
    if section.get("relative") and "unit" not in section and not section.get("variance"):
        numbers = table.numbers(section["column"])
        share = median(section.get("factor", 1.0) * numbers[points.rows[k]] for k in inside)
        if share > MAX_RELATIVE_ERROR:
            why = f"relative errors such as {share:.3g} have no unit and are read as fractions: are they in percent?"
            yield "large_relative_error", f"column {section['column']}: {why} If so, give --error-unit %"
            if "large_relative_error" not in info.get("confirm", ()):
                return
    if typical > size:
        column = section.get("column", "data.error")
        yield (
            "error_above_value",
            f"column {column}: errors of {typical:.3g} are larger than the {of}, {size:.3g}: is --error-unit right?",
        )


def _ask_photon_errors(
    info: Mapping[str, Any], observable: Observable, table: Table, points: MeasuredPoints, inside: list[int]
) -> Iterator[tuple[str, str]]:
    """Ask where errors of Q_c, Q_l or of the power, which fits do not use, would matter as much as those of the loss."""
    used = drive_section.error_columns(info, table.header)
    if not used or points.error is None:
        return
    squares = [0.0] * len(points.T_K)
    for name, column in used.items():
        for k, error in enumerate(_relative_photon_errors(info, table, name, column, points.rows)):
            squares[k] += error**2 if math.isfinite(error) else 0.0
    uncorrelated = info.get("systematic", {}).get("uncorrelated", 0.0)
    of_photons = median(LOSS_EXPONENT * math.sqrt(squares[k]) for k in inside)
    of_loss = median(math.hypot(points.error[k] / points.value[k], uncorrelated) for k in inside)
    if of_photons > MAX_PHOTON_SHARE * of_loss:
        ignored = f"the relative error of the photon number, {100 * of_photons / LOSS_EXPONENT:.2g} %, is not used"
        effect = f"it changes 1/Q_i by up to {100 * of_photons:.2g} %, and the errors of 1/Q_i are {100 * of_loss:.2g} %"
        remedy = f"include {of_photons:.2g} in the first number of --systematic"
        yield "photon_errors", f"column {', '.join(used)}: {ignored}; {effect}: {remedy}"


def _relative_photon_errors(
    info: Mapping[str, Any], table: Table, name: str, column: str, rows: Sequence[int]
) -> Iterator[float]:
    """Yield the relative error of the photon number in each row from ``name``, the errors of ``column``."""
    drive, columns = info["data"]["drive"], describe_columns(table)
    key = next(key for key in PHOTON_EXPONENTS if drive.get(key, {}).get("column") == column)
    error, numbers, values = columns[name], table.numbers(name), table.numbers(column)
    to_share = (0.01 if error.unit in PERCENT else 1.0) / error.coverage * PHOTON_EXPONENTS[key]
    is_inverse = drive[key].get("inverse", False)
    for k in rows:
        s, x = (math.sqrt(abs(numbers[k])) if error.variance else numbers[k]) * to_share, abs(values[k])
        if error.relative:
            yield s
        elif key == "power" and drive[key]["unit"] == "dBm":
            yield s * DECIBEL
        elif drive[key].get("form") == drive_section.LOG10:
            yield s * math.log(10)
        else:
            yield s * x if is_inverse != (error.form.power == -1) else s / x if x else math.nan


def _ask_swapped(
    info: Mapping[str, Any], observable: Observable, table: Table, points: MeasuredPoints, inside: list[int]
) -> Iterator[tuple[str, str]]:
    """Ask where κ or C would rather be the temperature: an exponent below ``MIN_EXPONENT`` at temperatures that few reach."""
    if observable.name not in ("thermal_conductivity", "specific_heat"):
        return
    pairs = sorted((points.T_K[k], points.value[k]) for k in inside)
    (T_low, first), (T_high, last) = pairs[0], pairs[-1]
    if not (T_low < LOW_K and T_high > T_low and first > 0 and last > 0):
        return
    exponent = math.log(last / first) / math.log(T_high / T_low)
    if exponent < MIN_EXPONENT and all(TEMPERATURES_K[0] <= value <= TEMPERATURES_K[1] for _, value in pairs):
        T, value = (info["data"][key]["column"] for key in ("temperature", "value"))
        why = f"from {T_low:.3g} K on grows as T^{exponent:.2g}, and would be possible temperatures"
        yield "swapped_columns", f"column {value} {why}: are {T} and {value} swapped?"


def _ask_rounded(
    info: Mapping[str, Any], observable: Observable, table: Table, points: MeasuredPoints, inside: list[int]
) -> Iterator[tuple[str, str]]:
    """Ask where many neighboring points have the same value, so that rounding matters more than their errors."""
    pairs = sorted((points.T_K[k], points.value[k]) for k in inside)
    steps = [abs(b - a) for (T_a, a), (T_b, b) in itertools.pairwise(pairs) if T_b > T_a]
    step = min((x for x in steps if x > 0), default=0.0)
    if len(steps) < MIN_PAIRS or steps.count(0.0) < ROUNDED_SHARE * len(steps):
        return
    if len({value for _, value in pairs}) <= 2:  # a jump between two levels
        return
    if points.error is not None and median(points.error[k] for k in inside) > ROUNDED_ERROR * step:
        return
    share = 100 * steps.count(0.0) / len(steps)
    why = f"{share:.2g} % of neighboring points have the same value: are they rounded? Errors of a third of the step are due"
    yield "rounded", f"column {info['data']['value']['column']}: {why}, by --error"


def _ask_axis(
    info: Mapping[str, Any], observable: Observable, table: Table, points: MeasuredPoints, inside: list[int]
) -> Iterator[tuple[str, str]]:
    """Ask where the values at each temperature are equally spaced, as the frequencies of a trace are."""
    groups = [[points.value[k] for k in group] for _, group in itertools.groupby(inside, key=lambda k: points.T_K[k])]
    on_axis = sum(len(values) for values in groups if len(values) >= MIN_PAIRS and _are_equally_spaced(values))
    if on_axis > AXIS_SHARE * len(inside):
        column = info["data"]["value"]["column"]
        yield "axis", f"column {column} is equally spaced at each temperature: is it the axis of a trace, not a fitted value?"


def _are_equally_spaced(values: list[float]) -> bool:
    steps = [b - a for a, b in itertools.pairwise(values)]
    return min(steps) * max(steps) > 0 and max(map(abs, steps)) < MAX_STEP_RATIO * min(map(abs, steps))


def _ask_repeated(
    info: Mapping[str, Any], observable: Observable, table: Table, points: MeasuredPoints, inside: list[int]
) -> Iterator[tuple[str, str]]:
    """Ask where the table contains its rows several times, as if measured independently."""
    counts = Counter(tuple(table.rows[points.rows[k]]) for k in inside)
    times, share = Counter(counts.values()).most_common(1)[0]
    if times > 1 and share > REPEATED_SHARE * len(counts):
        yield "repeated_rows", f"{share} of the {len(counts)} distinct rows occur {times} times each: remove the duplicates"


def _ask_series(
    info: Mapping[str, Any], observable: Observable, table: Table, points: MeasuredPoints, inside: list[int]
) -> Iterator[tuple[str, str]]:
    """Ask where the points are of several series, of which each has a value of another column."""
    data = info["data"]
    used = {data[key]["column"] for key in ("temperature", "value", "error", "time") if "column" in data.get(key, {})}
    used |= {data["temperature"].get("error", {}).get("column", ""), *data.get("where", {})}
    if "drive" in data:
        used |= {drive_section.sweep_column(info), *drive_section.required_columns(info)}
    columns = describe_columns(table)
    sweeps = points.drive[drive_section.sweep_column(info)] if "drive" in data else [0.0] * len(points.T_K)
    places = [f"{points.T_K[k]:.3g} {sweeps[k]:.6g}" for k in inside]  # where one series has one point
    for position, name in enumerate(table.header):
        column = columns[name]
        is_drive = "drive" in data and column.quantity in ("power", "photons")
        if name in used or not name or column.is_error or column.quantity == "T" or is_drive or table.header.count(name) > 1:
            continue
        cells = [str(table.rows[points.rows[k]][position]) for k in inside]
        if len(set(cells[: 4 * MAX_SERIES])) > MAX_SERIES or not 2 <= len(set(cells)) <= MAX_SERIES:
            continue
        if not (_are_sweeps([points.T_K[k] for k in inside], cells) or _repeat(places, cells)):
            continue
        series = list(dict.fromkeys(cells))
        n_more = len(series) - MAX_SHOWN
        values = ", ".join(series[:MAX_SHOWN]) + (f" and {n_more} more" if n_more > 0 else "")
        where = quoted(f"{name}={series[0]}")
        line = f"temperatures repeat while column {name} varies ({values}): choose by --where {where}"
        if observable.driven and column.quantity in ("power", "photons"):
            line += f", or fit the saturation by --{column.quantity} {quoted(name)}"
        elif observable.probe is not None and not observable.is_timed and column.quantity not in NO_VALUES:
            line += f", or fit each and all together by --group {quoted(name)}"
        yield "mixed_series", line
        return


def _ask_outliers(
    info: Mapping[str, Any], observable: Observable, table: Table, points: MeasuredPoints, inside: list[int]
) -> Iterator[tuple[str, str]]:
    """Ask where a value is far from its neighbors, as a mark for a missing one such as 999 is, which may be repeated."""
    if not observable.positive or points.drive or points.time_s:
        return
    errors = points.error or [0.0] * len(points.value)
    measured = sorted((points.T_K[k], points.value[k], errors[k]) for k in inside)
    distinct = [next(group) for _, group in itertools.groupby(measured, key=lambda point: point[1])]
    if len(distinct) < MIN_SERIES_POINTS:
        return
    for k, (T, value, error) in enumerate(distinct):
        if 0 < k < len(distinct) - 1:
            expected = [distinct[k - 1][1], distinct[k + 1][1]]
        else:  # the neighbor, and the power law through it and the next one
            (T_1, first, _), (T_2, second, _) = (distinct[1], distinct[2]) if k == 0 else (distinct[k - 1], distinct[k - 2])
            power = math.log(first / second) / (math.log(T_1 / T_2) or math.inf)
            expected = [first, first * (T / T_1) ** max(-MAX_POWER, min(MAX_POWER, power))]
        ratios = [value / x for x in expected]
        is_noise = min(abs(value - x) for x in expected) < OUTLIER_SIGMA * error
        if (min(ratios) > OUTLIER_RATIO or max(ratios) < 1 / OUTLIER_RATIO) and not is_noise:
            column = info["data"]["value"]["column"]
            where = f"{value:.3g} {points.unit} at {T:.3g} K is far from its neighbors"
            yield "outlier", f"column {column}: {where}: if it marks a missing value, remove the row"
            return
    for (T_1, first, error_1), (T_2, second, error_2) in itertools.pairwise(distinct):
        ratio = max(first / second, second / first)
        if ratio > OUTLIER_RATIO * (T_2 / T_1) ** MAX_POWER and abs(second - first) > OUTLIER_SIGMA * math.hypot(
            error_1, error_2
        ):
            column = info["data"]["value"]["column"]
            where = f"from {first:.3g} to {second:.3g} {points.unit} between {T_1:.3g} and {T_2:.3g} K"
            yield "outlier", f"column {column}: the values jump {where}: do all rows have the same unit?"
            return


def _ask_pooled(
    info: Mapping[str, Any], observable: Observable, table: Table, points: MeasuredPoints, inside: list[int]
) -> Iterator[tuple[str, str]]:
    """Ask where the points are of several series that no column tells apart, whose differences are no noise."""
    if "drive" in info["data"] or points.time_s is not None:
        return
    series = _series([points.T_K[k] for k in inside], [points.value[k] for k in inside])
    span = max(points.value[k] for k in inside) - min(points.value[k] for k in inside)
    for first, second in itertools.pairwise(series[:MAX_SERIES]):
        some = second[:: 1 + len(second) // MAX_PAIRS]
        pairs = [(a, b) for T, b in some if (a := _interpolate(first, T)) is not None]
        sizes = [max(abs(a), abs(b)) if observable.positive else span for a, b in pairs]
        shares = [(b - a) / size for (a, b), size in zip(pairs, sizes, strict=True) if size > 0]
        if len(shares) < MIN_PAIRS:
            continue
        p_values = {
            "and most differences have the same sign": _sign_p_value(shares),
            "and the difference varies smoothly with T": _smoothness_p_value(shares),
        }
        how = min(p_values, key=lambda key: p_values[key])
        difference = median(map(abs, shares))
        if (
            len(p_values) * p_values[how] * (min(len(series), MAX_SERIES) - 1) < SERIES_P_VALUE
            and difference > SERIES_DIFFERENCE
        ):
            of = "their size" if observable.positive else "the whole change"
            why = f"values at the same temperature differ by {100 * difference:.2g} % of {of}, {how}"
            yield "pooled_series", f"{why}: are these several powers, devices or sweeps? {SELECT_SERIES}"
            return
    yield from _ask_two_curves(info, observable, points, inside)


def _sign_p_value(differences: list[float]) -> float:
    """Return the probability that so many differences of two series of the same quantity have the same sign."""
    n, larger = len(differences), sum(x > 0 for x in differences)
    return 2 * sum(math.comb(n, k) for k in range(min(larger, n - larger) + 1)) / math.ldexp(1.0, n)


def _smoothness_p_value(differences: list[float]) -> float:
    """Return the probability that neighboring differences are so similar if they are noise (von Neumann's ratio)."""
    n, total = len(differences), math.fsum(x**2 for x in differences)
    ratio = math.fsum((b - a) ** 2 for a, b in itertools.pairwise(differences)) / (total or 1.0)
    return 0.5 * math.erfc((1 - ratio / 2) * math.sqrt((n**2 - 1) / (n - 2) / 2))


Series = list[tuple[float, float]]


def _series(T_K: list[float], values: list[float]) -> list[Series]:
    """Return the series of points in the order of the rows: runs of ascending or descending T, or rows of the same T."""
    runs: list[Series] = []
    direction = 0.0
    for T, value in zip(T_K, values, strict=True):
        step = T - runs[-1][-1][0] if runs else 0.0
        if not runs or step * direction < 0:
            runs.append([])
            direction = 0.0
        elif step:
            direction = step
        runs[-1].append((T, value))
    if all(len(run) >= MIN_PAIRS for run in runs) and len(runs) > 1:
        return [sorted(run) for run in runs]
    repeated: list[Series] = []
    counts: Counter[str] = Counter()
    for T, value in zip(T_K, values, strict=True):
        label = f"{T:.3g}"
        if counts[label] == len(repeated):
            repeated.append([])
        repeated[counts[label]].append((float(label), value))
        counts[label] += 1
    return [sorted(part) for part in repeated]


def _interpolate(series: Series, T: float) -> float | None:
    """Return the value of a series in ascending order at a temperature, None outside of it or across a wide gap."""
    k = bisect.bisect_left(series, (T, -math.inf))
    if k < len(series) and series[k][0] == T:
        return series[k][1]
    if not 0 < k < len(series) or series[k][0] > MAX_GAP * series[k - 1][0]:
        return None
    (low, first), (high, last) = series[k - 1], series[k]
    return first + (last - first) * (T - low) / (high - low)


def _ask_two_curves(
    info: Mapping[str, Any], observable: Observable, points: MeasuredPoints, inside: list[int]
) -> Iterator[tuple[str, str]]:
    """Ask where the points lie on two curves, as those of two samples or of two runs without a column that names them."""
    chosen = random.Random(0).sample(inside, MAX_CURVE_POINTS) if len(inside) > MAX_CURVE_POINTS else inside
    x = [math.log(points.T_K[k]) for k in chosen]
    y = [math.log(points.value[k]) if observable.positive else points.value[k] for k in chosen]
    basis = _orthonormal_powers(x, CURVE_DEGREE)
    if len(chosen) < MIN_CURVE_POINTS or len(basis) <= CURVE_DEGREE:
        return
    about_one = _without(basis, y)
    about_two, half, signs = _divide(basis, about_one)
    curves = [[k for k, sign in enumerate(signs) if sign == side] for side in (1.0, -1.0)]
    n_needed = max(MIN_SERIES_POINTS, math.floor(MIN_CURVE_SHARE * len(x)))
    n_distinct = min(len({y[k] for k in curve}) for curve in curves)  # values on the curve with fewer different ones
    if min(map(len, curves)) < n_needed or n_distinct < MIN_SERIES_POINTS:
        return
    in_order = [sign for _, sign in sorted(zip(x, signs, strict=True))]
    changes = sum(a != b for a, b in itertools.pairwise(in_order))
    changes_if_mixed = 2 * math.prod(map(len, curves)) / len(x)
    gain = _dot(about_one, about_one) / (_dot(about_two, about_two) or 1e-300)
    distance = math.expm1(2 * abs(half)) if observable.positive else 2 * abs(half) / (max(y) - min(y))
    if gain > TWO_CURVES_RATIO and changes > MIXED_SHARE * changes_if_mixed and distance > SERIES_DIFFERENCE:
        of = "their size" if observable.positive else "the whole change"
        why = f"the points lie on two curves that differ by {100 * distance:.2g} % of {of}"
        yield "pooled_series", f"{why}: are these two samples or runs? {SELECT_SERIES}"


def _dot(a: list[float], b: list[float]) -> float:
    return float(sum(map(operator.mul, a, b)))


def _without(basis: list[list[float]], y: list[float]) -> list[float]:
    """Return ``y`` without its projections on orthonormal vectors."""
    for vector in basis:
        share = _dot(vector, y)
        y = [a - share * b for a, b in zip(y, vector, strict=True)]
    return y


def _orthonormal_powers(x: list[float], degree: int) -> list[list[float]]:
    """Return orthonormal polynomials in ``x`` of up to ``degree``, fewer where x has too few different values."""
    middle, half_width = (max(x) + min(x)) / 2, (max(x) - min(x)) / 2 or 1.0
    basis: list[list[float]] = []
    for power in range(degree + 1):
        vector = _without(basis, [((a - middle) / half_width) ** power for a in x])
        norm = math.hypot(*vector)
        if norm < MIN_NORM:
            break
        basis.append([a / norm for a in vector])
    return basis


def _divide(basis: list[list[float]], residuals: list[float]) -> tuple[list[float], float, list[float]]:
    """Return (residuals, half the distance, signs) of the division of points among two parallel curves with least squares."""
    signs = [1.0 if r > 0 else -1.0 for r in residuals]
    for _ in range(MAX_DIVISIONS):
        shape = _without(basis, signs)
        half = _dot(residuals, shape) / (_dot(shape, shape) or 1.0)
        about_two = [r - half * s for r, s in zip(residuals, shape, strict=True)]
        nearer = [-s if abs(r + 2 * half * s) < abs(r) else s for r, s in zip(about_two, signs, strict=True)]
        if nearer == signs:
            break
        signs = nearer
    return about_two, half, signs


def quoted(text: str) -> str:
    """Return a text as a shell takes it for one word."""
    return shlex.quote(text)


def _are_sweeps(T_K: list[float], cells: list[str]) -> bool:
    """Return whether the rows are several temperature sweeps over a common range, during each of which a cell is the same."""
    series: dict[str, list[float]] = {}
    changes = 0
    direction = 0.0
    for k, (T, cell) in enumerate(zip(T_K, cells, strict=True)):
        series.setdefault(cell, []).append(T)
        if k and cell != cells[k - 1]:
            changes += 1
            direction = 0.0
        elif k and direction * (T - T_K[k - 1]) < 0:
            return False  # not monotonic
        elif k:
            direction = direction or T - T_K[k - 1]
    if changes >= MAX_VISITS * len(series) or min(map(len, series.values())) < MIN_SERIES_POINTS:
        return False
    low, high = max(min(T) for T in series.values()), min(max(T) for T in series.values())
    return high > low and math.log(high / low) > COMMON_RANGE * math.log(max(T_K) / min(T_K))


def _repeat(places: list[str], cells: list[str]) -> bool:
    """Return whether most cells occur at most of the ``places``, and hardly twice at the same."""
    pairs = set(zip(places, cells, strict=True))
    n_places, n_series = len(set(places)), len(set(cells))
    n_filled, n_different = FILLED_SHARE * n_places * n_series, UNREPEATED_SHARE * len(places)
    return n_places >= MIN_SERIES_POINTS and len(pairs) > max(n_filled, n_different)
