"""The page of the app: menus, plots and results, without any physics. Text of users is shown as text."""

from __future__ import annotations

import asyncio
import base64
import html
import math
import shlex
from collections.abc import Callable, Sequence
from pathlib import Path

from nicegui import events, ui

from tlsglass.app import plots
from tlsglass.app.session import (
    COLUMN,
    FLAG,
    LABELS,
    MAIN,
    MORE,
    OBSERVABLE,
    Choice,
    FitSession,
    Outcome,
    Reading,
    name_choices,
)
from tlsglass.atlas import api
from tlsglass.base import validation
from tlsglass.commands import fit_command
from tlsglass.data.read_table import MAX_BYTES
from tlsglass.model.interaction import INTERACTIONS
from tlsglass.model.parameters import H0_K
from tlsglass.models import registry

STEPS = 1000  # of a slider over the axis of temperature
NARROW_PIXELS = 700
PATIENCE_S = 30.0  # for a browser to connect
MAX_READING = 1200  # characters
PARAMETER_HEADS = ("model", "parameter", "value", "68 %")
EXAMPLE_HEADS = ("T (K)", "kappa (W/(m K))")
EXAMPLE_ROWS = (("0.0609", "1.93e-4"), ("0.0838", "3.64e-4"), ("0.113", "6.57e-4"))
# The library does not label the button and the input of its upload box, as screen readers require, and creates them again after
# each upload.
NAME_UPLOAD = """const name = () => document.querySelectorAll('.q-uploader a, .q-uploader input').forEach(
  part => part.setAttribute('aria-label', 'Choose a table'))
new MutationObserver(name).observe(document.body, {childList: true, subtree: true})
name()"""
DOWNLOADS = {
    "fit.md": "Report (Markdown)",
    "fit.json": "Numbers (JSON)",
    "joint.json": "Numbers (JSON)",
    "chip.json": "Numbers (JSON)",
    "figure.svg": "Figure (SVG)",
    "figure.png": "Figure (PNG)",
}


async def build() -> None:
    """Build the page of one visitor."""
    ui.add_css(Path(__file__).with_name("app.css"))
    ui.colors(primary="#0b57a4")
    try:
        await ui.context.client.connected(PATIENCE_S)
        width = await ui.run_javascript("innerWidth", timeout=PATIENCE_S)
    except TimeoutError:
        width = None
    if width is None:  # it was no browser, or it has left
        return
    is_narrow = width < NARROW_PIXELS
    with ui.header().classes("bar"):
        ui.label("tlsglass").classes("brand")
        with ui.tabs().props("no-caps inline-label") as tabs:
            ui.tab("fit", "Fit a table")
            ui.tab("atlas", "Explore the atlas")
    with ui.tab_panels(tabs, value="fit", animated=False, keep_alive=True).classes("panels"):
        with ui.tab_panel("fit"):
            FitTab(is_narrow)
        with ui.tab_panel("atlas"):
            atlas = AtlasTab(is_narrow)
    tabs.on_value_change(atlas.draw)
    ui.run_javascript(NAME_UPLOAD)


def label_observable(name: str) -> str:
    """Return the name of an observable as it is written on the page."""
    return name.replace("_", " ")


def picture(element: ui.html, svg: str, description: str) -> None:
    """Show a picture, in which nothing can run."""
    data = base64.b64encode(svg.encode()).decode()
    element.set_content(f'<img src="data:image/svg+xml;base64,{data}" alt="{html.escape(description)}">')


