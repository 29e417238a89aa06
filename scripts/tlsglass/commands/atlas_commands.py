"""The commands ``tlsglass density`` and ``tlsglass predict``: n(T, E) and observables at any J0/h0, by the atlas."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from tlsglass.base import validation
from tlsglass.commands.command_options import check_picture, number
from tlsglass.model.parameters import H0_K
from tlsglass.models.observable import J0_OVER_H0

if TYPE_CHECKING:
    import pandas as pd

    from tlsglass.base.jackknife import JackknifeEstimate
    from tlsglass.base.types import FloatArray

ACOUSTIC = ("sound_velocity", "internal_friction")
UNITS = {  # of what `tlsglass predict` prints
    "thermal_conductivity": "arbitrary units",
    "specific_heat": "k_B per lattice site",
    "sound_velocity": "units of γ²/(L0 ρv²)",
    "internal_friction": "units of γ²/(L0 ρv²)",
}
MAX_POINTS, MAX_E_T = 10_000, 8.0
PREDICTED_K = (0.02, 1.0)
DESCRIPTIONS = {
    "density": """Print the density of states n(T, E) of the atlas, with one standard error, as CSV: energies in kelvin, n per
kelvin and lattice site. The line before it has B and µ of the fit of Eq. (3).""",
    "predict": """Print an observable of the atlas as a function of temperature, with a band, as CSV. The band contains the
