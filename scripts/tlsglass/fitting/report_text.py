"""Text of a fit: formatted parameters, the verdict, the conclusion, summary lines and warnings.

All functions take the content of fit.json, or one of its models. Printed errors are scaled.
"""

import itertools
import math
import re
from collections.abc import Iterable
from typing import Any

from tlsglass.base import stats
from tlsglass.base.jackknife import format_with_error, format_with_two_errors
from tlsglass.data.dataset import describe_selection
from tlsglass.fitting.conclusion import Reason, State
from tlsglass.fitting.fit import MIN_P_VALUE, ParameterState, error_scale
from tlsglass.model.interaction import GAUSSIAN
from tlsglass.models import registry
from tlsglass.models.observable import CALIBRATION, J0_OVER_H0, Parameter

VOID = "void"  # of a comparison of models that do not describe the points
MINUS = "\N{MINUS SIGN}"
SMALL_P = 0.01  # ASSUME: below it one value does not describe all devices, or f at all powers
CONTRADICTION_SIGMA = 3.0  # difference of separate fits beyond which a joint fit warns
THERMOMETRY = 5e-4  # relative error of a temperature that is usually not smaller
UNDETERMINED = 10.0  # relative error beyond which the value of a positive parameter is not printed
ASYMMETRY = 0.25  # relative difference of the two errors beyond which both are printed
CLOSE_TO_POINTS = 0.03  # rms residual relative to the span, up to which parameters of a model are reported in any case
TEMPERATURE_ERRORS_HINT = "; if the temperatures scatter, state by how much (--temperature-error)"
SMALLEST_P_VALUE = 1e-300  # that is printed
STRONG_CORRELATION, MAX_PAIRS = 0.95, 3  # of the fit, beyond which a line names the parameters, and how many pairs of them
EQ3, STM, ATLAS = "Eq. (3)", "STM", "atlas"  # labels of the models
SYMBOLS = {"mu": "µ", J0_OVER_H0: "J0/h0"}

# Up to this J0/h0 and above this E/h0, n of all interactions with independent random fields is that of normal c_ij within this
# fraction: table interaction_values (docs/interactions.md).
UNIVERSAL_J0_OVER_H0, UNIVERSAL_E_OVER_H0, UNIVERSAL_WITHIN = 0.1, 0.01, 0.05

Record = dict[str, Any]  # content of fit.json, or a part of it


def with_minus_sign(text: str) -> str:
    """Return ``text`` with true minus signs."""
    return text.replace("-", MINUS)


def format_value(value: float, digits: int = 2) -> str:
    """Return a number with ``digits`` significant digits."""
    return with_minus_sign(f"{value:.{digits}g}")


def format_percent(fraction: float) -> str:
    """Return a fraction as "1.4 %"."""
    return f"{100 * fraction:.2g} %"


def format_parameter(model: Record, name: str) -> str:
    """Return a parameter as "0.056(8)", "< 0.07 (95 %)", "at its bound −0.9", "not constrained" or "1 (fixed)"."""
    value, state = model["values"][name], model["states"].get(name)
    if value is None:
        return State.NOT_DESCRIBED
    if model["errors"][name] == 0:
        return f"{format_value(value, 4)} (fixed)"
    low, high = model["intervals_95_scaled"].get(name, (None, None))
    if state == ParameterState.UPPER_LIMIT and high is not None:
        return f"< {format_value(high)} (95 %)"
    if state == ParameterState.LOWER_LIMIT and low is not None:
        return f"> {format_value(low)} (95 %)"
    if state == ParameterState.AT_BOUND or (state is None and name in model["at_bounds"]):
        return f"{ParameterState.AT_BOUND} {format_value(value)}"
    if (state in ParameterState.ALL and state != ParameterState.INTERVAL) or model["errors_scaled"][name] is None:
        return ParameterState.NOT_CONSTRAINED
    return _format_with_errors(model, name)


def _format_with_errors(model: Record, name: str) -> str:
    """Return a value with its error, or with the two ends of its interval if these differ visibly."""
    value, error = model["values"][name], model["errors_scaled"][name]
    low, high = model["intervals_scaled"].get(name, (None, None))
    if None not in (low, high):
        down, up = value - low, high - value
        if abs(up - down) > ASYMMETRY * (up + down) / 2 and down > 0 and up > 0:
            return with_minus_sign(format_with_two_errors(value, up, down))
        error = (up + down) / 2 or error
    return with_minus_sign(format_with_error(value, error))


def format_equation(symbol: str, text: str) -> str:
    """Return "µ = 0.05(1)", "µ < 0.2 (95 %)" or "µ not constrained" for a formatted parameter."""
    return f"{symbol} {text}" if text[0] in "<>" or text[0].isalpha() else f"{symbol} = {text}"


