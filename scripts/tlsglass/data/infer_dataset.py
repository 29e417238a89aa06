"""Datasets from a table or from arrays, without a dataset.yaml: columns, units and forms are inferred where unambiguous."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import numpy.typing as npt

from tlsglass.base import validation
from tlsglass.data import convert, questions, units, validate
from tlsglass.data.columns import (
    DEX,
    DIFFERENCE,
    LIMITS,
    NO_VALUES,
    OBSERVABLES,
    OPPOSITE,
    PERCENT,
    POSSIBLE_ERROR,
    SHIFTED,
    Column,
    Form,
    describe_columns,
    latin_letters,
    parse_form,
    parse_stem,
    without_unit,
)
from tlsglass.data.dataset import Dataset, dataset_from_validated
from tlsglass.data.read_table import Table, parse_number
from tlsglass.models import registry
from tlsglass.models.observable import J0_OVER_H0, MAX_RELATIVE_CHANGE, Observable, Parameter

NO_ERRORS = "none"  # --error none: the errors are not in the table
DIMENSIONLESS = ("velocity", "permittivity", "shift", "loss", "Q")
QUBIT = "qubit_relaxation"
T1 = re.compile("t1(mean|avg|average|median)?")
TRANSFORMED = re.compile(r"(?<![A-Za-z])dB(?!m)|sqrt|√")
OVER_2_PI = re.compile(r"/\s*\(?2\s*[*·]?\s*(?:π|\\?pi)", re.I)
CAPACITANCE = re.compile(r"(?<=[\s_/,(\[])[afpnuµμm]?F[)\]]?$|farad")
PROBE_RATIO = 0.1  # largest relative difference of a resonator's frequency and --frequency


@dataclass(frozen=True)
class ReadingOptions:
    """What a user specifies of a table; None for what is inferred.

    ``error`` is a column, a quantity such as 50Hz or 1%, or "none"; ``temperature_error`` a column or 0.3mK+0.1%; ``time`` a
    column or 10s; ``fixed`` {name: value} of parameters; ``free`` names of optional ones; ``columns`` {"T", "value", "error":
    position from 1 or name} names columns by their positions.
    """

    observable: str | None = None
    temperature: str | None = None
    value: str | None = None
    error: str | None = None
    temperature_unit: str | None = None
    value_unit: str | None = None
    error_unit: str | None = None
    form: str | None = None
    inverse: bool = False
    frequency_Hz: float | None = None
    time: str | None = None
    relative_error: float | None = None
    temperature_error: str | None = None
    fixed: Mapping[str, float] | None = None
    free: Sequence[str] = ()
    window_K: Sequence[float] | None = None
    where: Mapping[str, str] | None = None
    h0_K: float | None = None
    interaction: str | None = None
    decimal: str | None = None
    skip_bad_rows: bool = False
    confirm: Sequence[str] = ()
    name: str = "data"


class _Inference:
    """The inference of one dataset: ``needed`` collects a text for each option that must be given."""

    def __init__(self, table: Table, options: ReadingOptions) -> None:
        self.table, self.options = table, options
        self.columns = describe_columns(table)
        if options.observable == QUBIT:  # T1 is no temperature here
            self.columns |= {c.name: replace(c, quantity="time") for c in self.columns.values() if T1.fullmatch(c.stem)}
        self.needed: list[str] = []
        self.data: dict[str, Any] = {}

    def infer(self) -> dict[str, Any]:
        """Return the content of a dataset.yaml."""
        options, table = self.options, self.table
        if options.relative_error is not None and options.error is not None:
            raise validation.InputError("--relative-error: --error names a column of errors already: give one of them")
        for option in ("temperature", "value", "error"):
            self._check_column(option)
        T = self._temperature()
        value = self._value()
        observable = self._observable(value)
        probe = options.frequency_Hz
        if probe is not None and observable and (not observable.probe or observable.is_timed):
            raise validation.InputError(f"--frequency: {observable.name} has no use for it")
        if options.time is not None and observable and not observable.is_timed:
            raise validation.InputError(f"--time: {observable.name} has no use for it")
        if observable and observable.is_timed:
            probe = self._time(observable)
        if T:
            self._temperature_unit(T)
        if observable and value:
            self._value_unit(observable, value, probe)
            if observable.probe and probe is None and not observable.is_timed:
                probe = self._probe(observable, value)
        elif observable and not options.value_unit:
            self.needed.append(f"--value-unit UNIT: its unit, like {' or '.join(observable.target_units)}")
        if value and observable:
            self._error(observable, value)
        if self.needed:
            columns = f"; the columns are {', '.join(table.header[:40])}" if any(" COLUMN: " in x for x in self.needed) else ""
            repeated = {name for name in table.header if table.header.count(name) > 1}
            columns += f"; there are several columns {', '.join(sorted(repeated))}" if columns and repeated else ""
            if not table.has_header and len(table.rows) < len(table.header):
                columns = "; the table has more columns than rows: a row for each temperature is needed"
            elif not table.has_header:
                columns = f"; the table has no header: name its {len(table.header)} columns by --columns T=1 value=2 error=3"
                if table.line_above:
                    number, fields = table.line_above
                    of_line = f"line {number} has {fields} field{'s' if fields > 1 else ''} and is no header"
                    columns = columns.replace("the table has no header", of_line)
            raise validation.InputError(f"{table.source}: {'; also '.join(self.needed)}{columns}")
        assert observable is not None
        info = _make_info(Path(table.source).name, observable, self.data, probe, options.name)
        settings = {"window_K": options.window_K, "h0_K": options.h0_K, "interaction": options.interaction}
        info |= {key: x for key, x in settings.items() if x is not None}
        info |= {"confirm": list(options.confirm)} if options.confirm else {}
        info["parameters"] |= _chosen_parameters(observable, options.fixed or {}, options.free)
        info["data"] |= {"where": dict(options.where)} if options.where else {}
        info["data"] |= {"decimal": options.decimal} if options.decimal else {}
        info["data"] |= {"skip_bad_rows": True} if options.skip_bad_rows else {}
        return info

    def _check_column(self, option: str) -> None:
        """Refuse an option that names no column, or one of several with the same name."""
        name = getattr(self.options, option)
        if name is None or (option == "error" and name not in self.table.header and self._error_quantity(name) is not None):
            return
        if self.table.header.count(name) != 1:
            why = "missing" if name not in self.table.header else "there are several of that name"
            columns = ", ".join(self.table.header[:40])
            raise validation.InputError(f"{self.table.source}: --{option}: column {name}: {why}; the columns are {columns}")

    def _free_columns(self) -> list[Column]:
        """Return the columns that no option names, and whose names are unique."""
        used = {*(self.options.where or {}), self.options.temperature, self.options.value, self.options.error}
        header = self.table.header
        return [self.columns[name] for name in header if name not in used and name and header.count(name) == 1]

    def _temperature(self) -> Column | None:
        """Return the column of the temperature."""
        if self.options.temperature:
            return self.columns[self.options.temperature]
        candidates = [c for c in self._free_columns() if c.quantity == "T" and not c.is_error]
        with_unit = [c for c in candidates if units.convert_unit(c.unit or "", units.TEMPERATURE, c.form.power)]
        candidates = with_unit if len(with_unit) == 1 else candidates
        candidates = [c for c in candidates if not SHIFTED.fullmatch(without_unit(c.name))] or candidates  # T rather than T+1
        plain = [c for c in candidates if c.form == Form() and c.scale == 1.0]  # T rather than 1/T
        candidates = plain if len(plain) == 1 else candidates
        if len(candidates) == 1:
            return candidates[0]
        self.needed.append("--temperature COLUMN: which column contains the temperature?")
        if not any(c.quantity == "T" and c.unit for c in self.columns.values()) and not self.options.temperature_unit:
            self.needed.append("--temperature-unit UNIT: its unit, like K or mK")
        return None

    def _value(self) -> Column | None:
        """Return the column of the measured quantity: the only one, or the only one that suits the observable.

        A quantity itself is preferred to a form of it, as κ to κ/T.
        """
        if self.options.value:
            return self.columns[self.options.value]
        name = self.options.observable or ""
        candidates = [c for c in self._free_columns() if not c.is_error and c.quantity != "T"]
        of_unit = [c for c in candidates if c.unit and name in registry.observable_names() and self._has_unit(name, c.unit, c)]
        candidates = [c for c in candidates if c.quantity not in NO_VALUES or c in of_unit]
        suitable = OBSERVABLES.get(name, tuple(q for known in OBSERVABLES.values() for q in known))
        known = [c for c in candidates if c.quantity in suitable and self._suits_its_unit(c)]
        known = known or of_unit
        known = [c for c in known if c.quantity != "time"] or known  # which may be T1 of a qubit, or when a point was measured
        known = [c for c in known if T1.fullmatch(c.stem)] or known  # rather than T2
        known = [c for c in known if c.stem != "q"] or known  # beside Qi, Q is the loaded one
        if len(candidates) > 1 and known:
            candidates = known
        plain = [c for c in candidates if c.form == Form()]
        candidates = plain if len(plain) == 1 else candidates
        if self.options.observable and len(candidates) > 1 and known:  # 1/Q is preferred to Q
            first = next((q for q in suitable if any(c.quantity == q for c in known)), None)
            candidates = [c for c in candidates if first is None or c.quantity == first]
        foreign = [
            c.name
            for c in candidates
            if name and not self.options.value_unit and c not in of_unit and self._is_of_another(c, suitable)
        ]
        if len(candidates) == 1 and not foreign:
            return candidates[0]
        if len(candidates) == 1:
            self.needed.append(
                f"--value COLUMN: {foreign[0]} is no {name} by its name: which column contains what was measured?"
            )
            return None
        loaded = [c.name for c in self._free_columns() if c.quantity == "Ql" and "Q" in suitable]
        why = f" (not {loaded[0]}: 1/Q_i = 1/Q_l − 1/Q_c)" if loaded and not candidates else ""
        self.needed.append(f"--value COLUMN: which column contains what was measured?{why}")
        return None

    def _is_of_another(self, column: Column, suitable: Sequence[str]) -> bool:
        """Return whether the name of a column is that of another observable; c and ΔC/C may be of a velocity."""
        known = {quantity for quantities in OBSERVABLES.values() for quantity in quantities} - {"time"}
        return column.quantity in known.difference(suitable) and not re.fullmatch("((d|delta)c(over)?)?c0?", column.stem)

    def _observable(self, value: Column | None) -> Observable | None:
        """Return the observable: that which the option names, or the only one that the name and unit of the column allow."""
        name = self.options.observable
        if name is not None and name not in registry.observable_names():
            raise validation.InputError(f"--observable {name}: must be one of {', '.join(registry.observable_names())}")
        if name is not None:
            return registry.get_observable(name)
        candidates = []
        if value is not None:
            unit = self.options.value_unit or value.unit or ""
            by_name = [name for name in registry.observable_names() if value.quantity in OBSERVABLES.get(name, ())]
            by_unit = [name for name in by_name or registry.observable_names() if self._has_unit(name, unit, value)]
            candidates = by_unit if unit else by_name
            if value.quantity == "frequency" and min(self._numbers(value), default=0.0) * self._hertz(value) < 1e7:
                candidates = []  # a vibrating reed, or a unit that is not known
        if len(candidates) == 1:
            return registry.get_observable(candidates[0])
        present = {column.quantity for column in self._free_columns() if not column.is_error}
        if present & {"frequency", "shift"} and present & {"loss", "Q"}:
            question = "resonator fits f and Q together, resonator_frequency or resonator_loss one of them"
        else:
            question = f"missing; one of {', '.join([*registry.observable_names(), 'resonator'])}"
        self.needed.insert(0, f"--observable: {question}")
        return None

    def _suits_its_unit(self, value: Column) -> bool:
        """Return whether a column has no unit, or one of an observable made of its quantity: κ in Hz is a line width."""
        names = [name for name in registry.observable_names() if value.quantity in OBSERVABLES.get(name, ())]
        return value.unit is None or any(self._has_unit(name, value.unit, value) for name in names)

    def _has_unit(self, name: str, unit: str, value: Column) -> bool:
        observable = registry.get_observable(name)
        if not unit or observable.units == ("dimensionless",):
            targets = (observable.probe_unit,) if observable.probe_unit and unit else ()
            return bool(targets and units.convert_unit(unit, targets)) or value.quantity in OBSERVABLES.get(name, ())
        power = -value.form.power if value.quantity == "time" else value.form.power
        return units.convert_unit(unit, observable.units, power, value.form.over_T) is not None

    def _hertz(self, value: Column) -> float:
        converted = units.convert_unit(self.options.value_unit or value.unit or "", units.HERTZ)
        return converted[0] if converted else 0.0

    def _numbers(self, column: Column) -> list[float]:
        """Return the finite numbers of a column, in the selected rows, other than 0."""
        numbers = self.table.numbers(column.name)
        selected = self.table.select(self.options.where or {})
        return [numbers[k] for k in selected if math.isfinite(numbers[k]) and numbers[k] != 0]

    def _unit(self, key: str, column: Column, targets: Sequence[str], form: Form) -> str | None:
        """Return the unit of a column: that of the option, which may not contradict the header, or that of the header."""
        option = getattr(self.options, f"{key}_unit")
        in_header = units.convert_unit(column.unit or "", targets, form.power, form.over_T)
        in_header = in_header or units.convert_unit(column.unit or "", targets)
        if option is None:
            return column.unit if in_header else None
        specified = units.convert_unit(option, targets, form.power, form.over_T) or units.convert_unit(option, targets)
        if specified and in_header and not math.isclose(specified[0], in_header[0], rel_tol=1e-9):
            line = f"--{key}-unit {option}: contradicts the unit {column.unit} in the header of column {column.name}"
            raise validation.InputError(f"{self.table.source}: {line}")
        return str(option)

    def _need_unit(self, option: str, column: Column, example: str) -> None:
        """Ask for the unit of a column, with those among which its header does not decide."""
        self.needed.append(f"--{option}-unit UNIT: {column.unclear_unit}; specify it, for example {example}")

    def _temperature_unit(self, T: Column) -> None:
        """Infer the section ``data: temperature``."""
        unit = self._unit("temperature", T, units.TEMPERATURE, T.form)
        if unit is None:
            self._need_unit("temperature", T, "K or mK")
        if unit is not None and T.scale != 1.0:  # 1000/T, 10^3 T
            exponent = round(math.log10(T.scale))
            if not math.isclose(T.scale, 10.0**exponent):
                self.needed.append(f"--temperature COLUMN: {T.name} is a multiple of T; give a column of temperatures")
            unit = f"10^{-exponent} {unit}"
        if SHIFTED.fullmatch(without_unit(T.name)):
            remedy = "give a column of temperatures, or rename it if the number is its own"
            self.needed.append(f"--temperature COLUMN: {T.name} is T plus or minus a number; {remedy}")
        section = {"column": T.name, "unit": unit}
        if T.form.log == "log":
            self.needed.append(
                f"--temperature COLUMN: {T.name} may be log10 or ln of a temperature; give a column of temperatures"
            )
        elif T.form != Form():
            section["form"] = str(T.form).replace("value", "T")
        self.data["temperature"] = section
        if unit is not None and T.form == Form():
            converted = units.convert_unit(unit, units.TEMPERATURE)
            self.table = convert.settle_decimal(self.table, T.name, converted[0] if converted else 1.0, self.options.decimal)

    def _form(self, observable: Observable, value: Column) -> Form:
        """Return the form of the column of the value: that of the options, of the name, of the unit, or of a quality factor."""
        if self.options.inverse:
            return replace(value.form, over_T=0, power=-1)
        if self.options.form is not None:
            form = parse_form(self.options.form)
            if form is None:
                raise validation.InputError(
                    f"--form {self.options.form}: must be like value, value/T^2, 1/value, log10, ln or log10(value/T)"
                )
            return form
        form = value.form
        if form.log == "log":
            self.needed.append(f"--form log10 or --form ln: the base of the logarithm {value.name} is not clear")
        if value.quantity == "time":  # T1 of a rate 1/T1
            return replace(form, power=-form.power)
        is_loss = "loss" in OBSERVABLES.get(observable.name, ())
        if is_loss and form.power == 1 and not form.over_T and (value.quantity == "Q" or self._is_large(value)):
            return replace(form, power=-1)
        unit = self.options.value_unit or value.unit
        if unit and form == Form() and units.convert_unit(unit, observable.target_units) is None:
            forms = [Form(over_T=1), Form(over_T=2), Form(over_T=3)]
            forms += [] if value.quantity in OBSERVABLES.get(observable.name, ()) else [Form(power=-1)]
            forms = [x for x in forms if units.convert_unit(unit, observable.target_units, x.power, x.over_T)]
            return forms[0] if forms and not units.convert_unit(unit, units.SECONDS) else form
        return form

    def _is_large(self, value: Column) -> bool:
        """Return whether the numbers of a column without a known name can only be quality factors."""
        numbers = self._numbers(value)
        return value.quantity is None and value.has_no_unit and value.scale == 1.0 and bool(numbers) and min(numbers) > 1

    def _why_another_quantity(self, observable: Observable, name: str) -> str | None:
        """Return why a column by its name is not the quantity itself, and which column is needed; None if it may be."""
        transformed = TRANSFORMED.search(name)
        if transformed:
            transformation = "in dB, a logarithm" if transformed.group() == "dB" else "a square root"
            return f"is {transformation}; give a column of the quantity itself"
        if OPPOSITE.search(without_unit(name)) or OPPOSITE.search(name):
            return "by its name is the negative or the absolute value of the quantity; give a column of the quantity itself"
        if SHIFTED.fullmatch(without_unit(name)) and not DIFFERENCE.search(name):
            remedy = "give a column of the quantity itself, or rename it if the number is its own"
            return f"by its name is the quantity plus or minus a number; {remedy}"
        if observable.name == QUBIT and OVER_2_PI.search(name):
            return "is a rate divided by 2π; give a column of the rate itself"
        if observable.name == "dielectric_constant" and not self.options.value_unit and CAPACITANCE.search(name):
            return "is a capacitance by its unit; give a column of its relative change ΔC/C"
        return None

    def _value_unit(self, observable: Observable, value: Column, probe: float | None) -> None:
        """Infer the section ``data: value``."""
        targets = observable.target_units
        why = self._why_another_quantity(observable, value.name)
        if why:
            self.needed.append(f"--value COLUMN: {value.name} {why}")
            return
        form = self._form(observable, value)
        unit = self._unit("value", value, targets, form)
        numbers = self._numbers(value)
        if unit is None and value.has_no_unit and "dimensionless" in targets and numbers:
            is_small = max(map(abs, numbers)) < MAX_RELATIVE_CHANGE
            is_Q = form == Form(power=-1) and value.quantity is None
            if value.quantity is None and observable.positive and "/" in without_unit(value.name):
                self.needed.append(f"--value-unit UNIT: is {value.name} a ratio? Give a column of the quantity itself")
                return
            if value.may_be_absolute:
                self.needed.append(f"--value-unit dimensionless: is {value.name} a relative change? If not, divide it first")
                return
            if value.quantity in DIMENSIONLESS or is_Q or (is_small and value.quantity != "frequency"):
                unit = "dimensionless"
            elif observable.probe_unit and probe:
                ratios = {
                    x: median(numbers) * factor / probe for x, factor in (("Hz", 1.0), ("kHz", 1e3), ("MHz", 1e6), ("GHz", 1e9))
                }
                unit = next((x for x, ratio in ratios.items() if abs(ratio - 1) < PROBE_RATIO), None)
        if unit is None:
            self._need_unit("value", value, "us" if value.quantity == "time" else " or ".join(targets))
            return
        section: dict[str, Any] = {"column": value.name, "unit": unit}
        hertz = units.convert_unit(unit, units.HERTZ)
        is_change = value.quantity == "shift" or min(numbers, default=1.0) < 0  # of the frequency, not the frequency
        is_change |= bool(DIFFERENCE.search(without_unit(value.name)))
        if is_change and hertz and observable.probe_unit:
            section |= {"unit": "dimensionless", "factor": hertz[0] / probe} if probe else {}
            self.data["value"] = section
            return
        if form == Form(power=-1):
            section["inverse"] = True
        elif form != Form():
            section["form"] = str(form)
        elif self.options.form is not None:
            section["form"] = "value"
        factor = self._factor(observable, value, unit, form, numbers)
        if factor != 1.0:
            section["factor"] = factor
        self.data["value"] = section

    def _factor(self, observable: Observable, value: Column, unit: str, form: Form, numbers: list[float]) -> float:
        """Return the factor of a column with a power of ten in its name.

        Q⁻¹ × 10⁴ means that the numbers are Q⁻¹ times 10⁴, and (× 10⁻⁵) that they are in units of 10⁻⁵: the other reading is
        taken where only that is possible.
        """
        in_unit, remainder = units.split_factor(units.normalize_superscripts(unit)) if value.unit == unit else (1.0, "")
        if (value.scale == 1.0 and (in_unit == 1.0 or remainder)) or form.log == "log":  # whose base is asked for
            return 1.0
        converted = units.convert_unit(unit, observable.target_units)
        first = 1 / value.scale if value.scale != 1.0 else 1.0
        readings = (first, value.scale if value.scale != 1.0 else in_unit**-2)
        possible = []
        for factor in readings:
            conversion = convert.Conversion(form, factor * (converted[0] if converted else 1.0), 1.0, "")
            values = [conversion.value(x, 1.0) for x in numbers]
            if values and all(map(math.isfinite, values)) and questions.is_possible(observable, values):
                possible.append(factor)
        return possible[0] if possible else first

    def _time(self, observable: Observable) -> float | None:
        """Return the time of all points in seconds; None, and the section ``data: time``, where it is in a column."""
        text, column = self.options.time, None
        if text in self.table.header:
            column = self.columns[text]
        elif text is not None:
            time_s = units.parse_quantity(text, "s")
            if not time_s > 0:
                raise validation.InputError(f"--time {text}: must be a column, or a time like 10s or 5us, with its unit")
            return time_s
        else:
            columns = [c for c in self._free_columns() if c.quantity == "time" and not c.has_no_unit and not c.is_error]
            column = columns[0] if len(columns) == 1 else None
        if column is None and not observable.probe_is_optional:
            self.needed.append(f"--time COLUMN or like 10s: missing; {observable.name} depends on the time")
        elif column is not None and units.convert_unit(column.unit or "", units.SECONDS) is None:
            self.needed.append(f"--time COLUMN: {column.ask_for_unit_in_header('s')}")
        elif column is not None:
            self.data["time"] = {"column": column.name, "unit": column.unit}
        return None

    def _probe(self, observable: Observable, value: Column) -> float | None:
        """Return the probing frequency, which is that of the resonator itself."""
        if "value" not in self.data and value.quantity == "frequency":  # it follows from the unit, which is asked for
            return None
        hertz = self._hertz(value)
        numbers = self._numbers(value)
        if observable.probe_unit and hertz and numbers and min(numbers) > 0 and value.quantity != "shift":
            return float(f"{median(numbers) * hertz:.5g}")
        self.needed.append(f"--frequency: missing; {observable.name} needs the probing frequency, like 5.6GHz")
        return None

    # ---- errors -----------------------------------------------------------------------------------------------------

    def _error(self, observable: Observable, value: Column) -> None:
        """Infer the sections ``data: error`` and ``data: temperature: error``."""
        options = self.options
        section: dict[str, Any] | None = None
        if options.relative_error is not None:
            section = {"assumed_relative": options.relative_error}
        elif options.error is not None and options.error not in self.table.header:
            section = self._error_quantity(options.error) or None
        else:
            column = self.columns[options.error] if options.error else self._error_column(value)
            section = self._error_section(column, value, observable) if column else None
        if section is None:
            section = {"from_residuals": convert.RELATIVE if observable.positive else True}
        if "assumed_quantity" in section:
            unit = self.data.get("value", {}).get("unit", "")
            section = self._assumed(section["assumed_quantity"], unit, observable)
        self.data["error"] = section
        self._temperature_error("from_residuals" not in section)

    def _error_quantity(self, text: str) -> dict[str, Any] | None:
        """Return the section for --error 1%, 50Hz or none; None for a text that is none of these."""
        if text == NO_ERRORS:
            return {}
        relative = units.parse_quantity(text, "dimensionless")
        if 0 < relative < 1 and "%" in text:
            return {"assumed_relative": relative}
        match = units.QUANTITY.match(text) if len(text) <= units.MAX_LENGTH else None
        if match and match.group(2) and units.is_unit(match.group(2)) and float(match.group(1)) > 0:
            return {"assumed_quantity": text}
        return None

    def _assumed(self, text: str, unit: str, observable: Observable) -> dict[str, Any]:
        """Return the section for an error such as 50Hz, in the unit of the value."""
        match = units.QUANTITY.match(text)
        assert match is not None
        number, of_error = float(match.group(1)), match.group(2)
        targets = observable.target_units
        own, values = units.convert_unit(of_error, targets), units.convert_unit(unit, targets)
        if (
            own is None
            or values is None
            or own[1] != values[1]
            or "form" in self.data["value"]
            or "inverse" in self.data["value"]
        ):
            raise validation.InputError(f"--error {text}: must be in a unit of the value, as {unit}, or relative, as 1%")
        return {"assumed": number * own[0] / values[0]}

    def _error_column(self, value: Column) -> Column | None:
        """Return the column of the errors of ``value``: that which shares its name, or has no name but that of an error."""
        errors = [c for c in self._free_columns() if c.is_error and c.quantity != "T"]
        own = [c for c in errors if c.stem and c.stem == value.stem and c.quantity == value.quantity and c.form == value.form]
        own = own or [c for c in errors if c.is_share_of(value)]
        own = own or [c for c in errors if not c.stem]
        others = [c for c in self.columns.values() if not c.is_error and c.name != value.name]
        if not own:
            unmatched = [c for c in errors if not any(c.stem == o.stem and c.quantity == o.quantity for o in others)]
            own = [c for c in unmatched if c.quantity == value.quantity and c.quantity is not None]
            own = [c for c in own if c.form.log or c.form == value.form]
            unmatched += [] if own or unmatched else self._possible_errors(value)
            names = " or ".join(f"--error {questions.quoted(c.name)}" for c in unmatched[:3])
            names = names or ("" if own else self._unusable_errors(value))
            if not own and names:
                self.needed.append(f"--error COLUMN: are the errors of {value.name} in a column? {names}, or --error none")
        if len(own) > 1:
            names = ", ".join(c.name for c in own)
            self.needed.append(f"--error COLUMN: which of {names} contains the errors of {value.name}? Or --error none")
        return own[0] if len(own) == 1 else None

    def _possible_errors(self, value: Column) -> list[Column]:
        """Return the columns that may contain errors by their names, such as Δκ or u(κ) of a value κ, or weights."""
        others = [c for c in self._free_columns() if c.name != value.name and c.quantity != "T" and not c.is_error]
        names = {value.stem, re.sub(r"(?<=f)[0r]$", "", value.stem)}  # Δf of f0
        stems = {f"{mark}{name}" for mark in ("d", "delta", "u", "e", "s") for name in names}
        stems |= {f"{value.stem}{mark}" for mark in (*"deus", *LIMITS)}
        named = {c.name: POSSIBLE_ERROR.search(latin_letters(c.name)) for c in others}
        return [
            c
            for c in others
            if c.stem in stems
            or (value.quantity and parse_stem(re.sub("^(delta|[dues])", "", c.stem)) == value.quantity != c.quantity)
            or c.is_share_of(value)
            or self._is_like_errors(c, value)
            or (named[c.name] and named[c.name].group().lower() not in ("d", "delta"))  # type: ignore[union-attr]
        ]

    def _is_like_errors(self, column: Column, value: Column) -> bool:
        """Return whether a column without a known name is in the unit of the value, and its numbers are far smaller.

        The columns of several devices, P1 and P2, sample A and sample B, are no errors of each other.
        """
        pair = column.stem, value.stem
        without_digits = {re.sub(r"\d", "", stem) for stem in pair}
        differences = sum(a != b for a, b in zip(*pair, strict=False))
        is_sibling = len(without_digits) == 1 or (len(pair[0]) == len(pair[1]) > 1 and differences == 1)
        if is_sibling or column.quantity or not column.unit or column.unit != value.unit:
            return False
        numbers, values = self._numbers(column), self._numbers(value)
        return (
            bool(numbers and values)
            and min(numbers) > 0
            and median(numbers) < questions.MAX_RELATIVE_ERROR * median(map(abs, values))
        )

    def _unusable_errors(self, value: Column) -> str:
        """Return what to do with columns that may contain errors and cannot be named: several of one name, or without one."""
        header = self.table.header
        repeated = [name for name in header if header.count(name) > 1 and self.columns[name].is_error]
        nameless = [k for k, name in enumerate(header) if not name and k > header.index(value.name)]
        if repeated:
            return f"Several are called {repeated[0]}: give each a name of its own"
        if any(math.isfinite(parse_number(row[k])) for k in nameless for row in self.table.rows):
            return f"Column {nameless[0] + 1} has no name: give it one"
        return ""

    def _error_section(self, column: Column, value: Column, observable: Observable) -> dict[str, Any] | None:
        """Return the section ``data: error`` of a column."""
        section: dict[str, Any] = {"column": column.name}
        option, unit = self.options.error_unit, column.unit
        value_unit = self.data.get("value", {}).get("unit")
        if option is not None:
            both = units.convert_unit(option, observable.target_units), units.convert_unit(unit or "", observable.target_units)
            if both[0] and both[1] and not math.isclose(both[0][0], both[1][0], rel_tol=1e-9):
                line = f"--error-unit {option}: contradicts the unit {unit} in the header of column {column.name}"
                raise validation.InputError(f"{self.table.source}: {line}")
        if option is None and column.possible_units:
            self._need_unit("error", column, value_unit or observable.target_units[0])
            return section
        unit = option or unit
        section |= {"factor": 1 / column.coverage} if column.coverage != 1.0 else {}
        value_section = self.data.get("value", {})
        form = parse_form(value_section.get("form", "1/value" if value_section.get("inverse") else "value")) or Form()
        log = "log10" if unit == DEX else column.form.log
        if unit == DEX and form.log == "log10":  # as the value
            return section
        if log and not form.log:  # the error of the logarithm of the value
            if log == "log":
                self.needed.append(f"--error COLUMN: the base of the logarithm {column.name} is not clear")
            factor = section.get("factor", 1.0) * (math.log(10) if log == "log10" else 1.0)
            return section | {"relative": True, "unit": "dimensionless", "factor": factor}
        is_share = column.relative or column.is_share_of(value) or (unit in PERCENT and value_unit not in PERCENT)
        is_share |= unit in units.NUMBERS and "dimensionless" not in observable.target_units
        if is_share or option in ("relative", *PERCENT):
            if unit == "%" and value_unit == "%" and option is None and not column.relative_in_name:
                ask = "--error-unit relative or --error-unit dimensionless"
                self.needed.append(f"{ask}: is {column.name} a share of {value.name}, or in percent like it?")
            is_share_unit = bool(unit and units.convert_unit(unit, ("dimensionless",)))
            stated = {"unit": unit if is_share_unit else "dimensionless"} if is_share_unit or option else {}
            return section | {"relative": True} | stated
        if column.variance:
            if unit is not None and unit != value_unit:
                squared = units.convert_unit(unit, observable.target_units, 2)
                plain = next((t for t in observable.target_units if squared and squared[1] == t), None)
                if squared is None or plain is None or not math.isclose(squared[0], 1.0):
                    self.needed.append(f"--error COLUMN: {column.name} is a variance; give a column of standard errors")
                    return section
                section["unit"] = plain
            return section | {"variance": True}
        if column.scale != 1.0 and (unit is not None or column.scale != value.scale):
            scale = min(column.scale, 1 / column.scale)  # × 10⁴ and (× 10⁻⁴) mean the same
            section["factor"] = section.get("factor", 1.0) * scale
            unit = unit or value_unit
        if unit is None:
            return section
        targets = observable.target_units
        if units.convert_unit(unit, targets) is None and units.convert_unit(unit, targets, form.power, form.over_T) is None:
            self.needed.append(
                f"--error-unit UNIT: {unit} of {column.name} is no unit of {value.name}; say it,"
                f" like {value_unit or targets[0]}"
            )
        return section | {"unit": unit}

    def _temperature_error(self, has_errors: bool) -> None:
        """Infer the error of the temperature, which needs errors of the value."""
        text = self.options.temperature_error
        errors = [c for c in self._free_columns() if c.is_error and c.quantity == "T"]
        section: dict[str, Any] | None = None
        if text is not None and text in self.table.header:
            errors = [self.columns[text]]
        elif text is not None:
            section = units.parse_temperature_error(text)
            if section is None:
                raise validation.InputError(f"--temperature-error {text}: must be a column, or like 0.3mK, 0.1% or 0.3mK+0.1%")
        if section is None and len(errors) == 1 and (has_errors or text is not None):
            column = errors[0]
            section = {"column": column.name}
            if column.unit and units.convert_unit(column.unit, units.TEMPERATURE):
                section["unit"] = column.unit
            elif column.possible_units:
                raise validation.InputError(
                    f"{self.table.source}: {column.unclear_unit}; correct one of them, or give --temperature-error 0.1% instead"
                )
            elif not column.has_no_unit or column.relative:
                raise validation.InputError(
                    f"{self.table.source}: column {column.name}: an error of the temperature must be in K or mK; give"
                    " --temperature-error 0.1% in its place"
                )
        if section is None:
            return
        if not has_errors:
            raise validation.InputError("--temperature-error: needs errors of the value: --error COLUMN or --relative-error 1%")
        if "temperature" in self.data:
            self.data["temperature"]["error"] = section


def _chosen_parameters(observable: Observable, fixed: Mapping[str, float], free: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return the section ``parameters`` of the options --fix and --free. J0/h0 may be fixed, too, in the fit on the atlas."""
    for name in fixed:
        if name != J0_OVER_H0 or not observable.atlas_shapes:
            _parameter(observable, name, "fix")
    section: dict[str, dict[str, Any]] = {name: {"start": x, "fixed": True} for name, x in fixed.items()}
    return section | {name: _parameter(observable, name, "free").suggestion() for name in free}


