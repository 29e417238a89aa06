"""A fit against the window of temperatures that it is made in: how far an answer depends on a choice."""

from dataclasses import replace

import pandas as pd

from tlsglass.experiment import fits

LARGEST_ERROR = 1.0  # a window whose parameter is less certain than this says nothing
SCANNED = 20


def columns_of(parameter):
    """Return the columns of a scan."""
    return ["T_min_K", "T_max_K", "n_points", parameter, f"{parameter}_err", f"{parameter}_err_scaled", "misfit", "held"]


def scan(dataset, parameter="mu", own=None, fit=None, scanned=SCANNED):
    """Return ``parameter`` (µ or J0/h0) against both ends of the window, a row for each: T_min_K, T_max_K, n_points, the
    parameter, with _err and _err_scaled its errors (statistical and scaled, as in ``profile``), misfit, and what is held.

    The lower ends are that of the dataset's own window and its ``scan_from_K``; the upper ends run over the points, about
    ``scanned`` of them. Errors of the temperature are those along the slope of the fit. The bounds are those of the fit, and in
    its own window the row is the fit itself, ``own`` if it is given. In shorter windows, parameters that only the upper end
    holds (``Parameter.held``) keep their values of the fit; ``held`` names them. A series ends where too few points are left,
    or where they no longer hold the parameter. ``fit`` (dataset, start) takes the place of ``fits.fit`` without intervals.
    """
    fit = fit or (lambda window, start: fits.fit(window, start=start, intervals=False))
    columns = columns_of(parameter)
    dataset = fits.with_temperature_errors(dataset)
    if own is None:
        own = fit(dataset, None)
    if own.errors[parameter] == 0:
        return pd.DataFrame(columns=columns)
    given, last = dataset.info["parameters"], dataset.points.T_K[-1]
    held = {
        name: given.get(name, {}) | {"start": own.values[name], "fixed": True}
        for name, p in dataset.observable.parameters.items()
        if p.held and own.errors[name] != 0
    }
    rows = []
    for T_min in sorted({dataset.points.T_K[0], *dataset.info.get("scan_from_K", [])}):
        ends = {*dataset.whole.T_K[:: -max(1, len(dataset.whole.T_K) // scanned)], last}
        start = own.values
        for T_max in sorted(ends, reverse=True):
            now = held if T_max < last else {}
            window = replace(
                dataset, info=dataset.info | {"parameters": given | now}, points=dataset.whole.within(T_min, T_max)
            )
            n = len(window.points.T_K)
            if n <= sum(not term.fixed for term in fits.terms(window).values()) + 1:
                break
            one = own if T_max == last and T_min == dataset.points.T_K[0] else fit(window, start)
            error, scaled = one.errors[parameter], one.errors_scaled[parameter]
            if error is None or parameter in one.at_bounds or not scaled < LARGEST_ERROR:
                if T_max < last:
                    break
                continue
            names = ", ".join(now)
            rows.append((window.points.T_K[0], T_max, n, one.values[parameter], error, scaled, one.misfit, names))
            start = one.values
    return pd.DataFrame(rows, columns=columns).sort_values(["T_min_K", "T_max_K"])
