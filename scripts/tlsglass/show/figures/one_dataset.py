"""One dataset: its points and fits, µ against the window, and the parameter that is tied most to µ."""

from tlsglass.show import panels as parts
from tlsglass.show import style


def draw(fits, points, curves, windows, panels=(1,)):
    """Each argument holds one item, that of the dataset."""
    (fit,), (scan,) = fits, windows
    correlated = bool(fit["mu_free"]["correlations"].get("mu")) and None not in fit["mu_free"]["intervals"]["mu"]
    figure = style.Figure(1 + (len(scan) > 0) + correlated, width="double", height=2.3)
    remaining = iter(figure.panels)
    parts.data_and_fits(next(remaining), [(fit, points[0], curves[0])], alone=True)
    if len(scan):
        parts.window_scan(next(remaining), fit, scan)
    if correlated:
        parts.correlated(next(remaining), fit)
    for panel in figure.panels:
        panel.letter_at()
    return figure
