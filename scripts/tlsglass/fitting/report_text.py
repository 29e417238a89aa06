"""What a fit says, in words: a parameter with its interval or limit, what the points decide, and what is to be warned of.

All take a fit as fit.json holds it (``outcome.Outcome.fit``), or one model of it. Errors that are shown are scaled ones.
"""

from tlsglass.base import stats
from tlsglass.base.jackknife import format_with_error
from tlsglass.fitting import intervals
from tlsglass.fitting.problem import DECISIVE, MIN_P_VALUE
from tlsglass.models.observable import J0_OVER_H0

MINUS = "\N{MINUS SIGN}"
FAVOURED, AGAINST, UNDECIDED, VOID = "µ ≠ 0 favoured", "STM favoured", "undecided", "void"
VERDICTS = (FAVOURED, AGAINST, UNDECIDED, VOID)
LOPSIDED = 0.25  # ends that differ by more than this share are told one by one
SYMBOLS = {"mu": "µ", J0_OVER_H0: "J0/h0"}


def format_value(value, digits=2):
    """Return a plain number, with a true minus sign."""
    return f"{value:.{digits}g}".replace("-", MINUS)


def format_parameter(model, name):
    """Return a parameter as a legend and a table show it: 0.056(8), < 0.07 (95 %), at its bound −0.9, not constrained."""
    value, state = model["values"][name], model["states"].get(name)
    if model["errors"][name] == 0:
        return f"{format_value(value, 4)} (fixed)"
    low, high = model["intervals_95_scaled"].get(name, (None, None))
    if state == intervals.UPPER and high is not None:
        return f"< {format_value(high)} (95 %)"
    if state == intervals.LOWER and low is not None:
        return f"> {format_value(low)} (95 %)"
    if state == intervals.AT_BOUND:
        return f"at its bound {format_value(value)}"
    if state in intervals.STATES[1:]:
        return intervals.NOT_CONSTRAINED
    return _with_error(model, name)


def _with_error(model, name):
    """Return a value with its scaled error, or with both where the ends of its interval lie unequally far away."""
    value, error = model["values"][name], model["errors_scaled"][name]
    low, high = model["intervals_scaled"].get(name, (None, None))
    if None not in (low, high):
        down, up = value - low, high - value
        if abs(up - down) > LOPSIDED * (up + down) / 2 and down > 0 and up > 0:
            digits = max(0, -int(f"{min(down, up):.0e}".split("e")[1]))
            told_up, told_down = f"{up:.{digits}f}", f"{down:.{digits}f}"
            if told_up != told_down:
                return f"{value:.{digits}f} +{told_up} {MINUS}{told_down}".replace("-", MINUS)
        error = (up + down) / 2 or error
    return format_with_error(value, error).replace("-", MINUS)


def format_interval(model, name, share=68):
    """Return the scaled interval of a parameter: 0.04 to 0.07; an open end is told as a bound that was met."""
    low, high = model["intervals_scaled" if share == 68 else "intervals_95_scaled"].get(name, (None, None))
    if low is None and high is None:
        return "no end found"
    ends = [("no end" if end is None else format_value(end, 3)) for end in (low, high)]
    return " to ".join(ends)


def format_reduced_chi2(model):
    """Return χ²/dof as a number of few digits."""
    value = model["chi2"] / model["dof"] if model["dof"] else 0.0
    if 0 < value < 0.01:
        return f"{value:.1g}".replace("-", MINUS)
    return f"{value:.{2 if value < 1 else 1 if value < 10 else 0}f}" if value < 1e4 else f"{value:.1e}"


def verdict(fit):
    """Return which of VERDICTS the fits with Eq. (3) and with the STM come to."""
    if fit["rejected"]:
        return VOID
    state = fit["mu_free"]["states"].get("mu")
    if fit["p_value"] is None or state is None:
        return UNDECIDED
    if fit["delta_aic"] > DECISIVE:
        return FAVOURED
    return AGAINST if fit["delta_aic"] < -DECISIVE else UNDECIDED


def summary_lines(fit):
    """Return the five lines of a fit: µ, J0/h0, how the models compare, χ²/dof, warnings."""
    return [_mu(fit), _coupling(fit), _models(fit), _chi2(fit), "warnings: " + ("; ".join(warnings(fit)) or "none")]


