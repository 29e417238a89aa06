"""Minification of the SVG files of matplotlib, with fallback fonts."""

import re

FONTS = "'DejaVu Sans', Verdana, Arial, sans-serif"  # the letters of Verdana are nearly as wide
_GEOMETRY = re.compile(r'(?<=[ \n])(d|x|y|x1|x2|y1|y2|width|height|points|transform)="([^"]*)"')
_NUMBER = re.compile(r"-?\d+\.\d{3,}(?!\d*e)")


def minify_svg(text: str, digits: int = 2) -> str:
    """Return an SVG of matplotlib with coordinates rounded to ``digits`` decimals of a point, and with fallback fonts.

    Removes line breaks, comments, metadata, empty groups, unused ids, zero rotations and repeated styles. The fonts are
    declared once, at the root.
    """

    def round_number(match: re.Match[str]) -> str:
        short = f"{float(match.group()):.{digits}f}".rstrip("0").rstrip(".")
        return "0" if short in ("-0", "") else short

    def round_geometry(match: re.Match[str]) -> str:
        if "scale(" in match.group(2) or "matrix(" in match.group(2):
            return match.group()
        short = _NUMBER.sub(round_number, match.group(2))
        if match.group(1) == "d":
            short = re.sub(r" ?([A-Za-z]) ?", r"\1", " ".join(short.split()))
        return f'{match.group(1)}="{short}"'

    text = re.sub(r"\n +", "\n", re.sub(r"<!--.*?-->\n?", "", text, flags=re.DOTALL))
    text = _GEOMETRY.sub(round_geometry, text)
    used_ids = set(re.findall(r"#([\w.-]+)", text))
    styles = dict(re.findall(r'<path id="([^"]+)"[^>]*style="([^"]*)"', text))
    text = re.sub(r' id="([^"]+)"', lambda match: match.group() if match.group(1) in used_ids else "", text)
    text = _remove_bare_groups(text)
    text = re.sub(
        r'(<use xlink:href="#([^"]+)"[^>]*?) style="([^"]*)"',
        lambda match: match.group(1 if styles.get(match.group(2)) == match.group(3) else 0),
        text,
    )
    text = re.sub(r"font: ([^;\"]*?)'DejaVu Sans'(, [^;\"]*)?(?=[;\"])", rf"font: \1{FONTS}", text)
    text = re.sub(r"font-family: ?'?DejaVu Sans'?(, [^;\"]*)?(?=[;\"])", f"font-family: {FONTS}", text)
    text = re.sub(rf"; font-family: {FONTS}|font-family: {FONTS}; ", "", text)
    text = re.sub(r' transform="rotate\(-?0 [^"]*\)"', "", text)
    text = re.sub(r"<metadata>.*?</metadata>\n?", "", text, flags=re.DOTALL)
    return text.replace("<svg ", f'<svg font-family="{FONTS}" ', 1).replace(">\n<", "><")


def _remove_bare_groups(text: str) -> str:
    """Return an SVG in which groups without attributes are replaced by their content."""
    has_attributes: list[bool] = []  # of the groups that are open

    def remove_tag(match: re.Match[str]) -> str:
        if match.group() == "</g>\n":
            return match.group() if has_attributes.pop() else ""
        has_attributes.append(match.group() != "<g>\n")
        return match.group() if has_attributes[-1] else ""

    return re.sub(r"<g(?: [^>]*[^/>])?>\n|</g>\n", remove_tag, re.sub(r"<g/>\n", "", text))