standard error of the atlas and, if J0/h0 has bounds, all curves between them.""",
}
EXAMPLES = {
    "density": "example: tlsglass density --J0-over-h0 0.15 --T 0.1",
    "predict": "example: tlsglass predict thermal_conductivity --J0-over-h0 0.06 0.05 0.07 --through 1 0.045",
}


def add_commands(commands: Any) -> None:
    """Add both commands to the subparsers of ``tlsglass``."""
    density = commands.add_parser(
        "density",
        help="print the density of states n(T, E) at any J0/h0",
        usage="%(prog)s --J0-over-h0 X --T K [options]",
        description=DESCRIPTIONS["density"],
        epilog=EXAMPLES["density"],
    )
    density.set_defaults(run=_print_density)
    where = density.add_argument_group("where")
    where.add_argument("--J0-over-h0", type=number, required=True, metavar="X", help="ratio of interaction to random field")
    where.add_argument("--T", type=number, required=True, metavar="K", help="temperature in kelvin")
    where.add_argument(
        "--E", type=number, nargs=2, metavar=("LOW", "HIGH"), help=f"range of energies in kelvin (default: 0 to {MAX_E_T:g} T)"
    )
    _add_common_options(density)
    predict = commands.add_parser(
        "predict",
        help="print an observable as a function of T at any J0/h0",
        usage="%(prog)s OBSERVABLE --J0-over-h0 X [LOW HIGH] [options]",
        description=DESCRIPTIONS["predict"],
        epilog=EXAMPLES["predict"],
    )
    predict.set_defaults(run=_print_prediction)
    arguments = predict.add_argument_group("quantity and temperatures")
    arguments.add_argument("observable", choices=list(UNITS), metavar="OBSERVABLE", help=", ".join(UNITS))
    ratio_help = "ratio of interaction to random field, or three numbers: the ratio, its low and its high bound"
    arguments.add_argument("--J0-over-h0", type=number, nargs="+", required=True, metavar="X", help=ratio_help)
    low, high = PREDICTED_K
    temperatures_help = f"range of temperatures in kelvin (default: {low:g} to {high:g})"
    arguments.add_argument(
        "--temperatures", type=number, nargs=2, default=PREDICTED_K, metavar=("LOW", "HIGH"), help=temperatures_help
    )
    arguments.add_argument("--T0", type=number, metavar="K", help=f"(ω/A)^(1/3) in kelvin; needed for {' and '.join(ACOUSTIC)}")
    through_help = "scale the curve so that it has this value at this temperature, such as a measured one"
    arguments.add_argument("--through", type=number, nargs=2, metavar=("K", "VALUE"), help=through_help)
    _add_common_options(predict)


def _add_common_options(command: argparse.ArgumentParser) -> None:
    model = command.add_argument_group("model")
    model.add_argument("--h0", type=number, default=H0_K, metavar="K", help=f"random field in kelvin (default: {H0_K:g})")
    model.add_argument(
        "--interaction", metavar="NAME", help="interaction of the TLSs, docs/interactions.md (default: gaussian)"
    )
    output = command.add_argument_group("output")
    output.add_argument("--points", type=int, default=33, metavar="N", help="number of points (default: 33)")
    output.add_argument("--json", action="store_true", help="print JSON instead of CSV")
    output.add_argument("--figure", metavar="FILE", help="also draw a picture: .svg, .png or .pdf")


def density_table(J0_over_h0: float, T_K: float, E_K: FloatArray, h0_K: float, interaction: str | None = None) -> pd.DataFrame:
    """Return n(T, E) of the atlas with one standard error at the energies ``E_K``, per kelvin and lattice site."""
    import pandas as pd

    from tlsglass.atlas import api

    n, error = api.density(E_K, T_K, J0_over_h0 * h0_K, h0_K, interaction=interaction)
    return pd.DataFrame({"E_K": E_K, "n": n, "n_err": error})


def prediction_table(
    observable: str,
    ratios: list[float],
    T_K: FloatArray,
    h0_K: float,
    T0_K: float | None = None,
    through: tuple[float, float] | None = None,
    interaction: str | None = None,
) -> pd.DataFrame:
    """Return an observable against T with a band, from the atlas.

    Parameters
    ----------
    observable
        One of ``UNITS``.
    ratios
        J0/h0, or J0/h0 with its lower and upper bound, over which the band extends. The standard error of the atlas is part of
        the band.
    T_K
        Temperatures in kelvin.
    h0_K
        Random field in kelvin.
    T0_K
        (ω/A)^(1/3) in kelvin, for observables of sound: the only combination of ω and A that matters.
    through
        Temperature and value to which each curve is scaled.
    interaction
        Interaction of the TLSs, by default "gaussian".
    """
    import numpy as np
    import pandas as pd

    def evaluate(ratio: float, T: FloatArray) -> JackknifeEstimate:
        return _function_of(observable, T0_K)(T, ratio * h0_K, h0_K=h0_K, interaction=interaction)

    curves = []
    for ratio in ratios:
        estimate = evaluate(ratio, T_K)
        if through is not None:
            at, value = through
            # the scale has the error of the curve at that temperature, which is correlated with that of the others
            joint = evaluate(ratio, np.append(T_K, at))
            estimate = joint[:-1] * (value / joint[-1:])
        curves.append(estimate)
    low = np.min([curve.value - curve.error for curve in curves], axis=0)
    high = np.max([curve.value + curve.error for curve in curves], axis=0)
    return pd.DataFrame({"T_K": T_K, observable: curves[0].value, "low": low, "high": high})


def _function_of(observable: str, T0_K: float | None) -> Callable[..., JackknifeEstimate]:
    """Return an observable as a function of T, J0, h0, all in kelvin, and of the interaction."""
    from tlsglass.atlas import api

    if observable in ACOUSTIC:
        assert T0_K is not None
        of_sound = api.sound_velocity if observable == "sound_velocity" else api.internal_friction
        return partial(of_sound, omega=T0_K**3, A=1.0)
    return api.specific_heat if observable == "specific_heat" else api.thermal_conductivity


def _print_density(args: argparse.Namespace) -> None:
    import numpy as np

    from tlsglass.atlas import api
    from tlsglass.base.jackknife import format_with_error
    from tlsglass.dos.fits import EQ3_WINDOW_T

    _check_common(args, [args.J0_over_h0], [args.T])
    low, high = args.E or (0.0, MAX_E_T * args.T)
    if not 0 <= low < high:
        raise validation.InputError(f"tlsglass density: --E {low:g} {high:g}: must ascend from 0 or above")
    table = density_table(args.J0_over_h0, args.T, np.linspace(low, high, args.points), args.h0, args.interaction)
    fit = api.eq3(args.T, args.J0_over_h0 * args.h0, args.h0, interaction=args.interaction)
    values = {name: (float(estimate.value), float(estimate.error)) for name, estimate in (("B", fit.B), ("mu", fit.mu))}
    if args.figure:
        _draw(args.figure, table, ("E_K", "n"), ("E (K)", "n(T, E) (1/K per lattice site)"))
    if args.json:
        head = {J0_OVER_H0: args.J0_over_h0, "T_K": args.T, "h0_K": args.h0}
        eq3 = {name: {"value": value, "error": error} for name, (value, error) in values.items()}
        print(json.dumps(head | {"eq3": eq3} | table.to_dict("list"), indent=1, ensure_ascii=False))
        return
    B, mu = (format_with_error(*values[name]) for name in ("B", "mu"))
    window = f"0 < E < {EQ3_WINDOW_T:g} T"
    print(f"# Eq. (3) on {window}: B = {B} per kelvin and lattice site, µ = {mu}; n per kelvin and lattice site")
    print(table.to_csv(index=False, float_format="%.6g"), end="")


def _print_prediction(args: argparse.Namespace) -> None:
    import numpy as np

    name = f"tlsglass predict: --J0-over-h0 {' '.join(f'{ratio:g}' for ratio in args.J0_over_h0)}"
    if len(args.J0_over_h0) not in (1, 3):
        raise validation.InputError(f"{name}: must be one number, or three: the ratio and its low and high bound")
    if len(args.J0_over_h0) == 3 and not args.J0_over_h0[1] <= args.J0_over_h0[0] <= args.J0_over_h0[2]:
        raise validation.InputError(f"{name}: the ratio must lie between its bounds")
    if (args.observable in ACOUSTIC) != (args.T0 is not None):
        raise validation.InputError(f"tlsglass predict: --T0: must be given for {' and '.join(ACOUSTIC)}, and only for them")
    if args.T0 is not None and not 1e-6 <= args.T0 <= 1e3:
        raise validation.InputError(f"tlsglass predict: --T0 {args.T0:g}: must be 1e-06 to 1000 K")
    low, high = args.temperatures
    if not 0 < low < high:
        raise validation.InputError(f"tlsglass predict: --temperatures {low:g} {high:g}: must ascend and be positive")
    if args.through and (args.observable == "sound_velocity" or args.through[1] <= 0):
        raise validation.InputError("tlsglass predict: --through: must be positive, and is not for sound_velocity")
    _check_common(args, args.J0_over_h0, [low, high, *(args.through or [])[:1]])
    T_K = np.geomspace(low, high, args.points)
    T_K[[0, -1]] = low, high  # without rounding errors, which would leave the range of the atlas
    table = prediction_table(args.observable, args.J0_over_h0, T_K, args.h0, args.T0, args.through, args.interaction)
    unit = "scaled" if args.through else UNITS[args.observable]
    if args.figure:
        axis_labels = "T (K)", f"{args.observable.replace('_', ' ')} ({unit})"
        _draw(args.figure, table, ("T_K", args.observable), axis_labels, logarithmic=True)
    if args.json:
        head = {J0_OVER_H0: args.J0_over_h0, "h0_K": args.h0, "unit": unit}
        print(json.dumps(head | table.to_dict("list"), indent=1, ensure_ascii=False))
        return
    print(f"# {args.observable}: {unit}")
    print(table.to_csv(index=False, float_format="%.6g"), end="")


def _check_common(args: argparse.Namespace, ratios: list[float], temperatures_K: list[float]) -> None:
    """Refuse what the atlas does not have, and numbers of points that make no sense."""
    from tlsglass.atlas import api

    if not 1e-3 <= args.h0 <= 1e6:
        raise validation.InputError(f"tlsglass: --h0 {args.h0:g}: must be 0.001 to 1e+06 K")
    if not 2 <= args.points <= MAX_POINTS:
        raise validation.InputError(f"tlsglass: --points {args.points}: must be 2 to {MAX_POINTS}")
    check_picture(args.figure)
    if args.interaction not in (None, *api.interactions()):
        allowed = ", ".join(api.interactions())
        raise validation.InputError(f"tlsglass: --interaction {args.interaction}: must be one of {allowed}")
    (coldest, warmest), (_, strongest) = api.limits(args.h0, interaction=args.interaction).values()
    for ratio in ratios:
        if not 0 <= ratio * args.h0 <= strongest:
            raise validation.InputError(f"tlsglass: --J0-over-h0 {ratio:g}: the atlas has 0 to {strongest / args.h0:g}")
    for T in temperatures_K:
        if not coldest <= T <= warmest:
            raise validation.InputError(
                f"tlsglass: {T:g} K: with h0 = {args.h0:g} K the atlas has {coldest:g} to {warmest:g} K"
            )


def _draw(
    path: str, table: pd.DataFrame, columns: tuple[str, str], axis_labels: tuple[str, str], logarithmic: bool = False
) -> None:
    """Draw a curve of a table with its band."""
    from tlsglass.plotting import style

    x, y = columns
    low, high = (
        (table["low"], table["high"]) if "low" in table else (table[y] - table[f"{y}_err"], table[y] + table[f"{y}_err"])
    )
    figure = style.Figure()
    (panel,) = figure.panels
    panel.band(table[x], table[y], low, high, y, style.BLUE)
    panel.axes.set(xlabel=axis_labels[0], ylabel=axis_labels[1])
    if logarithmic:
        panel.logarithmic("x")
        if (low > 0).all():
            panel.axes.set_yscale("log")
    figure.save_picture(path)