def format_interval(model: Record, name: str, percent: int = 68) -> str:
    """Return the scaled interval of a parameter as "0.04 to 0.07"."""
    low, high = model["intervals_scaled" if percent == 68 else "intervals_95_scaled"].get(name, (None, None))
    if low is None and high is None:
        return "no end found"
    return " to ".join("no end" if end is None else format_value(end, 3) for end in (low, high))


def format_excluded(model: Record, name: str) -> str:
    """Return the ranges within the interval of a parameter that the points exclude as "0.28 to 0.7", empty without any."""
    ranges = model["excluded_95_scaled"].get(name, ())
    return " and ".join(f"{format_value(low)} to {format_value(high)}" for low, high in ranges)


def _further_ranges(model: Record, name: str) -> str:
    """Return the parts of an interval of 95 % that excluded ranges separate from the value of the parameter, as "0.7 to 1"."""
    (low, high), value = model["intervals_95_scaled"][name], model["values"][name]
    edges = [low, *itertools.chain(*model["excluded_95_scaled"][name]), high]
    parts = [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if not a <= value <= b]
    return " or ".join(f"{format_value(a)} to {format_value(b)}" for a, b in parts)


def format_reduced_chi2(model: Record) -> str:
    """Return χ²/dof with few digits."""
    value = model["chi2"] / model["dof"] if model["dof"] else 0.0
    if 0 < value < 0.01:
        return with_minus_sign(f"{value:.1g}")
    return f"{value:.{2 if value < 1 else 1 if value < 10 else 0}f}" if value < 1e4 else f"{value:.1e}"


def models_of(fit: Record) -> dict[str, Record]:
    """Return {label: model} of all models that were fitted."""
    models = {EQ3: fit["mu_free"], STM: fit["stm"]}
    return models | ({ATLAS: fit["atlas"]["model"]} if fit["atlas"] else {})


def format_symbol(symbol: str) -> str:
    """Return the symbol of a parameter as plain text."""
    return re.sub(r"\\mathrm|[${}_]", "", symbol)


def summary_lines(fit: Record) -> list[str]:
    """Return lines with the parameters of each model, the comparison of the models, the residuals, and warnings.

    Further lines about the model above are indented.
    """
    lines = [f"{label + ':':8} {_model_text(fit, label, model)}" for label, model in models_of(fit).items()]
    if fit["atlas"] is None:
        lines.append(f"atlas:   no fit: {fit['atlas_why']}")
    else:
        lines += _atlas_lines(fit["atlas"], fit["conclusion"]["state"])
    lines += _parameter_lines(fit)
    texts = "; ".join(warning["text"] for warning in fit["warnings"]) or "none"
    time = [_time_line(fit)] if fit.get("time") else []
    return [*lines, _comparison_line(fit), _residuals_line(fit), *time, f"warnings: {texts}"]


def _model_text(fit: Record, label: str, model: Record) -> str:
    """Return the parameters of a model; of one that does not describe the points within their errors, the nuisances only."""
    rows = [row for row in fit["parameters"] if row["model"] == label]
    described = model["acceptable"] and not (label == ATLAS and fit["atlas"]["rejected"])
    texts = []
    for row in rows:
        text = format_equation(format_symbol(row["symbol"]), format_parameter(model, row["name"]))
        if model["states"].get(row["name"]) in ParameterState.DETERMINED:
            text += f" (68 %: {format_interval(model, row['name'])}; 95 %: {format_interval(model, row['name'], 95)}"
            excluded = format_excluded(model, row["name"])
            text += f", except {excluded})" if excluded else ")"
        elif excluded := format_excluded(model, row["name"]):
            text += f", but {excluded} is excluded (95 %)"
        elif row["name"] == "mu" and Reason.MU_BEYOND_ATLAS in fit["conclusion"]["reasons"]:
            text += f" (95 %: {format_interval(model, 'mu', 95)})"
        text += _in_other_minima(model, row["name"])
        texts.append(text + (f" {row['unit']}" if row["unit"] and "%" not in text and not text.endswith("constrained") else ""))
    if not model["acceptable"]:
        texts.insert(0, f"does not describe the points within their errors ({_goodness(fit, model)})")
    elif not described:
        better = f"the {STM}" if Reason.STM_BEATS_ATLAS in fit["conclusion"]["reasons"] else EQ3
        points = "the same points" if fit["atlas"]["left_out"] else "the points"
        texts.insert(0, f"is rejected, because {better} describes {points} decisively better ({_goodness(fit, model)})")
    return "; ".join(texts)


def format_with_minima(model: Record, name: str) -> str:
    """Return a formatted parameter with its values at other minima, "3.6(2)e−05 or 9.9e−06"."""
    return format_parameter(model, name) + _in_other_minima(model, name)


def _in_other_minima(model: Record, name: str) -> str:
    """Return " or 2.7e−05" where the points do not distinguish the fit from minima with other values of a parameter."""
    error = model["errors_scaled"][name]
    if not error or model["states"].get(name) == ParameterState.NOT_CONSTRAINED:
        return ""
    others = [values[name] for values in model["other_minima"] if abs(values[name] - model["values"][name]) > 3 * error]
    return "".join(f" or {text}" for text in dict.fromkeys(map(format_value, others)))


