"""Text of a fit: formatted parameters, the verdict, the conclusion, summary lines and warnings.

All functions take the content of fit.json, or one of its models. Printed errors are scaled.
"""

from typing import Any

from tlsglass.base import stats
from tlsglass.base.jackknife import format_with_error
from tlsglass.fitting.fit import MIN_P_VALUE, ParameterState
from tlsglass.fitting.problem import DECISIVE_DELTA_AIC
from tlsglass.models.observable import J0_OVER_H0

MINUS = "\N{MINUS SIGN}"
ASYMMETRY = 0.25  # relative difference of the two errors beyond which both are printed
SYMBOLS = {"mu": "µ", J0_OVER_H0: "J0/h0"}

Record = dict[str, Any]  # content of fit.json, or a part of it


class FitVerdict:
    """Which of Eq. (3) with µ free and the STM the points favor."""

    EQ3 = "µ ≠ 0 favoured"
    STM = "STM favoured"
    UNDECIDED = "undecided"
    VOID = "void"  # the points reject both
    ALL = (EQ3, STM, UNDECIDED, VOID)


def verdict(fit: Record) -> str:
    """Return the ``FitVerdict`` of a fit."""
    if fit["rejected"]:
        return FitVerdict.VOID
    if fit["p_value"] is None or fit["mu_free"]["states"].get("mu") is None:
        return FitVerdict.UNDECIDED
    if fit["delta_aic"] > DECISIVE_DELTA_AIC:
        return FitVerdict.EQ3
    return FitVerdict.STM if fit["delta_aic"] < -DECISIVE_DELTA_AIC else FitVerdict.UNDECIDED


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
    if model["errors"][name] == 0:
        return f"{format_value(value, 4)} (fixed)"
    low, high = model["intervals_95_scaled"].get(name, (None, None))
    if state == ParameterState.UPPER_LIMIT and high is not None:
        return f"< {format_value(high)} (95 %)"
    if state == ParameterState.LOWER_LIMIT and low is not None:
        return f"> {format_value(low)} (95 %)"
    if state == ParameterState.AT_BOUND:
        return f"{ParameterState.AT_BOUND} {format_value(value)}"
    if state in ParameterState.ALL and state != ParameterState.INTERVAL:
        return ParameterState.NOT_CONSTRAINED
    return _format_with_errors(model, name)


def _format_with_errors(model: Record, name: str) -> str:
    """Return a value with its error, or with the two ends of its interval if these differ visibly."""
    value, error = model["values"][name], model["errors_scaled"][name]
    low, high = model["intervals_scaled"].get(name, (None, None))
    if None not in (low, high):
        down, up = value - low, high - value
        if abs(up - down) > ASYMMETRY * (up + down) / 2 and down > 0 and up > 0:
            digits = max(0, -int(f"{min(down, up):.0e}".split("e")[1]))
            up_text, down_text = f"{up:.{digits}f}", f"{down:.{digits}f}"
            if up_text != down_text:
                return with_minus_sign(f"{value:.{digits}f} +{up_text} {MINUS}{down_text}")
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


def format_reduced_chi2(model: Record) -> str:
    """Return χ²/dof with few digits."""
    value = model["chi2"] / model["dof"] if model["dof"] else 0.0
    if 0 < value < 0.01:
        return with_minus_sign(f"{value:.1g}")
    return f"{value:.{2 if value < 1 else 1 if value < 10 else 0}f}" if value < 1e4 else f"{value:.1e}"


def models_of(fit: Record) -> dict[str, Record]:
    """Return {label: model} of all models that were fitted."""
    models = {"Eq. (3)": fit["mu_free"], "STM": fit["stm"]}
    return models | ({"atlas": fit["atlas"]["model"]} if fit["atlas"] else {})


def summary_lines(fit: Record) -> list[str]:
    """Return five lines: µ, J0/h0, comparison of the models, χ²/dof, warnings."""
    warning_list = "; ".join(warnings(fit)) or "none"
    return [_mu_line(fit), _J0_over_h0_line(fit), _comparison_line(fit), _chi2_line(fit), f"warnings: {warning_list}"]