def _parameter(model, name):
    shown = format_parameter(model, name)
    told = f"{SYMBOLS[name]} {shown}" if shown[0] in "<>an" and not shown[0].isdigit() else f"{SYMBOLS[name]} = {shown}"
    if name in model["states"]:
        told += f" (68 %: {format_interval(model, name)}; 95 %: {format_interval(model, name, 95)})"
    return told


def _mu(fit):
    return "Eq. (3): " + _parameter(fit["mu_free"], "mu")


def _coupling(fit):
    if fit["atlas"] is None:
        return f"atlas:   J0/h0: no fit, {fit['atlas_why']}"
    atlas = fit["atlas"]
    told = "atlas:   " + _parameter(atlas["model"], J0_OVER_H0)
    if atlas["model"]["states"].get(J0_OVER_H0) == intervals.NOT_CONSTRAINED:
        return told
    down, up = atlas["h0_range"]
    return told + f"; h0 = {atlas['h0_K']:g} K, its factor of two: +{format_value(up)} {MINUS}{format_value(abs(down))}"


def _models(fit):
    if fit["rejected"]:
        moving = " and ".join(SYMBOLS[name] for name, drift in (fit.get("drifts") or {}).items() if drift)
        why = f"χ²/dof = {format_reduced_chi2(fit['mu_free'])}" if fit["errors_given"] else f"{moving} moves with the window"
        told = f"Eq. (3) against STM: ΔAIC and p are void, since {why}"
    else:
        p = "" if fit["p_value"] is None else f", p(µ = 0) = {fit['p_value']:.2g}".replace("-", MINUS)
        told = f"Eq. (3) against STM: ΔAIC = {format_value(fit['delta_aic'], 3)}{p}: {verdict(fit)}"
    if fit["atlas"] is not None:
        atlas = fit["atlas"]
        void = " (void)" if atlas["rejected"] else ""
        told += f"; atlas against STM {format_value(atlas['delta_aic']['stm'], 3)}, against Eq. (3) "
        told += f"{format_value(atlas['delta_aic']['mu_free'], 3)}{void}"
    return told


def _chi2(fit):
    models = {"Eq. (3)": fit["mu_free"], "STM": fit["stm"]} | ({"atlas": fit["atlas"]["model"]} if fit["atlas"] else {})
    if fit.get("errors_relative"):
        shown = ", ".join(f"{name} {format_percent(one['misfit'])}" for name, one in models.items())
        return f"errors: {format_percent(fit['mu_free']['misfit'])} of the value, from residuals, since none are given: {shown}"
    if not fit["errors_given"]:
        shown = ", ".join(f"{name} {format_value(one['misfit'], 3)}" for name, one in models.items())
        return f"σ of the residuals, since no errors are given: {shown} {_unit(fit)}".rstrip()
    return "χ²/dof: " + ", ".join(f"{name} {format_reduced_chi2(one)} ({one['dof']} dof)" for name, one in models.items())


def format_percent(share):
    """Return a fraction as 1.4 %."""
    return f"{100 * share:.2g} %"


def _unit(fit):
    return "" if fit["unit"] == "dimensionless" else fit["unit"]