def _goodness(fit: Record, model: Record) -> str:
    """Return χ²/dof, or the residuals without errors."""
    if fit["errors_given"] and not any(model["extra_scatter"]):
        return f"χ²/dof = {format_reduced_chi2(model)}"
    misfit = model["misfit"]
    if any(model["extra_scatter"]):
        misfit = model["extra_scatter"][0]
        return "residuals " + (format_percent(misfit) if fit["extra_scatter_relative"] else _with_unit(misfit, fit))
    return "residuals " + (format_percent(misfit) if fit["errors_relative"] else _with_unit(misfit, fit))


def _with_unit(value: float, fit: Record) -> str:
    return format_value(value) + ("" if fit["unit"] == "dimensionless" else f" {fit['unit']}")


def _atlas_lines(atlas: Record, state: str) -> list[str]:
    """Return indented sentences: what J0/h0 assumes, how it changes otherwise, and whether it is universal.

    How the best value changes is left out for a limit, which does not state that value. Nothing is stated where there is none.
    """
    values, own = atlas["interactions"], atlas["interaction"]
    if state not in (State.LIMIT, State.INTERVAL):
        return []
    sentences = [f"This J0/h0 assumes h0 = {atlas['h0_K']:g} K and the interaction {own}."]
    if state == State.LIMIT:
        sentences.append("With another h0 or interaction, the limit is another one: repeat the fit.")
        return [f"{'':8} {sentence}" for sentence in sentences]
    by_h0 = {h0: value for h0, value in atlas.get("h0", {}).items() if value is not None and float(h0) != atlas["h0_K"]}
    for assumption, others, unit in (("h0", by_h0, " K"), ("interaction", {k: x for k, x in values.items() if k != own}, "")):
        if others:
            shifts = [f"{with_minus_sign(f'{value - values[own]:+.2g}')} ({name}{unit})" for name, value in others.items()]
            sentences.append(f"Another {assumption} changes J0/h0 by {' or '.join(shifts)}.")
    if own == GAUSSIAN and values and values[own] <= UNIVERSAL_J0_OVER_H0:
        sentences.append(f"Up to {universality()}.")
    return [f"{'':8} {sentence}" for sentence in sentences]


def _parameter_lines(fit: Record) -> list[str]:
    """Return lines about the parameters of the first model that describes the points.

    They name amplitudes that are extrapolated and strong correlations, and say how well the temperatures must be known and
    what n_c means.
    """
    label, model = next(((label, model) for label, model in models_of(fit).items() if model["acceptable"]), (EQ3, None))
    if model is None:
        return []
    symbols = {row["name"]: format_symbol(row["symbol"]) for row in fit["parameters"] if row["model"] == label}
    names = [name for name in symbols if name in model["correlations"] and not name.startswith(("offset", CALIBRATION))]
    pairs = [
        f"{symbols[a]} and {symbols[b]} (r = {format_value(model['correlations'][a][b], 3)})"
        for a, b in itertools.combinations(names, 2)
        if abs(model["correlations"][a].get(b, 0.0)) > STRONG_CORRELATION
    ]
    n_more = max(len(pairs) - MAX_PAIRS, 0)
    more = f" and {n_more} more pair{'' if n_more == 1 else 's'}" if n_more else ""
    lines = _extrapolation_lines(fit, symbols.values())
    if pairs:
        fit_of = label if label == EQ3 else f"the {label}"
        lines.append(f"strongly correlated in the fit of {fit_of}: {', '.join(pairs[:MAX_PAIRS])}{more}")
    lines += _temperature_lines(fit)
    if "log10_nc" in symbols:
        lines.append(
            "nc is a photon number, not a power: it would reduce the loss at 1 K by a factor of √2 if tanh(hf/2T) were 1"
        )
    return lines


def _temperature_lines(fit: Record) -> list[str]:
    """Return a line if temperatures would have to be known better than thermometers usually are."""
    equivalent = fit.get("equivalent_temperature_error")
    if equivalent is None or equivalent["error_K"] > THERMOMETRY * equivalent["T_K"]:
        return []
    size = f"{format_value(1e3 * equivalent['error_K'])} mK at {equivalent['T_K']:.3g} K"
    consequence = f"an error of {size} would equal those of the points: state yours (--temperature-error)"
    return [f"temperatures are taken as exact; {consequence}"]


def _extrapolation_lines(fit: Record, symbols: Iterable[str]) -> list[str]:
    """Return a line if amplitudes at 1 K are extrapolated from the fitted temperatures; none in joint fits."""
    low_K, high_K = fit.get("fitted_K", (1.0, 1.0))
    names = [symbol for symbol in symbols if "1 K" in symbol]
    if not names or low_K <= 1.0 <= high_K:
        return []
    end = f"end at {high_K:.3g} K" if high_K < 1.0 else f"begin at {low_K:.3g} K"
    are = "is extrapolated" if len(names) == 1 else "are extrapolated"
    return [f"{' and '.join(names)} {are} with each model: the fitted points {end}"]