def _parameter_with_intervals(model: Record, name: str) -> str:
    text = format_equation(SYMBOLS[name], format_parameter(model, name))
    if name in model["states"]:
        text += f" (68 %: {format_interval(model, name)}; 95 %: {format_interval(model, name, 95)})"
    return text


def _mu_line(fit: Record) -> str:
    return "Eq. (3): " + _parameter_with_intervals(fit["mu_free"], "mu")


def _J0_over_h0_line(fit: Record) -> str:
    atlas = fit["atlas"]
    if atlas is None:
        return f"atlas:   J0/h0: no fit, {fit['atlas_why']}"
    text = "atlas:   " + _parameter_with_intervals(atlas["model"], J0_OVER_H0)
    if atlas["model"]["states"].get(J0_OVER_H0) == ParameterState.NOT_CONSTRAINED:
        return text
    return text + f"; h0 = {atlas['h0_K']:g} K, its factor of two: {_h0_shifts(atlas)}"


def _h0_shifts(atlas: Record) -> str:
    down, up = atlas["h0_range"]
    return f"+{format_value(up)} {MINUS}{format_value(abs(down))}"


def _comparison_line(fit: Record) -> str:
    if fit["rejected"]:
        moving = " and ".join(SYMBOLS[name] for name, drift in (fit.get("drifts") or {}).items() if drift)
        why = f"χ²/dof = {format_reduced_chi2(fit['mu_free'])}" if fit["errors_given"] else f"{moving} moves with the window"
        text = f"Eq. (3) against STM: ΔAIC and p are void, since {why}"
    else:
        p = "" if fit["p_value"] is None else with_minus_sign(f", p(µ = 0) = {fit['p_value']:.2g}")
        text = f"Eq. (3) against STM: ΔAIC = {format_value(fit['delta_aic'], 3)}{p}: {verdict(fit)}"
    if fit["atlas"] is not None:
        void = f" ({FitVerdict.VOID})" if fit["atlas"]["rejected"] else ""
        stm, eq3 = (format_value(fit["atlas"]["delta_aic"][name], 3) for name in ("stm", "mu_free"))
        text += f"; atlas against STM {stm}, against Eq. (3) {eq3}{void}"
    return text


def _chi2_line(fit: Record) -> str:
    models = models_of(fit).items()
    if fit.get("errors_relative"):
        misfits = ", ".join(f"{label} {format_percent(model['misfit'])}" for label, model in models)
        sigma = format_percent(fit["mu_free"]["misfit"])
        return f"errors: {sigma} of the value, from residuals, since none are given: {misfits}"
    if not fit["errors_given"]:
        misfits = ", ".join(f"{label} {format_value(model['misfit'], 3)}" for label, model in models)
        unit = "" if fit["unit"] == "dimensionless" else fit["unit"]
        return f"σ of the residuals, since no errors are given: {misfits} {unit}".rstrip()
    return "χ²/dof: " + ", ".join(f"{label} {format_reduced_chi2(model)} ({model['dof']} dof)" for label, model in models)