def _html_table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return a table as HTML; the second line of a head is small."""
    names = [html.escape(head).partition("\n") for head in heads]
    columns = "".join(f'<th scope="col">{name}{f"<small>{note}</small>" if note else ""}</th>' for name, _, note in names)
    cells = "".join(f"<tr>{''.join(f'<td>{html.escape(str(cell)[:60])}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{columns}</tr></thead><tbody>{cells}</tbody></table>"


class FitTab:
    """The tab that fits a table."""

    def __init__(self, is_narrow: bool) -> None:
        self.session, self.is_narrow = FitSession(), is_narrow
        self.reading, self.turn = Reading(), 0
        self.fields: dict[str, tuple[ui.input | ui.select, str]] = {}  # by option, with what they may contain
        with ui.element("div").classes("columns"):
            with ui.element("section").classes("controls"):
                self.upload = ui.upload(
                    label="Drop or choose a table",
                    auto_upload=True,
                    max_file_size=MAX_BYTES,
                    on_upload=self.load,
                    on_rejected=lambda: self.show_problems([f"The file was refused: at most {MAX_BYTES / 1e6:g} MB are read."]),
                ).props('flat accept=".csv,.txt,.dat,.tsv,.xlsx"')
                self.menus = ui.element("div").classes("menus")
            self.data = ui.element("section").classes("data")
            self.results = ui.element("section").classes("results")
        with self.data:
            with ui.element("div") as self.introduction:
                ui.label("Fit a measurement of a glass, a resonator or a qubit").classes("title")
                ui.label(
                    "Your table (CSV, text or Excel) needs one line with the names of its columns and one for each temperature:"
                )
                ui.html(_html_table(EXAMPLE_HEADS, EXAMPLE_ROWS), sanitize=False).classes("table")
                observables = ", ".join(label_observable(name) for name in registry.observable_names())
                ui.label(f"What can be fitted: {observables}.").classes("soft")
                ui.label("The table stays on this machine.").classes("soft")
            self.file_line = ui.label().classes("title")
            self.read_line = ui.label().classes("soft read")
            self.problems = ui.element("div").classes("problems").props('role="alert"')
            self.table = ui.html("", sanitize=False).classes("table")
            with ui.element("div").classes("plot") as self.plot:
                with ui.element("div").classes("plate"):
                    self.picture = ui.html("", sanitize=False)
                    self.box = plots.axes_box()
                    left, right = self.box[:2]
                    self.masks = [ui.element("div").classes("mask") for _ in "12"]
                with ui.element("div").style(f"margin:0 {100 - right}% 0 {left}%"):
                    whole: dict[str, float] = {"min": 0, "max": STEPS}
                    self.slider = ui.range(min=0, max=STEPS, step=5, value=whole, on_change=self.move_window)
                    self.slider.props(f'aria-label="{LABELS["window"]}"').on("change", self.update)
                self.window = ui.label().classes("window")
            self.plot.set_visibility(False)

    async def load(self, event: events.UploadEventArguments) -> None:
        """Take the table that was dropped."""
        try:
            self.session.load(event.file.name, await event.file.read())
        except validation.InputError as error:
            self.show_problems(error.lines)
            return
        finally:
            self.upload.reset()
        self.slider.value = {"min": 0, "max": STEPS}
        self.results.clear()
        self.build_menus()
        await self.update()

    def build_menus(self) -> None:
        """Show the menus for the observable."""
        names = [*registry.observable_names(), fit_command.RESONATOR]
        labels = {name: label_observable(name) for name in names} | {fit_command.RESONATOR: "resonator: f and Q together"}
        visible = self.session.visible_choices()
        self.fields = {}
        self.menus.clear()
        with self.menus:
            observable = ui.select(
                labels,
                label="Observable",
                value=self.session.choices.get(OBSERVABLE),
                clearable=True,
                on_change=lambda event: self.choose(OBSERVABLE, event.value),
            ).classes("wide")
            self.fields[OBSERVABLE] = observable.props('data-option="observable" dense hide-bottom-space'), ""
            for choice in visible:
                if choice in MAIN or choice not in MORE:
                    self.menu(choice)
            with ui.expansion("More options").classes("wide"), ui.element("div").classes("menus"):
                for choice in visible:
                    if choice in MORE:
                        self.menu(choice)

    def menu(self, choice: Choice) -> None:
        """Show one menu."""
        value = self.session.choices.get(choice.option)
        if choice.kind == FLAG:
            box = ui.checkbox(choice.label, value=bool(value))
            box.on_value_change(lambda event: self.choose(choice.option, "yes" if event.value else ""))
            return
        entries = self.session.suggestions(choice)
        entries += [value] if value and value not in entries else []
        if not entries and choice.kind != COLUMN:
            field: ui.input | ui.select = ui.input(choice.label, value=value or "").on(
                "change", lambda event: self.choose(choice.option, event.sender.value)
            )
            field.props("clearable").on("clear", lambda: self.choose(choice.option, ""))
        else:
            field = ui.select(
                entries,
                label=choice.label,
                value=value,
                clearable=True,
                new_value_mode=None if choice.is_closed else "add-unique",
                on_change=lambda event: self.choose(choice.option, event.value),
            )
        self.fields[choice.option] = field.props(f'data-option="{choice.option}" dense hide-bottom-space'), choice.hint

    async def choose(self, option: str, value: str | None) -> None:
        """Take a choice of a menu."""
        self.session.choices[option] = value or ""
        if option == OBSERVABLE:
            self.build_menus()
        await self.update()

    async def update(self) -> None:
        """Read the table again and show what was read; an earlier fit is out of date."""
        if self.session.table is None:
            return
        known = self.session.observable
        self.turn = turn = self.turn + 1
        reading = await asyncio.to_thread(self.session.read)
        if turn != self.turn:  # another choice was made meanwhile
            return
        self.reading = reading
        if self.session.observable is not known:  # it was inferred, and other menus make sense
            self.build_menus()
        self.introduction.set_visibility(False)
        self.file_line.set_text(validation.printable(self.session.file_name))
        self.mark_outdated()
        self.show_problems(reading.problems, reading.codes)
        text = reading.prepared.reading.replace(": no --window", "") if reading.prepared else "Not clear yet:"
        self.read_line.set_text(validation.printable(text, MAX_READING))
        self.table.set_content(self.preview())
        for option, (field, hint) in self.fields.items():
            inferred = reading.inferred.get(option)
            field.props["hint"] = f"read: {inferred}" if inferred else hint
            field.update()
        if reading.prepared:
            svg = await asyncio.to_thread(plots.draw_points, reading.prepared)
            self.show_data(svg, "The points against temperature", plots.POINTS_TOP)
        self.plot.set_visibility(bool(reading.prepared) or self.session.span_K is not None)
        self.show_window()
        self.show_action()

    def preview(self) -> str:
        """Return the first rows as HTML."""
        columns, rows = self.session.preview()
        roles = self.reading.roles
        return _html_table([f"{column.name[:60]}\n{roles.get(column.name, 'not used')}" for column in columns], rows)

    def show_problems(self, lines: list[str] | tuple[str, ...], codes: tuple[str, ...] = ()) -> None:
        """Show lines of errors and questions, with a box for each question that was or can be confirmed."""
        self.problems.clear()
        with self.problems:
            for line in lines:
                ui.label(validation.printable(line)).classes("problem")
            for code in dict.fromkeys([*self.session.confirmed, *codes]):
                box = ui.checkbox(f"Fit it all the same ({code})", value=code in self.session.confirmed)
                box.on_value_change(lambda event, code=code: self.confirm(code, event.value))

    async def confirm(self, code: str, is_confirmed: bool) -> None:
        """Answer a question."""
        others = [known for known in self.session.confirmed if known != code]
        self.session.confirmed = [*others, code] if is_confirmed else others
        await self.update()

    def show_data(self, svg: str, description: str, top: float) -> None:
        """Show a picture of the points, in which the axes begin at ``top``, in percent of its height."""
        picture(self.picture, svg, description)
        for mask in self.masks:
            mask.style(f"top:{top}%;height:{self.box[3] - top}%")

    # ---- the window --------------------------------------------------------------------------------------------------

    def move_window(self) -> None:
        """Take the ends of the slider."""
        if self.session.span_K and self.slider.value:
            low, high = (self.session.span_K[0] / plots.MARGIN, self.session.span_K[1] * plots.MARGIN)
            ends = [low * (high / low) ** (self.slider.value[end] / STEPS) for end in ("min", "max")]
            self.session.set_window(*ends)
            self.show_window()

    def show_window(self) -> None:
        """Shade what is not fitted."""
        left, right = self.box[:2]
        value = self.slider.value or {"min": 0, "max": STEPS}
        ends = [left + (right - left) * value[end] / STEPS for end in ("min", "max")]
        for mask, (start, end) in zip(self.masks, ((left, ends[0]), (ends[1], right)), strict=True):
            mask.style(f"left:{start:.2f}%;width:{max(end - start, 0):.2f}%")
        window = self.session.window_K
        span = f"{window[0]:g} to {window[1]:g} K" if window else "all"
        self.window.set_text(f"{LABELS['window']}: {span}")

    # ---- the fit -----------------------------------------------------------------------------------------------------

    def show_action(self) -> None:
        """Show the button, once there is something to fit."""
        if not self.results.default_slot.children:
            with self.results:
                self.button = ui.button("Fit", on_click=self.fit).props("no-caps unelevated").classes("fit")
                self.outdated = ui.label("These results belong to earlier choices. Press Fit to update them.").classes("notice")
                self.outdated.set_visibility(False)
                self.answer = ui.element("div").classes("answer")
                ui.label("The same on the command line").classes("heading")
                self.command = ui.html("", sanitize=False).classes("command")
                copy = ui.button("Copy the command", color=None, on_click=self.copy_command)
                copy.props("flat dense no-caps")
        self.button.set_enabled(self.reading.prepared is not None)
        words = [html.escape(shlex.quote(word)) for word in self.session.command_words]
        self.command.set_content(" ".join(f"<b>{word}</b>" if word.startswith("--") else word for word in words))

    def mark_outdated(self) -> None:
        """Show that the results, if there are any, are not those of the present choices."""
        self.results.classes("stale")
        if self.results.default_slot.children:
            self.outdated.set_visibility(bool(self.answer.default_slot.children))

    def copy_command(self) -> None:
        """Copy the command to the clipboard."""
        ui.clipboard.write(self.session.command)
        ui.notify("The command was copied.")

    async def fit(self) -> None:
        """Fit and show the results."""
        table, command = self.session.table, self.session.command
        self.button.props("loading")
        self.button.disable()
        try:
            outcome = await asyncio.to_thread(self.session.fit, self.is_narrow)
        except validation.InputError as error:
            self.show_problems(error.lines)
        except Exception as error:
            self.show_problems([f"The fit failed: {type(error).__name__}: {error}"])
        else:
            if self.session.table is table:  # no other table was dropped meanwhile
                is_present = self.session.command == command
                self.show_outcome(outcome, is_present)
                if not is_present:
                    self.mark_outdated()
        self.button.props(remove="loading")
        self.button.set_enabled(self.reading.prepared is not None)

    def show_outcome(self, outcome: Outcome, is_present: bool) -> None:
        """Show the first line, the parameters, links to the files, and the pictures: that of the points for present choices."""
        if outcome.data_figure and is_present:
            self.show_data(outcome.data_figure, outcome.conclusion, self.box[2])
        self.results.classes(remove="stale")
        self.outdated.set_visibility(False)
        self.answer.clear()
        with self.answer:
            ui.label(outcome.conclusion).classes("conclusion")
            for line in outcome.lines:
                ui.label(name_choices(line).replace(" = ", "\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}")).classes("line")
            if outcome.parameters:
                ui.html(_html_table(PARAMETER_HEADS, outcome.parameters), sanitize=False).classes("table")
            with ui.element("div").classes("downloads"):
                for name, label in DOWNLOADS.items():
                    if name in outcome.files:
                        self.download(label, name, outcome.files[name])
                self.download("All files (ZIP)", "fit.zip", outcome.archive())
            folded = ui.expansion("Figure of the report", value=not outcome.data_figure)
            with folded, ui.element("div").classes("plate"):
                picture(ui.html("", sanitize=False), outcome.report_figure, "The figure of the report")

    def download(self, label: str, name: str, content: bytes) -> None:
        """Show a button that downloads a file."""
        button = ui.button(label, icon="download", color=None, on_click=lambda: ui.download.content(content, name))
        button.props(f'outline dense no-caps aria-label="{label}: download {name}"').tooltip(name)


class AtlasTab:
    """The tab that explores the atlas."""

    def __init__(self, is_narrow: bool) -> None:
        self.is_narrow, self.is_drawing = is_narrow, False
        self.drawn: tuple[str, float, float, float] | None = None
        (coldest, warmest), (_, strongest) = api.limits(H0_K).values()
        with ui.element("div").classes("columns atlas"):
            with ui.element("section").classes("controls"):
                names = api.interactions()
                self.interaction = ui.select(names, label="Interaction", value="gaussian", on_change=self.change_interaction)
                self.describe_interaction()
                self.ratio = self.slider("J0/h0", 0, strongest / H0_K, 0.005, 0.15, lambda x: f"{x:.3f}")
                logarithms = [math.log10(end) for end in (coldest, warmest)]
                self.temperature = self.slider("T", logarithms[0], logarithms[1], 0.01, -1, lambda x: f"{10**x:.3g} K")
                self.crossover = self.slider("Crossover ∛(ω/A) of δv/v", -2, 0, 0.01, -0.7, lambda x: f"{10**x:.3g} K")
                ui.label(
                    f"h0 is {H0_K:g} K. Dotted lines mark T, the temperature of panel (a). The crossover is the temperature"
                    " near which δv/v has its maximum. Bands are one standard error of the atlas, often narrower than lines."
                ).classes("soft")
            with ui.element("section").classes("plate"):
                self.picture = ui.html("", sanitize=False)

    def slider(self, label: str, low: float, high: float, step: float, value: float, text: Callable[[float], str]) -> ui.slider:
        """Show a slider with its name and value."""
        with ui.element("div").classes("slider"):
            with ui.element("div").classes("names"):
                ui.label(label)
                shown = ui.label(text(value))
            slider = ui.slider(min=low, max=high, step=step, value=value)
            slider.on_value_change(lambda event: shown.set_text(text(event.value)))
            slider.props(f'aria-label="{label}"').on("change", self.draw)
        return slider

    def describe_interaction(self) -> None:
        """Show below the menu what the name of the interaction means."""
        self.interaction.props["hint"] = INTERACTIONS[self.interaction.value].description
        self.interaction.props("hide-bottom-space")

    async def change_interaction(self) -> None:
        """Adapt the sliders to the atlas of another interaction."""
        self.describe_interaction()
        (coldest, warmest), (_, strongest) = api.limits(H0_K, interaction=self.interaction.value).values()
        for slider, low, high in (
            (self.ratio, 0.0, strongest / H0_K),
            (self.temperature, math.log10(coldest), math.log10(warmest)),
        ):
            slider.props(f"min={low} max={high}")
            slider.value = min(max(slider.value, low), high)
        await self.draw()

    async def draw(self) -> None:
        """Draw the panels, again as long as the sliders have moved meanwhile."""
        if self.is_drawing:
            return
        self.is_drawing = True
        try:
            while self.drawn != (now := self.choice()):
                svg = await asyncio.to_thread(plots.draw_atlas, *now, H0_K, self.is_narrow)
                description = (
                    f"n(T, E), C, κ and δv/v with the interaction {now[0]} at J0/h0 = {now[1]:.3f} and T = {now[2]:.3g} K"
                )
                picture(self.picture, svg, description)
                self.drawn = now
        finally:
            self.is_drawing = False

    def choice(self) -> tuple[str, float, float, float]:
        """Return the interaction, J0/h0, T and the crossover temperature."""
        return self.interaction.value, self.ratio.value, 10**self.temperature.value, 10**self.crossover.value