def universality() -> str:
    """Return up to which J0/h0, and above which energy, n does not depend on the interaction."""
    where = f"J0/h0 = {UNIVERSAL_J0_OVER_H0:g} and above E = {UNIVERSAL_E_OVER_H0:g} h0"
    return f"{where}, n of every interaction with independent fields is the same within {format_percent(UNIVERSAL_WITHIN)}"


def _comparison_line(fit: Record) -> str:
    p = "" if fit["p_value"] is None else f", p(µ = 0) {_format_p_value(fit['p_value'])}"
    text = f"ΔAICc: Eq. (3) against STM {format_value(fit['delta_aicc'], 3)}{p}"
    if fit["rejected"]:
        text = "ΔAICc: void, since Eq. (3) does not describe the points" if not fit["mu_free"]["acceptable"] else text
    if fit["atlas"] is not None and not fit["atlas"]["rejected"]:
        stm, eq3 = (format_value(fit["atlas"]["delta_aicc"][name], 3) for name in ("stm", "mu_free"))
        text += f"; atlas against STM {stm}, against Eq. (3) {eq3}"
    return text


def _format_p_value(p: float) -> str:
    """Return "= 0.02", or "< 1e−300" of a number too small for floating point."""
    return f"= {format_value(p)}" if p > SMALLEST_P_VALUE else f"< {format_value(SMALLEST_P_VALUE)}"


def _time_warnings(fit: Record) -> list[tuple[str, str]]:
    """Return a warning if an unknown time of the measurement changes µ by more than its error."""
    error = fit["mu_free"]["errors_scaled"]["mu"]
    if not (fit.get("time") and error and abs(fit["time"]["mu"] - fit["mu_free"]["values"]["mu"]) > error):
        return []
    return [("time_unknown", "µ and J0/h0 depend on the time of the measurement, which is not given")]


def _time_line(fit: Record) -> str:
    """Return what an unknown time of the measurement means for µ."""
    time, mu = fit["time"], fit["mu_free"]["values"]["mu"]
    shift = with_minus_sign(f"{time['mu'] - mu:+.2f}")
    text = f"time: none is given (--time), so that all TLSs contribute; after {time['time_s']:g} s the STM alone has C ∝ T^"
    text += f"{1 + time['alpha_stm']:.2f} in this window, and µ would be {format_value(time['mu'], 2)} ({shift})"
    return text


def _residuals_line(fit: Record) -> str:
    texts = [f"{label} {_goodness(fit, model)}" for label, model in models_of(fit).items()]
    spans = fit["rms_residual_of_span"]
    best = "mu_free" if spans["mu_free"] <= spans["stm"] else "stm"
    label = {"mu_free": "Eq. (3)", "stm": "the STM"}[best]
    return f"residuals: {', '.join(texts)}; {label} follows the points to {format_percent(spans[best])} of their span"


def warnings(fit: Record, outlier_K: float | None = None, opposite_sign: bool = False) -> list[dict[str, str]]:
    """Return the warnings as {"code", "text"}.

    ``outlier_K`` and ``opposite_sign`` are those of ``systematics.Suspicions``.
    """
    lines: list[tuple[str, str]] = _time_warnings(fit)
    if opposite_sign:
        text = f"a model describes the points only if the sign of {format_symbol(fit['symbol'])} is reversed"
        text += ": is the sign of the column right?"
        lines.append(("opposite_sign", text))
    free, atlas = fit["mu_free"], fit["atlas"]
    for label, model in models_of(fit).items():
        if not model["acceptable"] or (label == ATLAS and atlas["rejected"]):
            continue
        lines += _bound_warnings(label, model)
        if not model["converged"]:
            lines.append(("not_converged", f"{label}: the search ended at its limit of evaluations"))
        if model["other_minima"] and label != STM:
            lines.append(("several_minima", f"{label}: several minima that the points do not distinguish"))
    only_atlas = atlas is not None and not atlas["rejected"] and not free["acceptable"]  # describes the points
    for name, scanned in (("mu", free), (J0_OVER_H0, (atlas or {}).get("model", {}))):
        drift = None if name == "mu" and only_atlas else format_drift(fit, name, scanned)
        if drift:
            lines.append(("window_drift", f"{drift}: choose --window (window_K)"))
    lines += [] if opposite_sign else _error_warnings(fit, outlier_K) + _fixed_warnings(fit)
    correlated, n_points = (atlas["model"], atlas["n_points"]) if only_atlas else (free, fit["n_points"])
    if correlated["independent_fraction"] < 1:
        effective = f"{correlated['independent_fraction'] * n_points:.0f}"
        are = f"they count as {effective} independent point{'' if effective == '1' else 's'}"
        lines.append(("correlated_residuals", f"residuals are correlated: {are}"))
    closest = min(models_of(fit).values(), key=lambda model: stats.chi2_cdf(model["chi2"], max(model["dof"], 1)))
    if closest["errors_given"] and closest["dof"] and stats.chi2_cdf(closest["chi2"], closest["dof"]) < MIN_P_VALUE:
        chi2 = format_reduced_chi2(closest)
        lines.append(("errors_too_large", f"the errors are larger than the scatter of the points (χ²/dof = {chi2})"))
    lines += _left_out_warnings(atlas)
    if fit.get("independent_measurement"):
        lines.append(
            ("independent_measurement", f"another laboratory has measured the same material: {fit['independent_measurement']}")
        )
    if fit["provenance"] == "reconstructed":
        lines.append(("reconstructed", "the points are reconstructed, not measured"))
    return [{"code": code, "text": text} for code, text in lines]