def warnings(fit: Record) -> list[str]:
    """Return the warnings, one phrase each."""
    phrases, free, atlas = [], fit["mu_free"], fit["atlas"]
    for label, model in models_of(fit).items():
        if label == "STM":
            continue
        at_bounds = [
            name for name in model["at_bounds"] if not (name in SYMBOLS and model["states"].get(name) in ParameterState.ALL)
        ]
        if at_bounds:
            phrases.append(f"{label}: {', '.join(at_bounds)} at a bound")
        if not model["converged"]:
            phrases.append(f"{label}: the search ended at its limit of evaluations")
    for name, model in (("mu", free), (J0_OVER_H0, (atlas or {}).get("model"))):
        drift = format_drift(fit, name, model)
        if drift and not (name == J0_OVER_H0 and atlas["rejected"] and fit["errors_given"]):  # see the warning below
            phrases.append(f"{drift} with the upper end of the window: choose --window (window_K)")
    if fit["rejected"] and free["errors_given"]:
        phrases.append("Eq. (3) does not describe the points; errors are scaled by " + format_value(free["misfit"]))
    elif free["errors_given"] and free["dof"] and free["misfit"] > 1:
        phrases.append(f"errors are scaled by √(χ²/dof) = {format_value(free['misfit'], 3)}")
    if free["errors_given"] and free["dof"] and stats.chi2_cdf(free["chi2"], free["dof"]) < MIN_P_VALUE:
        phrases.append(f"the errors are larger than the scatter of the points (χ²/dof = {format_reduced_chi2(free)})")
    if atlas and atlas["left_out"]:
        phrases.append(f"{atlas['left_out']} points lie outside of the atlas")
    if atlas and atlas["rejected"] and fit["errors_given"]:
        phrases.append("the atlas does not describe the points")
    if fit.get("independent_measurement"):
        phrases.append(f"another laboratory has measured the same material: {fit['independent_measurement']}")
    if fit["provenance"] == "reconstructed":
        phrases.append("the points are reconstructed, not measured")
    return phrases


def format_drift(fit: Record, name: str, model: Record) -> str | None:
    """Return how a parameter drifts, "µ moves from 0.06(1) (to 0.2 K) to 0.68(5) (to 1.8 K)", or None."""
    drift = (fit.get("drifts") or {}).get(name)
    if drift is None:
        return None
    short = with_minus_sign(format_with_error(drift["value"], drift["error"]))
    long = with_minus_sign(format_with_error(model["values"][name], model["errors_scaled"][name]))
    end_K = (fit["atlas"] if name == J0_OVER_H0 else fit)["fitted_K"][1]
    return f"{SYMBOLS[name]} moves from {short} (to {drift['upper_K']:.3g} K) to {long} (to {end_K:.3g} K)"


def conclusion(fit: Record) -> str:
    """Return one sentence with what the points determine and what they do not."""
    second = f"J0/h0 is not fitted, {fit['atlas_why']}" if fit["atlas"] is None else _J0_over_h0_clause(fit["atlas"])
    return f"{_mu_clause(fit)}, and {second}."


def _mu_clause(fit: Record) -> str:
    free, result = fit["mu_free"], verdict(fit)
    mu, state = format_parameter(free, "mu"), free["states"].get("mu")
    if result == FitVerdict.VOID and not fit["errors_given"]:
        drift = format_drift(fit, "mu", free) or format_drift(fit, J0_OVER_H0, fit["atlas"]["model"])
        return f"{drift} with the upper end of the window, and the points have no errors to judge a window by: µ is not decided"
    if result == FitVerdict.VOID:
        chi2 = format_reduced_chi2(free)
        return f"neither Eq. (3) nor the STM describes the points (χ²/dof = {chi2}): µ = {mu} decides nothing"
    if state == ParameterState.NOT_CONSTRAINED:
        return f"µ is {mu} by these points"
    if state == ParameterState.AT_BOUND:
        return f"µ ends {mu}"
    if result == FitVerdict.EQ3:
        but = ", but moves with the window" if (fit.get("drifts") or {}).get("mu") else ""
        return f"µ = {mu} is favoured over the STM (ΔAIC = {format_value(fit['delta_aic'], 3)}){but}"
    return f"µ = {mu} is consistent with the STM (ΔAIC = {format_value(fit['delta_aic'], 2)})"


def _J0_over_h0_clause(atlas: Record) -> str:
    model = atlas["model"]
    if atlas["rejected"] and not model["errors_given"]:
        return "neither is J0/h0"
    if atlas["rejected"]:
        return f"no J0/h0 of the atlas describes them (χ²/dof = {format_reduced_chi2(model)})"
    if model["states"].get(J0_OVER_H0) == ParameterState.NOT_CONSTRAINED:
        return "J0/h0 is not constrained"
    value = format_parameter(model, J0_OVER_H0)
    sign = "" if value[0] in "<>" else "= "
    return f"J0/h0 {sign}{value} with h0 = {atlas['h0_K']:g} K ({_h0_shifts(atlas)} for a factor of two in h0)"
