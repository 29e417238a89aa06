"""Vector graphics as they are published: small, text as text, with the fonts that stand in where ours is not installed."""

import re

FONTS = "'DejaVu Sans', Verdana, Arial, sans-serif"  # Verdana's letters are nearly as wide
_GEOMETRY = re.compile(r'(?<=[ \n])(d|x|y|x1|x2|y1|y2|width|height|points|transform)="([^"]*)"')
_NUMBER = re.compile(r"-?\d+\.\d{3,}(?!\d*e)")


def tidy(text, digits=2):
    """Return an SVG of matplotlib with coordinates of ``digits`` decimals (in points: 0.01 pt) and fonts that fall back."""

    def rounded(match):
        short = f"{float(match.group()):.{digits}f}".rstrip("0").rstrip(".")
        return "0" if short in ("-0", "") else short

    def geometry(match):
        if "scale(" in match.group(2) or "matrix(" in match.group(2):
            return match.group()
        return f'{match.group(1)}="{_NUMBER.sub(rounded, match.group(2))}"'

    text = _GEOMETRY.sub(geometry, text)
    text = re.sub(r"font: ([^;\"]*?)'DejaVu Sans'(, [^;\"]*)?(?=[;\"])", rf"font: \1{FONTS}", text)
    return re.sub(r"font-family: ?'?DejaVu Sans'?(?=[;\"])", f"font-family: {FONTS}", text)
