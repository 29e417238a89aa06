"""Vector graphics as they are published: small, text as text, with the fonts that stand in where ours is not installed."""

import re

FONTS = "'DejaVu Sans', Verdana, Arial, sans-serif"  # Verdana's letters are nearly as wide
_GEOMETRY = re.compile(r'(?<=[ \n])(d|x|y|x1|x2|y1|y2|width|height|points|transform)="([^"]*)"')
_NUMBER = re.compile(r"-?\d+\.\d{3,}(?!\d*e)")


def minify_svg(text, digits=2):
    """Return an SVG of matplotlib with coordinates of ``digits`` decimals (in points: 0.01 pt) and fonts that fall back.

    What only takes room goes: ends of lines, comments, metadata, groups of nothing, names that nobody looks for, turns by
    nothing, a look told twice. The fonts stand once, at the root.
    """

    def rounded(match):
        short = f"{float(match.group()):.{digits}f}".rstrip("0").rstrip(".")
        return "0" if short in ("-0", "") else short

    def geometry(match):
        if "scale(" in match.group(2) or "matrix(" in match.group(2):
            return match.group()
        short = _NUMBER.sub(rounded, match.group(2))
        if match.group(1) == "d":
            short = re.sub(r" ?([A-Za-z]) ?", r"\1", " ".join(short.split()))
        return f'{match.group(1)}="{short}"'

    text = re.sub(r"\n +", "\n", re.sub(r"<!--.*?-->\n?", "", text, flags=re.DOTALL))
    text = _GEOMETRY.sub(geometry, text)
    named = set(re.findall(r"#([\w.-]+)", text))
    looks = dict(re.findall(r'<path id="([^"]+)"[^>]*style="([^"]*)"', text))
    named |= set(re.findall(r"axes_\d+", text))  # the page looks for its panels
    text = re.sub(r' id="([^"]+)"', lambda match: match.group() if match.group(1) in named else "", text)
    text = _without_bare_groups(text)
    text = re.sub(
        r'(<use xlink:href="#([^"]+)"[^>]*?) style="([^"]*)"',
        lambda match: match.group(1 if looks.get(match.group(2)) == match.group(3) else 0),
        text,
    )
    text = re.sub(r"font: ([^;\"]*?)'DejaVu Sans'(, [^;\"]*)?(?=[;\"])", rf"font: \1{FONTS}", text)
    text = re.sub(r"font-family: ?'?DejaVu Sans'?(?=[;\"])", f"font-family: {FONTS}", text)
    text = re.sub(rf"; font-family: {FONTS}|font-family: {FONTS}; ", "", text)
    text = re.sub(r' transform="rotate\(-?0 [^"]*\)"', "", text)
    text = re.sub(r"<metadata>.*?</metadata>\n?", "", text, flags=re.DOTALL)
    return text.replace("<svg ", f'<svg font-family="{FONTS}" ', 1).replace(">\n<", "><")


def _without_bare_groups(text):
    """Return an SVG without the groups that have no attribute, and with what is in them."""
    kept = []

    def tag(match):
        if match.group() == "</g>\n":
            return match.group() if kept.pop() else ""
        kept.append(match.group() != "<g>\n")
        return match.group() if kept[-1] else ""

    return re.sub(r"<g(?: [^>]*[^/>])?>\n|</g>\n", tag, re.sub(r"<g/>\n", "", text))