def _parameter(observable: Observable, name: str, option: str) -> Parameter:
    """Return a parameter that an option names. Raises InputError for one that the observable does not have."""
    if name not in observable.parameters:
        raise validation.InputError(f"--{option} {name}: must be among {', '.join(observable.parameters)}")
    return observable.parameters[name]


def infer_info(table: Table, options: ReadingOptions) -> dict[str, Any]:
    """Return the content of a dataset.yaml for a table.

    Without a column of errors and a relative error, errors are estimated from the residuals: in proportion to the value if
    that is positive, else the same for all points.

    Raises
    ------
    InputError
        One line that names every option that is still needed.
    """
    return _Inference(table, options).infer()


def _make_info(file: str, observable: Observable, data: dict[str, Any], probe: float | None, name: str) -> dict[str, Any]:
    """Return the content of a dataset.yaml whose columns and units are known, with the suggested parameters."""
    info = {
        "title": name,
        "reference": file,
        "material": name,
        "observable": observable.name,
        "provenance": "measured",
        "data": {"file": file} | {key: data[key] for key in ("temperature", "value", "time", "error", "drive") if key in data},
        "parameters": {
            key: parameter.suggestion()
            for key, parameter in observable.parameters.items()
            if key != "offset" and not (parameter.off_by_default or parameter.is_option)
        },
    }
    return info | ({observable.probe: probe} if observable.probe and probe is not None else {})