def _left_out_warnings(atlas: Record | None) -> list[tuple[str, str]]:
    """Return a warning with the temperatures of the points that are not on the atlas."""
    if not (atlas and atlas["left_out"]):
        return []
    n, T_K = atlas["left_out"], [f"{T:.3g} K" for T in atlas["left_out_K"]]
    where = " and ".join(T_K) if len(T_K) <= 2 else f"{T_K[0]} to {T_K[-1]}"
    low, high = atlas["atlas_range_K"]
    why = f"{low:.3g} to {high:.3g} K for h0 = {atlas['h0_K']:g} K"
    points = f"1 point, at {where}, lies" if n == 1 else f"{n} points, at {where}, lie"
    is_left_out = "is" if n == 1 else "are"
    return [("outside_of_atlas", f"{points} outside of the atlas ({why}) and {is_left_out} left out of the fit of J0/h0")]


def _error_warnings(fit: Record, outlier_K: float | None) -> list[tuple[str, str]]:
    """Return a warning if the errors of the points, or of one of them, are too small."""
    free = fit["mu_free"]
    any_acceptable = any(model["acceptable"] for model in models_of(fit).values())
    if any(free["extra_scatter"]):
        size = free["extra_scatter"][0]
        text = format_percent(size) + " of the value" if fit["extra_scatter_relative"] else _with_unit(size, fit)
        if outlier_K is not None:
            return [("outlier", f"{_outlier_text(outlier_K)}; a scatter of {text} is added to all errors")]
        text = f"errors are far below the scatter of neighboring points: a scatter of {text} is added to them"
        return [("extra_scatter", text + ("" if fit["temperature_errors_given"] else TEMPERATURE_ERRORS_HINT))]
    if outlier_K is not None:
        return [("outlier", _outlier_text(outlier_K))]
    if free["errors_given"] and free["acceptable"] and error_scale(free["chi2"], free["dof"]) > 1:
        return [("errors_scaled", f"errors are scaled by √(χ²/dof) = {format_value(free['misfit'], 3)}")]
    if fit["observable"] == "resonator_loss" and fit["sweep"] is None and not any_acceptable:
        return [("saturation_unknown", "the drive may saturate TLSs: fit several powers together (--power, --photons)")]
    is_close = min(fit["rms_residual_of_span"].values()) < CLOSE_TO_POINTS
    if free["errors_given"] and is_close and not (any_acceptable or fit["temperature_errors_given"]):
        return [("no_temperature_errors", "errors are far below the residuals of all models" + TEMPERATURE_ERRORS_HINT)]
    return []


def _outlier_text(outlier_K: float) -> str:
    deviates = f"the value at {outlier_K:.3g} K deviates strongly from those at other temperatures"
    return f"{deviates}: remove the row if it is wrong"


def _bound_warnings(label: str, model: Record) -> list[tuple[str, str]]:
    """Return a warning if parameters are at a bound, apart from µ and J0/h0 with a state of their own, such as a limit."""
    names = [name for name in model["at_bounds"] if not (name in SYMBOLS and model["states"].get(name) in ParameterState.ALL)]
    return [("at_bound", f"{label}: {', '.join(names)} at a bound")] if names else []


def format_drift(fit: Record, name: str, model: Record) -> str | None:
    """Return how a parameter drifts, "µ changes from 0.06(1) (window up to 0.2 K) to ...", or None."""
    move = _format_move(fit, name, model)
    return None if move is None else f"{SYMBOLS[name]} {move}"


def _format_move(fit: Record, name: str, model: Record) -> str | None:
    """Return the predicate of ``format_drift``, "changes from ... to ...", or None."""
    drift = (fit.get("drifts") or {}).get(name)
    if drift is None or model["values"][name] is None:
        return None
    short = with_minus_sign(format_with_error(drift["value"], drift["error"]))
    long = _format_with_errors(model, name)
    end_K = (fit["atlas"] if name == J0_OVER_H0 else fit)["fitted_K"][1]
    return f"changes from {short} (window up to {drift['upper_K']:.3g} K) to {long} (window up to {end_K:.3g} K)"


