"""The catalogue: every entry is whole, an entry that is not is named in one line, and inputs follow the axes of a run."""

import re
import subprocess
import sys
from dataclasses import replace

import pytest

from shared import ROOT
from tlsglass.base import validation
from tlsglass.report import catalogue, docs_pages
from tlsglass.report.catalogue_entry import CatalogueError, Entry, RunContents, card, check_catalogue, paper

CAPTIONS = ROOT / "workflow/report"
CONFIG = validation.read_yaml(ROOT / "config/config.yaml")
ENTRIES = {entry.name: entry for entry in catalogue.ENTRIES}
RUN = RunContents(
    J0_values=["2", "3"],
    sizes=["8", "12"],
    L="12",
    dos_K=["0.02", "0.5"],
    quench="2e-06",
    datasets=["fig5a_silica_sound_velocity", "fig5c_coverglass_sound_velocity"],
)


def test_every_entry_is_whole():
    check_catalogue(catalogue.ENTRIES, CAPTIONS)
    for entry in catalogue.ENTRIES:
        entry.settings_from(CONFIG)


def test_every_published_result_and_every_caption_has_an_entry():
    named = {(entry.folder, entry.name) for entry in catalogue.ENTRIES}
    paths = [path for kind in ("svg", "md") for path in (ROOT / "results/published").glob(f"*/*.{kind}")]
    published = {(path.parent.name.replace("narrow", "figures"), path.stem) for path in paths}
    assert published == named
    assert {path.stem for path in CAPTIONS.glob("*.rst")} == {name for _, name in named} | {"study"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"title": ""}, "catalogue: figure_pulls: no title"),
        ({"section": ""}, "catalogue: figure_pulls: no section"),
        ({"name": ""}, "catalogue: entry 1: no name"),
        ({"name": "figure_new"}, "catalogue: figure_new: no caption, workflow/report/figure_new.rst"),
        ({"kind": "table"}, "catalogue: figure_pulls: no function figure_pulls in scripts/tlsglass/report/tables.py"),
        ({"name": "study"}, "catalogue: study: no function draw in scripts/tlsglass/report/figures/study.py"),
        (
            {"inputs": {}},
            "catalogue: figure_pulls: draw in figures/figure_pulls.py differs from inputs and settings in pulls",
        ),
    ],
)
def test_an_entry_that_lacks_something_is_named_in_one_line(change, message):
    with pytest.raises(CatalogueError) as refusal:
        check_catalogue([replace(ENTRIES["figure_pulls"], **change)], CAPTIONS)
    assert str(refusal.value) == message


def test_an_entry_stands_there_once():
    with pytest.raises(CatalogueError, match="figure_1: listed twice"):
        check_catalogue([ENTRIES["figure_1"]] * 2, CAPTIONS)


def test_a_setting_that_the_configuration_lacks_is_named():
    entry = Entry("toy", settings={"top": "figures.top_K"})
    with pytest.raises(CatalogueError, match=re.escape("catalogue: toy: top: the configuration has no figures.top_K")):
        entry.settings_from(CONFIG)


def test_settings_are_looked_up_in_lists_and_in_each_entry_of_a_list():
    entry = Entry(
        settings={
            "warm": "figures.fig_1_temperatures_K.1",
            "sizes": "lattices.*.L",
            "low": "observables.exponent_windows_K.0.0",
        }
    )
    assert entry.settings_from(CONFIG) == {"warm": 0.5, "sizes": [8, 12], "low": 0.1}


def test_inputs_are_those_of_the_lattice_that_the_figures_name():
    dos = "<results>/dos/L12_J{}/T{}.npz".format
    paths = ENTRIES["figure_1"].input_paths(RUN)
    assert paths["counts"] == [dos(2, "0.02"), dos(2, "0.5"), dos(3, "0.02"), dos(3, "0.5")]
    assert paths["eq3"] == "<results>/tables/table_2.csv"
    assert ENTRIES["figure_dipolar_gap"].input_paths(replace(RUN, J0_values=["2"]))["counts"] == [dos(2, "2e-06")]
    assert ENTRIES["figure_3"].input_paths(replace(RUN, L="8"))["observables"] == [
        f"<results>/observables/L8_J{J0}.csv" for J0 in (2, 3)
    ]
    assert len(ENTRIES["figure_2"].input_paths(RUN)["observables"]) == 4


def test_a_figure_falls_away_with_what_it_shows():
    assert ENTRIES["figure_variants"].input_paths(RUN) is None
    assert ENTRIES["figure_variants"].input_paths(replace(RUN, variants=["cutoff"])) is not None
    assert ENTRIES["figure_stycast"].input_paths(RUN) is None
    silica = ENTRIES["figure_5"]
    assert silica.input_paths(RUN)["fits"] == [f"<results>/experiments/{dataset}/fit.json" for dataset in RUN.datasets]
    assert silica.settings_from(CONFIG, RUN) == {"panels": [1, 1]}
    assert silica.available_panels(RUN) == [["fig5a_silica_sound_velocity"], ["fig5c_coverglass_sound_velocity"]]


def test_the_catalogue_is_read_without_the_scientific_packages():
    program = (
        "import sys; from tlsglass.report import catalogue; "
        "print({'numpy', 'pandas', 'matplotlib', 'scipy', 'jinja2'} & set(sys.modules))"
    )
    environment = {"PYTHONPATH": str(ROOT / "scripts")}
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=True)
    assert run.stdout.strip() == "set()"


def test_the_table_of_outputs_names_every_entry_and_table():
    text = docs_pages.outputs_table()
    for entry in catalogue.ENTRIES:
        assert f"| `{entry.folder}/{entry.name}` | {entry.title} |" in text
    for name in catalogue.DATA_TABLES:
        assert f"`tables/{name}.csv`" in text
    assert {len(line.split("|")) for line in text.splitlines()} == {4}


def test_an_input_is_a_table_of_the_run_or_what_a_function_returns():
    entry = Entry(inputs={"scales": "table_1", "card": card, "claims": paper})
    scales, scorecard = "<results>/tables/table_1.csv", "<results>/checks/scorecard.csv"
    assert entry.input_paths(RUN) == {"scales": scales, "card": scorecard, "claims": "config/paper_values.csv"}