def build_dataset(table: Table, info: dict[str, Any]) -> Dataset:
    """Return the dataset of a table with the content ``info`` of a dataset.yaml."""
    path = f"{table.source} as given"
    return dataset_from_validated(validate.validate_info(info, Path(info["title"]), validate.schema(), path, table))


def dataset_from_arrays(
    T_K: npt.ArrayLike,
    value: npt.ArrayLike,
    observable: str,
    error: npt.ArrayLike | None = None,
    relative_error: float | None = None,
    frequency_Hz: float | None = None,
    window_K: Sequence[float] | None = None,
    parameters: Mapping[str, Any] | None = None,
    h0_K: float | None = None,
    name: str = "data",
    temperature_error: npt.ArrayLike | str | None = None,
    confirm: Sequence[str] = (),
    time_s: npt.ArrayLike | None = None,
    photons: npt.ArrayLike | None = None,
    systematic: Mapping[str, float] | None = None,
    interaction: str | None = None,
) -> Dataset:
    """Return the dataset of arrays, with the same checks as for a table. See ``report.fit_report.fit`` for the parameters.

    Raises
    ------
    InputError
        One line for each problem.
    """
    T = np.ravel(np.asarray(T_K, dtype=float))
    values = np.ravel(np.asarray(value, dtype=float))
    if len(T) != len(values):
        raise validation.InputError(f"{name}: {len(T)} temperatures and {len(values)} values: must be equally many")
    if relative_error is not None and not 0 < relative_error < 1:
        raise validation.InputError(f"{name}: relative_error {relative_error}: must be above 0 and below 1")
    if relative_error is not None and error is not None:
        raise validation.InputError("relative_error: error is given already: give one of them")
    if observable not in registry.observable_names():
        raise validation.InputError(f"observable {observable}: must be one of {', '.join(registry.observable_names())}")
    entry = registry.get_observable(observable)
    _check_probe_arguments(entry, frequency_Hz, time_s, name)
    arrays = {"T_K": T, "value": values}
    data: dict[str, Any] = {"temperature": {"column": "T_K", "unit": "K"}}
    is_absolute = entry.probe_unit is not None and np.max(np.abs(values), initial=0.0) > 1
    data["value"] = {"column": "value", "unit": entry.probe_unit if is_absolute else entry.units[0]}
    data["error"] = {"from_residuals": convert.RELATIVE if entry.positive else True}
    if relative_error is not None:
        data["error"] = {"assumed_relative": relative_error}
    elif error is not None:
        arrays["error"] = np.broadcast_to(np.asarray(error, dtype=float), T.shape)
        data["error"] = {"column": "error"}
    if isinstance(temperature_error, str):
        section = units.parse_temperature_error(temperature_error)
        if section is None:
            raise validation.InputError(f"{name}: temperature_error {temperature_error}: must be like 0.3mK+0.1%")
        data["temperature"]["error"] = section
    elif temperature_error is not None:
        arrays["temperature_error"] = np.broadcast_to(np.asarray(temperature_error, dtype=float), T.shape)
        data["temperature"]["error"] = {"column": "temperature_error"}
    probe = frequency_Hz
    if time_s is not None and np.ndim(time_s) == 0:
        probe = float(np.asarray(time_s))
    elif time_s is not None:
        arrays["time_s"] = np.ravel(np.asarray(time_s, dtype=float))
        data["time"] = {"column": "time_s", "unit": "s"}
    if photons is not None:
        arrays["photons"] = np.ravel(np.asarray(photons, dtype=float))
        data["drive"] = {"photons": {"column": "photons"}}
    info = _make_info("data.csv", entry, data, probe, name)
    info |= {"systematic": dict(systematic)} if systematic else {}
    settings = {"window_K": window_K and list(window_K), "h0_K": h0_K, "interaction": interaction}
    info |= {key: x for key, x in settings.items() if x is not None}
    info |= {"confirm": list(confirm)} if confirm else {}
    info["parameters"] |= parameters or {}
    table = Table.from_arrays(name, arrays)
    try:
        return dataset_from_validated(validate.validate_info(info, Path(name), validate.schema(), name, table))
    except validation.Question as question:
        codes = "".join(f'"{code}", ' for code in question.codes).rstrip(" " if len(question.codes) == 1 else " ,")
        lines = [re.sub(r"add --confirm \w+$", f"give confirm=({codes})", line) for line in question.lines]
        raise question.with_lines(lines) from None


def _check_probe_arguments(observable: Observable, frequency_Hz: float | None, time_s: npt.ArrayLike | None, name: str) -> None:
    """Refuse a frequency or a time that is missing, or that the observable has no use for."""
    has_frequency = observable.probe is not None and not observable.is_timed
    if frequency_Hz is not None and not has_frequency:
        raise validation.InputError(f"frequency: {observable.name} has no use for it")
    if has_frequency and not frequency_Hz:
        raise validation.InputError(f"{name}: frequency: missing; {observable.name} needs the probing frequency in Hz")
    if time_s is not None and not observable.is_timed:
        raise validation.InputError(f"time: {observable.name} has no use for it")
    if time_s is None and observable.is_timed and not observable.probe_is_optional:
        raise validation.InputError(f"{name}: time: missing; {observable.name} needs the time in seconds")