def conclusion(fit: Record) -> str:
    """Return a sentence that states the results and their limits, and a second sentence if χ² is improbably large."""
    coupling = _J0_over_h0_clause(fit)
    text = f"{coupling}; {_mu_clause(fit, 'them' if 'points' in coupling else 'the points')}"
    states = fit["conclusion"]["state"], fit["conclusion"]["mu"]
    if _time_warnings(fit) and not {State.INTERVAL, State.LIMIT, State.CONSISTENT, State.FAVORED}.isdisjoint(states):
        text = f"if all TLSs contribute within the time of the measurement, {text}"
    return f"{text[0].upper()}{text[1:]}.{_caution(fit)}"


def _caution(fit: Record) -> str:
    """Return a sentence that qualifies a conclusion about µ; empty unless χ² of an accepted fit is improbably large."""
    free, state = fit["mu_free"], fit["conclusion"]["mu"]
    if state not in (State.FAVORED, State.CONSISTENT, State.OUTSIDE) or not free["chi2_is_improbable"]:
        return ""
    return f" However, χ²/dof = {format_reduced_chi2(free)} is improbably large."


def _J0_over_h0_clause(fit: Record) -> str:
    reasons, state, atlas = fit["conclusion"]["reasons"], fit["conclusion"]["state"], fit["atlas"]
    with_h0 = f" with h0 = {atlas['h0_K']:g} K" if atlas else ""
    if state == State.NOT_DESCRIBED:
        sentence = f"no J0/h0 of the atlas describes these points{with_h0}"
        if Reason.MU_NEGATIVE in reasons:
            return f"{sentence} (not the dip of this model{_alternative_to_negative_mu(fit)})"
        if Reason.MU_ABOVE_ATLAS in reasons:
            values = fit["mu_free"]["values"]
            why = " (a metal? boundary scattering?)" if "kappa_1K" in values else ""
            why = " (quasiparticles that do not cool?)" if fit.get("observable") == "qubit_relaxation" else why
            return f"{sentence}{why}"
        return sentence
    if atlas is None:
        return f"J0/h0 is not fitted, {fit['atlas_why']}"
    excluded = format_excluded(atlas["model"], J0_OVER_H0)
    if state == State.NOT_CONSTRAINED:
        only = f", except that the points exclude {excluded} (95 %)" if excluded else ""
        return f"J0/h0 is not constrained by these points{_why_not_constrained(reasons)}{only}"
    equation = format_equation("J0/h0", format_parameter(atlas["model"], J0_OVER_H0))
    if excluded and state == State.LIMIT:
        equation = f"{equation.removesuffix(' (95 %)')}, except {excluded} (95 %)"
    move = _format_move(fit, J0_OVER_H0, atlas["model"]) if state == State.INTERVAL else None
    sentence = f"{equation}{with_h0}" + (f", but it {move}" if move else "")
    if excluded and state != State.LIMIT:
        sentence += f"; at 95 %, {_further_ranges(atlas['model'], J0_OVER_H0)} is possible, too"
    return sentence


def _alternative_to_negative_mu(fit: Record) -> str:
    """Return what else makes κ steeper, or the loss of a resonator grow with temperature, and how to fit it."""
    values = fit["mu_free"]["values"]
    if not {"kappa_1K", "path_1K"}.isdisjoint(values) and "boundary" not in values:
        return "; scattering at boundaries? --free boundary"
    if fit.get("observable") == "resonator_loss" and values["A_Hz_per_K3"] == 0:
        return "; relaxing TLSs? --relaxation"
    return ""


def _why_not_constrained(reasons: list[str]) -> str:
    texts = {
        Reason.TOO_FEW_POINTS: "there are too few temperatures",
        Reason.WINDOW_DRIFT: "the result moves with the window",
        Reason.DEPENDS_ON_ONE_POINT: "the result depends on a single point",
        Reason.NO_TLS_SIGNAL: "they show no TLSs",
        Reason.MU_BEYOND_ATLAS: "the interval of µ contains values beyond the atlas",
    }
    why = [text for reason, text in texts.items() if reason in reasons]
    return f" ({', '.join(why)})" if why else ""


