"""What the page opens with: the law µ(J0/h0) as a picture, and the few things in which paper and simulation differ."""

import re

from tlsglass.base.jackknife import format_with_error
from tlsglass.report import prose

PICTURE = (560.0, 380.0)  # width and height of the drawing, in its own units
MARGIN = (74.0, 16.0, 12.0, 56.0)  # left, right, top, bottom
TICKS = {"x": (0, 0.2, 0.4, 0.6, 0.8, 1.0, 1.2), "y": (0, 0.1, 0.2, 0.3, 0.4)}
ENDS = (1.25, 0.48)  # of the axes


def differences(card, topics, folder):
    """Return a sentence (HTML) for each of ``topics`` of which a claim differs, and one for each such claim of no topic.

    A topic has ``claims``, a regular expression of ids, and ``say``, a template of ``captions``.
    """
    left = list(card[card["verdict"] == "differs"].index)
    said = []
    for topic in topics:
        of_it = [k for k in left if re.match(topic["claims"], card.loc[k, "id"])]
        if of_it:
            said.append(prose.render_text(topic["say"], card, folder))
            left = [k for k in left if k not in of_it]
    generic = "{{ where }}, {{ claim }}: {{ ours(id) }}; the paper has {{ paper(id) }}."
    said += [prose.render_text(generic, card, folder, **card.loc[k, ["where", "claim", "id"]].to_dict()) for k in left]
    return said


def law(record):
    """Return the picture of µ(T → 0) against J0/h0, from the record beside ``figure_atlas_mu``: places in units of the drawing.

    ``points`` have x, y, low, high; ``paper`` x, y; ``line`` and ``band`` (a share of 0.3 about the line, as the claim is read)
    are paths; ``ticks`` have place and text.
    """
    shown = record[(record["panel"] == "a") & (record["kind"] == "points")]
    right, bottom = PICTURE[0] - MARGIN[1], PICTURE[1] - MARGIN[3]

    def x(value):
        return round(MARGIN[0] + (right - MARGIN[0]) * value / ENDS[0], 1)

    def y(value):
        return round(bottom - (bottom - MARGIN[2]) * min(max(value, 0.0), ENDS[1]) / ENDS[1], 1)

    simulated = shown[(shown["series"] == "simulated") & (shown["y"] + shown["y_err"] > 0)]
    most = ENDS[1]
    return {
        "box": f"0 0 {PICTURE[0]:g} {PICTURE[1]:g}",
        "frame": (MARGIN[0], MARGIN[2], right, bottom),
        "points": [(x(p.x), y(p.y), y(p.y - p.y_err), y(p.y + p.y_err)) for p in simulated.itertuples()],
        "paper": [(x(p.x), y(p.y)) for p in shown[shown["series"] == "paper"].itertuples()],
        "line": f"M{x(0)} {y(0)}L{x(most)} {y(most)}",
        "band": f"M{x(0)} {y(0)}L{x(most / 1.3)} {y(most)}H{x(most / 0.7)}Z",
        "ticks": {
            "x": [(x(value), f"{value:g}") for value in TICKS["x"]],
            "y": [(y(value), f"{value:g}") for value in TICKS["y"]],
        },
        "last": f"{simulated['x'].max():g}",
        "told": "; ".join(
            f"{p.x:g}: {format_with_error(p.y, p.y_err)}" for p in simulated[simulated["x"] >= 0.05].itertuples()
        ),
    }
