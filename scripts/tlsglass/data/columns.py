"""What the header of a table says: the quantity of each column, its unit, its form (κ/T², 1/Q, log10 κ, Q⁻¹ × 10⁴), errors.

The Snakefile reads this module: no numpy.
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass, replace

from tlsglass.base import stats
from tlsglass.data import units
from tlsglass.data.read_table import Table
from tlsglass.models import registry

GREEK = {"κ": "kappa", "λ": "lambda", "σ": "sigma", "δ": "delta", "Δ": "delta", "ε": "eps", "τ": "tau", "ν": "nu", "ƒ": "f"}
GREEK |= {"ω": "omega", "ζ": "zeta", "ρ": "rho", "γ": "gamma", "Λ": "lambda", "ℓ": "ell", "±": " error "}
GREEK |= {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"}
RELATIVE_MODULUS = r"(d|delta)(?P<modulus>[egmy])over(?P=modulus)0?"  # dE/E = 2 dv/v
QUANTITIES = {  # of the letters and digits of a name in lower case, without Greek
    "T": r"t(emp(s|eratur(es?|a)?)?)?(\d{0,2}|bar|mean|avg?|sample|mx?c|mix|bath|stage|probe|m?k|cold|hot)"
    r"|(sample|mean|average|avg|bath|stage|probe|mx?c|mixingchamber|base|plate|cryostat)temp(erature)?",
    "kappa": r"kappa\w*|k(th|tot|lattice)?|lambda(th)?|cond(uctivity)?|(thermal)?conduct\w*|thermalcond|waermeleitfaehigkeit",
    "C": r"c|cp|cv|cpv|ctot|specificheat\w*|(samp(le)?)?(hc|heatcap(acity)?)|spezifischewaerme|waermekapazitaet",
    "velocity": r"(d|delta)?v(over)?v0?|(delta|relative)?soundvelocity\w*|dvv|(d|delta)c(over)?c0?"
    rf"|{RELATIVE_MODULUS}",
    "permittivity": r"(d|delta)?eps(ilon)?r?((over)?eps(ilon)?[r0]?)?|dielectric\w*|permittivity|(d|delta)cap(over)?cap",
    "shift": r"(d|delta)f[r0]?(over)?f?[r0]?|x?fractional(frequency)?shift|(relative)?(frequency)?shift",
    "frequency": r"f|f[0rc]\d?|fres\d?|freqs?|frequen(cy|z|ce|cia)|resonance(frequency)?|resonanzfrequenz|nu0?",
    "Qc": r"q(c|ext|e|coupling|cabs)|qcoupl\w*",
    "Ql": r"q(l|r|loaded|load|tot|total)",
    "Q": r"q(i|int(ernal|rinsic)?|u|unloaded|tls|m|mech)?\d?|qualityfactor|guete",
    "loss": r"tand(elta)?\w*|(internal)?loss(tan(gent)?)?|internalfriction"
    r"|dissipation|damping(ratio)?|zeta|(log(arithmic)?)?decrement|verlust\w*|delta(i|int|tls)",
    "power": r"p(ower)?(dbm|in|app|vna|rf|read|readout|chip|device|sample|feed|feedline|w)?|leistung|pwr"
    r"|(vna|rf|source|in|input|drive|readout|read|applied|probe|generator|feedline|microwave|mw|chip)(power|pwr)(dbm)?",
    "time": r"(waiting|elapsed|measuring|measurement)?time|zeit|dauer|delay",
    "photons": r"n(bar|ph|photons?|avg|mean)?|nphotons?|photons?(number)?|meanphotonnumber",
}
OBSERVABLES = {  # quantities that each observable is made of
    "thermal_conductivity": ("kappa",),
    "specific_heat": ("C",),
    "sound_velocity": ("velocity", "shift"),
    "dielectric_constant": ("permittivity",),
    "internal_friction": ("loss", "Q"),
    "resonator_frequency": ("frequency", "shift"),
    "resonator_loss": ("loss", "Q"),
}
for _name, _entry in registry.OBSERVABLES.items():
    if _entry.column_pattern:
        QUANTITIES[_name] = _entry.column_pattern
        OBSERVABLES[_name] = (_name,)
OBSERVABLES["qubit_relaxation"] += ("time",)  # T1
ERROR_WORD = (
    r"(?:std_?err|error[ _-]?bars?|errors?|err|sigma|std(?:ev|\.?[ _]?dev)?|sd|s\.[ ]?d\.?|sem|s\.[ ]?e\.(?:[ ]?m\.?)?|se"
    r"|unc(?:ertainty|ert)?|standard[ _-]?(?:error|deviation|uncertainty)"
    r"|(?:mess|standard)?(?:fehler|unsicherheit)|standardabweichung|st(?:d|and)?abw\.?"
    r"|erreur|incertitude|ecart[ -]type|errore|incertezza|incertidumbre|desviacion|\+/-|\+-)"
)
ERROR = re.compile(
    rf"(?<![a-z]){ERROR_WORD}(?![a-z])|(?<=[a-z0-9])(?:err|error|sigma|fehler)$|^(?:err|sigma)(?=(?:[a-z]|kappa|lambda|eps|tau|nu)\d?(?:$|/))"
    r"|^(?:err|error|sigma|std|unc)(?=(?-i:[A-Z]))"  # errKappa
    r"|^(?-i:u)_?c?(?=\()",  # u(kappa), the symbol of a standard uncertainty
    re.I,
)
RELATIVE = re.compile(rf"(?<![a-z])(rel|relative|relativer?|frac(tional)?)(?![a-z])|(rel|frac)(?=[ _.]*{ERROR_WORD})", re.I)
ABSOLUTE = re.compile(r"(?<![a-z])abs(olute?r?)?(?![a-z])\.?", re.I)
PERCENT_WORD = re.compile(r"(?<![\d])(?<!\d )%|(?<![a-z])(percent|pct|prozent)(?![a-z])", re.I)
# how many standard errors: 2 sigma, 2σ, k=2, 95 % CI
COVERAGE = re.compile(
    r"(?<![\d.])([123])[ _-]?(?:sigma|sd|std)(?![a-z])|k ?= ?([123])(?![\d.])|(?<!\d)(68|90|95|99) ?%"
    r"|^(?:u|ci)_?(68|90|95|99)(?!\d)",
    re.I,
)
CONFIDENCE = re.compile(r"(?<![a-z])(cl|ci|conf(idence)?)(?![a-z])( ?(level|limits?|interval))?", re.I)
STANDARD_ERRORS = {"1": 1.0, "2": 2.0, "3": 3.0, "68": 1.0, "90": 1.645, "95": stats.NORMAL_95, "99": 2.576}
VARIANCE = re.compile(r"(?<![a-z])var(iance)?(?![a-z])|sigma\s*(\^2|²|2)|(?<![a-z])(std|err(or)?|sd)\s*(\^2|²)|varianz", re.I)
OVER_T = re.compile(
    r"^(.+?)\s*(?:/|_over_|over)\s*T(?:_?K)?\s*(?:\^?\(?([123])\)?)?$|^(k|kappa|C|c)oT([23]?)$|^(.+?)[\s*]\s*T\s*\^\(?-([123])\)?$"
)
LOGARITHM = re.compile(r"^(log[_ ]?10|lg|log|ln)(?!\w* ?decrement)[\s_(]*([^\s_(].*?)\)?$", re.I)
INVERSE = re.compile(
    r"^(?:1\s*/|inv(?:erse)?[_\s]*|one_over_|recip(?:rocal)?_)\s*\(?(.+?)\)?$|^(.+?)[_\s]*(?:\^\s*\(?-1\)?|_inv|inv)$|^(Q[a-z_]*)-1$",
    re.I,
)
POWER = re.compile(r"^(\S+?)\s*\^\s*\(?([-]?[1234])\)?$")
SCALE = rf"(?:{units.POWER_OF_TEN}|1(0{{2,12}}))"  # 10^4, 1e4, 10000
SCALED = re.compile(rf"^(.+?)\s*[x*]\s*{SCALE}$")
DIVIDED = re.compile(r"^(.+?)\s*/\s*1(0{1,9})$")  # Qi/1000
SCALE_OVER = re.compile(rf"^{SCALE}\s*/\s*(\D.*)$")  # 1000/Q
SCALE_FIRST = re.compile(rf"^{SCALE}\s*[x*]?\s*(\D.*)$")
PERCENT = ("%", "percent")
DEX = "dex"  # the error of a decimal logarithm
Q_MULTIPLES = {"k": "10^3", "M": "10^6"}  # Qi (k)
NO_VALUES = ("Qc", "Ql", "power", "photons")  # quantities that no observable is made of
POSSIBLE_ERROR = re.compile(  # or a change, a linewidth
    r"weight|ivar|^u(?=[_(\s\d])|conf(?!ig)|(?<![a-z])(ci|mad|iqr)(?![a-z])|^ci_?\d|^(?P<change>d|delta)_?"
    r"|(?<![a-z])(lower|upper)(?![a-z])|accura|precision|toleran|deviation|abweichung|genauigkeit|(?<![a-z])ecart",
    re.I,
)
# names from which errors may follow
SCATTER = re.compile(r"(?<![a-z_])rms|noise|scatter|spread|sqrt|√|(?<![a-z])(snr|w)(?![a-z])", re.I)
LIMITS = ("min", "max", "lo", "hi", "low", "high", "lower", "upper", "plus", "minus", "up", "down")  # of an interval
OPPOSITE = re.compile(  # -df/f, 1 - f/f0, (f0 - f)/f0, |df/f|
    r"^\s*-\s*[^\W\d]|^\s*\(?\s*1\s*-\s*[^\W\d]|([a-z])_?\(?0\)?\s*-\s*\1(?!_?\(?0)|^\s*\|.*\|\s*$|^abs\(", re.I
)
# T+1, T - 0.3; the 2 of T - 2 may be its number
SHIFTED = re.compile(r"\(?\s*[^\W\d_]\w*\s*(?:\+\s*\d+(?:\.\d*)?|\s-\s*\d*\.\d+)\s*\)?")
DIFFERENCE = re.compile(r"^[\s(]*f\S*\s*-", re.I)  # f - f0
MULTIPLE = re.compile(r"([2-9])\s*[*]?\s*([^\W\d_].*)")  # 2 df/f
ABSOLUTE_CHANGE = re.compile(r"(d|delta)(eps(ilon)?r?|v|c|cap|f[0r]?)")
BRACKETS = {")": "(", "]": "["}
NO_TAILS = ("m", "s", "g", "h", "min", "1", "-")  # behind an underscore or a blank these are names rather than units


@dataclass(frozen=True)
class Form:
    """How the numbers y of a column follow from a quantity x: y = log(x^power / T^over_T)."""

    over_T: int = 0
    power: int = 1
    log: str = ""  # "log10", "ln", or "log" where the base is not known

    def __str__(self) -> str:
        text = "1/value" if self.power == -1 else f"value^{self.power}" if self.power != 1 else "value"
        text += f"/T^{self.over_T}" if self.over_T > 1 else "/T" if self.over_T else ""
        return f"{self.log}({text})" if self.log else text


def parse_form(text: str) -> Form | None:
    """Return the form that a text names, like kappa/T^2, 1/Q, log10, log10(value/T), T^2; None for anything else."""
    text = units.normalize_superscripts(text.strip())[:40]
    if text in ("log10", "ln"):
        return Form(log=text)
    form, stem = _form(text)
    return form if re.fullmatch(r"\w+(/\w+)?", stem) and form.log != "log" else None


@dataclass(frozen=True)
class Column:
    """Facts that the header states about a column. ``unit`` is None without a unit, or with several ``possible_units``."""

    name: str
    stem: str = ""  # letters and digits of the quantity's name, without unit, form and marks of an error
    quantity: str | None = None
    unit: str | None = None
    possible_units: tuple[str, ...] = ()  # between which the header does not decide
    units_differ: bool = False  # whether the name and the row below it state different units
    form: Form = Form()
    scale: float = 1.0  # a power of ten in the name outside of the unit: the column is the quantity times it
    is_error: bool = False
    relative: bool = False
    relative_in_name: bool = False  # not only by the unit %
    variance: bool = False
    coverage: float = 1.0  # how many standard errors the numbers are

    @property
    def has_no_unit(self) -> bool:
        """Whether the header states no unit at all."""
        return self.unit is None and not self.possible_units

    @property
    def unclear_unit(self) -> str:
        """A statement that the unit is not clear, with the possible units and the reason, if there are any."""
        alternatives = f" ({' or '.join(self.possible_units)})" if self.possible_units else ""
        reason = ": the header and the row below it state different units" if self.units_differ else ""
        return f"the unit of {self.name} is not clear{alternatives}{reason}"

    def ask_for_unit_in_header(self, example: str) -> str:
        """Return the request for a unit that no option specifies, with an example of a unit."""
        remedy = f"state it in the header, for example {without_unit(self.name)} ({example})"
        return f"{self.unclear_unit}; {'correct one of them' if self.units_differ else remedy}"

    @property
    def may_be_absolute(self) -> bool:
        """Whether the name is that of a change, as Δε or dv, which may not be a relative one."""
        return bool(ABSOLUTE_CHANGE.fullmatch(self.stem))

    def is_share_of(self, value: Column) -> bool:
        """Return whether the name is that of a relative error of ``value``: δκ/κ, sigma_kappa/kappa."""
        return bool(value.stem) and self.stem in {f"{mark}{value.stem}over{value.stem}" for mark in ("", "d", "delta", "u")}


def describe_columns(table: Table) -> dict[str, Column]:
    """Return the description of each column of a table, from its name and the unit below it.

    If this unit contradicts that in the name, both are possible units.
    """
    columns = {}
    for name in table.header:
        column = parse_name(name)
        below = table.unit_below(name)
        below = "" if below == "-" and column.unit else below
        if below and column.unit and not units.are_equal(below, column.unit):
            contradiction = replace(column, unit=None, possible_units=(column.unit, below), units_differ=True)
            columns[name] = replace(contradiction, relative=column.relative_in_name)
            continue
        relative = column.relative or (below in PERCENT and column.is_error)
        columns[name] = replace(column, unit=below, possible_units=(), relative=relative) if below else column
    return columns


def parse_name(name: str) -> Column:
    """Return what the name of a column says."""
    text = units.normalize_superscripts(name.strip()[:200])
    start = _last_bracket(text)
    log = re.fullmatch(r"(log_?10|lg|log|ln)\s*", text[:start], re.I) if start else None  # log10(T/mK)
    text, unit = _without_unit(text[start + 1 : -1] if start and log else text)
    text = f"{log.group(1)} {text}" if log else text
    text, scale = _without_scale(text)
    plain = latin_letters(text)
    variance = bool(VARIANCE.search(plain))
    is_error = _is_error(plain)
    relative_in_name = is_error and bool(RELATIVE.search(plain))
    if is_error and RELATIVE.fullmatch((unit or "").strip(". ")):
        relative_in_name, unit = True, None
    if is_error and unit is None and PERCENT_WORD.search(plain):
        plain, unit = PERCENT_WORD.sub("", plain), "%"
    relative = relative_in_name or (is_error and unit in PERCENT)
    in_brackets = latin_letters(unit or "")
    match = COVERAGE.search(plain) or COVERAGE.search(in_brackets)
    coverage = STANDARD_ERRORS[next(filter(None, match.groups()))] if match else 1.0
    if match and match.string == in_brackets:  # (2σ) or (2σ, mW/m/K)
        unit = CONFIDENCE.sub("", COVERAGE.sub("", in_brackets)).strip(" ,;()") or None
    if is_error:
        plain = _without_error(plain)
        plain = re.sub(r"\s*\((of|in)?\s*\)", "", re.sub(r"^\W*(of|in|von|der|in)\s", "", plain.strip()))
    plain = plain.strip(" _-.,:()[]")
    form, stem = _form(plain)
    stem = re.sub(r"[^a-z0-9]", "", stem.lower())
    quantity = parse_stem(stem)
    possible_units: tuple[str, ...] = ()
    thousands = re.fullmatch(r"(.+)_([kM])", plain) if quantity is None and unit is None else None
    if thousands and parse_stem(thousands[1]) in ("Q", "Ql", "Qc"):  # Qi_k, which may be a name or be in thousands
        stem, quantity = re.sub(r"[^a-z]", "", thousands[1].lower()), parse_stem(thousands[1])
        possible_units = (Q_MULTIPLES[thousands[2]], "dimensionless")
    multiple = MULTIPLE.fullmatch(plain) if quantity is None else None
    if multiple and (inner := parse_name(multiple[2])).quantity:
        form, stem, quantity, scale = inner.form, inner.stem, inner.quantity, scale * inner.scale * int(multiple[1])
    if quantity == "T" and ("time" in stem or (unit and units.convert_unit(unit, units.SECONDS))):
        quantity = "time"
    factors = {"decrement": math.pi, "dampingratio": 0.5, "zeta": 0.5}  # π/Q, 1/(2Q)
    scale *= next((factor for end, factor in factors.items() if stem.endswith(end)), 1.0)
    scale *= 2.0 if re.fullmatch(RELATIVE_MODULUS, stem) else 1.0
    if quantity in ("Q", "Ql", "Qc"):
        unit = Q_MULTIPLES.get(unit or "", unit)
    if quantity == "Q" and form.power == -1:
        quantity, form = "loss", replace(form, power=1)
    return Column(
        name,
        stem,
        quantity,
        unit=unit,
        possible_units=possible_units,
        form=form,
        scale=scale,
        is_error=is_error,
        relative=relative,
        relative_in_name=relative_in_name,
        variance=variance,
        coverage=coverage,
    )


def latin_letters(text: str) -> str:
    """Return a name with Greek letters spelled, and letters without their accents."""
    spelled = "".join(GREEK.get(x, x) for x in text)
    return "".join(x for x in unicodedata.normalize("NFKD", spelled) if not unicodedata.combining(x))


def _without_error(name: str) -> str:
    """Return the name without the words that make it one of an error."""
    for pattern in (COVERAGE, VARIANCE, ABSOLUTE, RELATIVE, ERROR):
        name = pattern.sub("", name)
    return name


def may_be_error(name: str) -> bool:
    """Return whether the name of a column is one of an error, or of a quantity from which errors may follow."""
    plain = latin_letters(without_unit(name))
    possible = POSSIBLE_ERROR.search(plain)
    return parse_name(name).is_error or bool(possible and not possible["change"]) or bool(SCATTER.search(plain))


def without_unit(name: str) -> str:
    """Return the name of a column without its unit."""
    return _without_unit(units.normalize_superscripts(name.strip()[:200]))[0]


def _is_error(name: str) -> bool:
    return bool(VARIANCE.search(name) or ERROR.search(name))


def _without_unit(text: str) -> tuple[str, str | None]:
    """Return (name, unit) of a header: kappa (W/(m K)), T[K], T / mK, "T, K", kappa_W_per_m_K, P_dBm."""
    argument = re.fullmatch(r"(.*\w)\s*\(T\)(.*)", text)
    if argument and parse_stem(argument[1]):  # Q_i(T), f(T) [GHz]
        text = argument[1] + argument[2]
    start = _last_bracket(text)
    if start is not None:
        inside, name = text[start + 1 : -1].strip(), text[:start].rstrip()
        is_operator = re.search(r"(log_?10|lg|ln|log|/|\^)$", name, re.I)
        opened = latin_letters(f"{name}(")
        is_bare = _is_error(opened) and not re.search(r"[^\W\d_]", _without_error(opened))  # sigma(T), rather than err Qi (k)
        is_argument = is_operator or (is_bare and _is_argument(inside))
        if name and not is_argument:
            return re.sub(r"\s+in$", "", name), inside
    tails = [(text[: match.start()], match.group(1)) for match in re.finditer(r"\s(?:in|/)\s+(?=(\S.*)$)", text)]
    words = list(re.finditer(r"(?<![*/,\s])\s+(?=([^\W\d_°][^\s]*.*)$)", text))
    tails += [(text[: match.start()], match.group(1)) for match in words if not re.match(r"x\b|in\b", match.group(1))]
    match = re.search(r"\s*[/,]\s*(\S.*)$", text)
    tails += [(text[: match.start()], match.group(1).strip())] if match else []
    parts = text.split("_")
    tails += [("_".join(parts[:k]), "_".join(parts[k:])) for k in range(1, len(parts)) if parts[0]]
    for name, tail in tails:
        is_time = tail in ("s", "min", "h") and parse_stem(name) == "time"
        is_apart = tail in Q_MULTIPLES and text[len(name) : len(name) + 1] != "_"
        is_multiple = is_apart and parse_stem(_without_error(latin_letters(name))) in ("Q", "Ql", "Qc")  # Qi / k
        is_unit = units.is_unit(tail) or is_multiple
        if (tail not in NO_TAILS or is_time) and name and is_unit:
            return name, tail[1:-1].strip() if _last_bracket(tail) == 0 else tail
    if text in ("%",):
        return "", text
    return text, None


def _is_argument(inside: str) -> bool:
    """Return whether brackets contain the quantity of an error or logarithm rather than a unit: sigma(T), err(f0)."""
    return not units.is_unit(inside) and (parse_stem(inside) or parse_name(inside).quantity) is not None


def parse_stem(text: str) -> str | None:
    """Return the quantity of a bare name."""
    stem = re.sub(r"[^a-z0-9]", "", latin_letters(text).lower())
    return next((key for key, pattern in QUANTITIES.items() if re.fullmatch(pattern, stem)), None)


def _last_bracket(text: str) -> int | None:
    """Return where the last bracket of a name opens, if it ends the name: brackets may contain others."""
    if not text or text[-1] not in BRACKETS:
        return None
    depth = 0
    for k in range(len(text) - 1, -1, -1):
        depth += (text[k] == text[-1]) - (text[k] == BRACKETS[text[-1]])
        if depth == 0:
            return k
    return None


def _without_scale(text: str) -> tuple[str, float]:
    """Return (name, power of ten) of Q^-1 * 10^4 or 1e6 df/f."""
    match = SCALED.match(text)
    if match:
        name, *power = match.groups()
        return name, _power_of_ten(*power)
    match = DIVIDED.match(text)
    if match:
        return match.group(1), 0.1 ** len(match.group(2))
    for pattern, form in ((SCALE_OVER, "1/"), (SCALE_FIRST, "")):
        match = pattern.match(text)
        if match:
            *power, name = match.groups()
            return form + name, _power_of_ten(*power)
    return text, 1.0


def _power_of_ten(exponent: str | None, exponent_of_e: str | None, zeros: str | None) -> float:
    """Return the number that the groups of ``SCALE`` match."""
    return 10.0 ** int(exponent or exponent_of_e or len(zeros or ""))


def _form(text: str) -> tuple[Form, str]:
    """Return (form, name of the quantity) of log10 kappa, kappa/T^2, 1/Q, T^2."""
    match = LOGARITHM.match(text)
    if match and match.group(2):
        inner, stem = _form(match.group(2).strip(" _)"))
        base = match.group(1).lower().replace("_", "").replace(" ", "")
        return replace(inner, log={"lg": "log10"}.get(base, base)), stem
    match = OVER_T.match(text)
    if match and match.group(1) not in ("1",):
        name, power, short, short_power, product, negative_power = match.groups()
        return Form(over_T=int(power or short_power or negative_power or 1)), name or short or product
    if re.fullmatch(r"(d|delta)?\s*\w+\s*/\s*\w+", text, re.I) and not text.startswith("1"):  # dv/v, df/f
        return Form(), text.replace("/", "over")
    match = INVERSE.match(text)
    if match:
        inner, stem = _form(next(filter(None, match.groups())))
        return (replace(inner, power=-inner.power), stem) if inner == Form(power=inner.power) else (Form(power=-1), stem)
    match = POWER.match(text)
    if match:
        return Form(power=int(match.group(2))), match.group(1)
    return Form(), text