def _mu_clause(fit: Record, points: str) -> str:
    free, reasons, state = fit["mu_free"], fit["conclusion"]["reasons"], fit["conclusion"]["mu"]
    mu = format_equation("µ", format_with_minima(free, "mu"))
    if state == State.OUTSIDE:
        is_negative = Reason.MU_NEGATIVE in reasons
        why = "is negative: n has no dip" if is_negative else "is larger than that of any J0/h0 of the atlas"
        exponent = f" (κ ∝ T^{format_value(2 - free['values']['mu'], 3)})" if "kappa_1K" in free["values"] else ""
        return f"{mu} {why}{exponent}"
    if state == State.NOT_DESCRIBED:
        model = "Eq. (3) does not" if Reason.EQ3_DOES_NOT_FIT in reasons else "neither Eq. (3) nor the STM does"
        alone = [member for member in fit.get("members", ()) if not member["described_alone"]]
        if alone:
            if len(alone) == 1:
                name = alone[0]["name"]
                datasets = f"{name}, even if {name} is fitted separately{_misfit_alone(alone[0])}"
            else:
                names = " or ".join(f"{member['name']}{_misfit_alone(member)}" for member in alone)
                datasets = f"{names}, even if each is fitted separately"
            return f"{model} describe {datasets}".replace("does describe", "describes")
        return f"{model} describe {points} ({_goodness(fit, free)})".replace("does describe", "describes")
    if state == State.NOT_CONSTRAINED:
        drift = format_drift(fit, "mu", free) if Reason.WINDOW_DRIFT in reasons else None
        if drift:
            return f"no single µ of Eq. (3) describes all windows: {drift}"
        interval = f" ({format_interval(free, 'mu', 95)} at 95 %)" if Reason.MU_BEYOND_ATLAS in reasons else ""
        stm = ", and the STM describes the points" if interval and fit["stm"]["acceptable"] else ""
        stm += " with the extra scatter" if stm and any(fit["stm"]["extra_scatter"]) else ""
        only = f", except that the points exclude {excluded} (95 %)" if (excluded := format_excluded(free, "mu")) else ""
        return f"µ is not constrained{interval}{only}{stm}"
    if state == State.FAVORED:
        return f"{mu} is favored over the STM (ΔAICc = {format_value(fit['delta_aicc'], 3)})"
    low, high = free["intervals_95_scaled"].get("mu", (None, None))
    is_beyond = (low is not None and low > 0) or (high is not None and high < 0)
    not_zero = "differs from 0 at 95 % although it is not decisively favored over the STM"
    return f"{mu} {not_zero if is_beyond else 'is consistent with the STM'} (ΔAICc = {format_value(fit['delta_aicc'], 2)})"


def _fixed_warnings(fit: Record) -> list[tuple[str, str]]:
    """Return a warning that names the parameters that are fixed if no model describes the points."""
    values = dict(fit.get("fixed", {}))
    for member in fit.get("members", ()):
        values |= member["fixed"]
    if not values or any(model["acceptable"] for model in models_of(fit).values()):
        return []
    texts = ", ".join(f"{name} = {format_value(value, 4)}" for name, value in values.items())
    noun = "values" if len(values) > 1 else "value"
    return [("fixed_parameters", f"no model describes the points with {texts} fixed: check the fixed {noun}")]


def _misfit_alone(member: Record) -> str:
    """Return χ²/dof of a dataset that Eq. (3) does not describe alone; nothing with an extra scatter, which makes it 1."""
    scale = member["errors_scaled_by"]
    return f" (χ²/dof = {format_value(scale**2)})" if scale > 1 else ""


def joint_warnings(fit: Record, parameters: Any) -> list[dict[str, str]]:
    """Return the warnings of a joint fit; ``parameters`` is the table of separate and joint values."""
    lines = []
    for label, model in models_of(fit).items():
        if label != STM and model["acceptable"]:
            lines += _bound_warnings(label, model)
        if label != STM and model["other_minima"]:
            lines.append(("several_minima", f"{label}: several minima that the points do not distinguish"))
    for name, rows in parameters[parameters["shared"]].groupby("parameter", sort=False):
        sigma = rows.iloc[0]["difference_sigma"]
        if sigma is not None and sigma > CONTRADICTION_SIGMA:
            values = ", ".join(f"{format_value(row.separate, 3)} ({row.dataset})" for row in rows.itertuples())
            lines.append(("contradiction", f"{name} alone differs by {sigma:g} σ: {values}"))
    if fit["rejected"] and not fit["temperature_errors_given"]:
        lines.append(("no_temperature_errors", "no errors of the temperature are given" + TEMPERATURE_ERRORS_HINT))
    lines += _left_out_warnings(fit["atlas"])
    lines += _fixed_warnings(fit)
    lines += _power_warnings(fit)
    has_saturation = "log10_nc" in set(parameters["parameter"])
    if fit["rejected"] and not has_saturation and any(member["observable"] == "resonator_loss" for member in fit["members"]):
        text = "at a single power, saturated TLSs would change 1/Q but not f: fit each alone, or together at several powers"
        lines.append(("saturation_unknown", text))
    scaled = [member for member in fit["members"] if member["errors_scaled_by"] > 1]
    for member in scaled:
        factor = format_value(member["errors_scaled_by"])
        scaled_by = "" if factor == "1" else f"; its errors are multiplied by {factor}"
        lines.append(("errors_scaled", f"{member['name']}: no model describes it alone{scaled_by}"))
    return [{"code": code, "text": text} for code, text in lines]