def warnings(fit):
    """Return what is to be warned of, a phrase each."""
    found, free = [], fit["mu_free"]
    models = {"Eq. (3)": free} | ({"atlas": fit["atlas"]["model"]} if fit["atlas"] else {})
    for name, model in models.items():
        at = [x for x in model["at_bounds"] if not (x in SYMBOLS and model["states"].get(x) in intervals.STATES)]
        if at:
            found.append(f"{name}: {', '.join(at)} at a bound")
        if not model["converged"]:
            found.append(f"{name}: the search ended at its limit of evaluations")
    for name, model in (("mu", free), (J0_OVER_H0, (fit["atlas"] or {}).get("model"))):
        moved = moves(fit, name, model)
        if moved and not (name == J0_OVER_H0 and fit["atlas"]["rejected"] and fit["errors_given"]):  # that is said below
            found.append(f"{moved} with the upper end of the window: choose --window (window_K)")
    if fit["rejected"] and free["errors_given"]:
        found.append("Eq. (3) does not describe the points; errors are scaled by " + format_value(free["misfit"]))
    elif free["errors_given"] and free["dof"] and free["misfit"] > 1:
        found.append(f"errors are scaled by √(χ²/dof) = {format_value(free['misfit'], 3)}")
    if free["errors_given"] and free["dof"] and stats.chi2_cdf(free["chi2"], free["dof"]) < MIN_P_VALUE:
        found.append(f"the errors are larger than the scatter of the points (χ²/dof = {format_reduced_chi2(free)})")
    if fit["atlas"] and fit["atlas"]["left_out"]:
        found.append(f"{fit['atlas']['left_out']} points lie outside of the atlas")
    if fit["atlas"] and fit["atlas"]["rejected"] and fit["errors_given"]:
        found.append("the atlas does not describe the points")
    if fit.get("independent_measurement"):
        found.append(f"another laboratory has measured the same material: {fit['independent_measurement']}")
    if fit["provenance"] == "reconstructed":
        found.append("the points are reconstructed, not measured")
    return found


def moves(fit, name, model):
    """Return how a parameter moves with the window: µ moves from 0.06(1) (to 0.2 K) to 0.68(5) (to 1.8 K); or None."""
    drift = (fit.get("drifts") or {}).get(name)
    if drift is None:
        return None
    low = format_with_error(drift["value"], drift["error"]).replace("-", MINUS)
    high = format_with_error(model["values"][name], model["errors_scaled"][name]).replace("-", MINUS)
    whole_K = (fit["atlas"] if name == J0_OVER_H0 else fit)["fitted_K"][1]
    return f"{SYMBOLS[name]} moves from {low} (to {drift['upper_K']:.3g} K) to {high} (to {whole_K:.3g} K)"


def conclusion(fit):
    """Return one sentence: what these points decide, and what they do not."""
    said = [_of_mu(fit)]
    if fit["atlas"] is None:
        said.append(f"J0/h0 is not fitted, {fit['atlas_why']}")
    else:
        said.append(_of_coupling(fit["atlas"]))
    return ", and ".join(said) + "."


def _of_mu(fit):
    free, judged = fit["mu_free"], verdict(fit)
    shown = format_parameter(free, "mu")
    if judged == VOID and not fit["errors_given"]:
        moved = moves(fit, "mu", free) or moves(fit, J0_OVER_H0, fit["atlas"]["model"])
        return f"{moved} with the upper end of the window, and the points have no errors to judge a window by: µ is not decided"
    if judged == VOID:
        chi2 = format_reduced_chi2(free)
        return f"neither Eq. (3) nor the STM describes the points (χ²/dof = {chi2}): µ = {shown} decides nothing"
    state = free["states"].get("mu")
    if state in (intervals.NOT_CONSTRAINED, intervals.AT_BOUND):
        return f"µ is {shown} by these points" if state == intervals.NOT_CONSTRAINED else f"µ ends {shown}"
    if judged == FAVOURED:
        but = ", but moves with the window" if (fit.get("drifts") or {}).get("mu") else ""
        return f"µ = {shown} is favoured over the STM (ΔAIC = {format_value(fit['delta_aic'], 3)}){but}"
    return f"µ = {shown} is not told from the STM (ΔAIC = {format_value(fit['delta_aic'], 2)})"


def _of_coupling(atlas):
    model = atlas["model"]
    shown = format_parameter(model, J0_OVER_H0)
    if atlas["rejected"] and not model["errors_given"]:
        return "neither is J0/h0"
    if atlas["rejected"]:
        return f"no J0/h0 of the atlas describes them (χ²/dof = {format_reduced_chi2(model)})"
    state = model["states"].get(J0_OVER_H0)
    if state == intervals.NOT_CONSTRAINED:
        return "J0/h0 is not constrained"
    sign = "" if shown[0] in "<>" else "= "
    down, up = atlas["h0_range"]
    shifts = f"+{format_value(up)} {MINUS}{format_value(abs(down))} for a factor of two in h0"
    return f"J0/h0 {sign}{shown} with h0 = {atlas['h0_K']:g} K ({shifts})"