def _power_warnings(fit: Record) -> list[tuple[str, str]]:
    """Return a warning if f of a resonator is from one of several equally suitable powers, or not the same at all powers."""
    warnings = [
        ("f_power_tied", f"{member['name']} is fitted; {describe_selection(member['selection'])}")
        for member in fit["members"]
        if member["selection"] and member["selection"]["tied"]
    ]
    agreement = fit["powers_of_f"]
    if agreement and agreement["p_value"] < SMALL_P:
        text = f"f at different powers is inconsistent ({_format_agreement(agreement)})"
        advice = "the strongest drive may heat the resonator; select one power (--f-power)"
        warnings.append(("f_depends_on_power", f"{text}: {advice}"))
    return warnings


def _format_agreement(agreement: Record) -> str:
    chi2, p_value = format_value(agreement["chi2"], 3), format_value(agreement["p_value"])
    return f"χ² = {chi2} for {agreement['dof']} degrees of freedom, p = {p_value}"


def _power_lines(fit: Record) -> list[str]:
    """Return a line about the power at which f of a resonator is fitted; a tie has a warning."""
    for member in fit["members"]:
        selection = member["selection"]
        if selection and not selection["tied"]:
            text = f"{member['name']}: " if len(selection["values"]) == 1 else ""
            return [f"{text}{describe_selection(selection)}" + _agreement_text(fit["powers_of_f"])]
    return []


def _agreement_text(agreement: Record | None) -> str:
    if agreement is None or agreement["p_value"] < SMALL_P:
        return ""
    return f"; f at the powers is consistent ({_format_agreement(agreement)})"


def _joint_stm_lines(model: Record) -> list[str]:
    """Return a line with the parameters of the STM if it describes the points: with µ fixed, their errors are smaller."""
    if not model["acceptable"]:
        return ["STM, jointly: does not describe the points within their errors"]
    names = [name for name, error in model["errors"].items() if error != 0 and not name.startswith("offset")]
    return [f"STM, jointly: {', '.join(format_equation(name, format_parameter(model, name)) for name in names)}"]


def _format_determined(parameter: Parameter, value: float, error: float | None) -> str:
    """Return a value with its error, or that it is at a bound or has an error beyond all values that it may have."""
    if error is None or math.isnan(error):
        return f"{ParameterState.AT_BOUND} {format_value(value)}"
    is_amount = parameter.low == 0.0
    if error > parameter.high - parameter.low or (is_amount and error > UNDETERMINED * abs(value)):
        return "not determined"
    return with_minus_sign(format_with_error(value, error))


def joint_lines(fit: Record, parameters: Any) -> list[str]:
    """Return lines with the shared parameters alone and together, the models, their comparison, and warnings."""
    lines = []
    models = {member["name"]: registry.get_observable(member["observable"]) for member in fit["members"]}
    for name, rows in parameters[parameters["shared"]].groupby("parameter", sort=False):
        first_parameter = models[rows.iloc[0]["dataset"]].parameters[name]
        values = [
            f"{_format_determined(first_parameter, row.separate, row.separate_err)} ({row.dataset})"
            for row in rows.itertuples()
        ]
        first = rows.iloc[0]
        sigma = first["difference_sigma"]
        is_known = sigma is not None and not math.isnan(sigma)
        difference = f"; the separate fits differ by {with_minus_sign(f'{sigma:g}')} σ" if is_known else ""
        joint = _format_determined(first_parameter, first["joint"], first["joint_err"])
        lines.append(f"{name}: {joint} jointly; {', '.join(values)}{difference}")
    own = parameters[~parameters["shared"] & (parameters["parameter"] != "offset")]
    for dataset, rows in own.groupby("dataset", sort=False):
        own_parameters = models[dataset].parameters
        values = [
            format_equation(row.parameter, _format_determined(own_parameters[row.parameter], row.joint, row.joint_err))
            for row in rows.itertuples()
        ]
        lines.append(f"{dataset}, jointly: {', '.join(values)}")
    lines += _power_lines(fit)
    lines += _joint_stm_lines(fit["stm"])
    if fit["atlas"] and not fit["atlas"]["rejected"]:
        lines.append(f"{format_equation('J0/h0', format_parameter(fit['atlas']['model'], J0_OVER_H0))} jointly")
        lines += _atlas_lines(fit["atlas"], fit["conclusion"]["state"])
    lines += _parameter_lines(fit)
    chi2 = ", ".join(f"{format_reduced_chi2(model)} {label}" for label, model in models_of(fit).items())
    lines.append(f"χ²/dof: {chi2}; ΔAICc of Eq. (3) against the STM {format_value(fit['delta_aicc'], 3)}")
    texts = "; ".join(warning["text"] for warning in fit["warnings"]) or "none"
    return [*lines, f"warnings: {texts}"]
