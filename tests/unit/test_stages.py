"""The quiet output of `make`: one line for each stage, an estimate of the time left, and failures with their logs."""

import io
import logging

import pytest
from snakemake_interface_logger_plugins.common import LogEvent

import snakemake_logger_plugin_stages as stages
from tlsglass.report import catalogue


def test_each_rule_belongs_to_the_stage_of_its_kind():
    expected = {
        "anneal": "simulations",
        "temper_3": "simulations",
        "anneal_twice": "simulations",
        "annealing_table": "quantities and tables",
        "dos_table": "densities of states",
        "variants_dos": "densities of states",
        "fit_experiment": "fits of measured data",
        "fit_resonator_loss": "fits of measured data",
        "figures_of_section_3": "figures",
        "tables_to_read": "quantities and tables",
        "joint_tables": "fits of measured data",
        "scorecard": "quantities and tables",
        "page": "page and documents",
    } | {entry.name: "figures" for entry in catalogue.ENTRIES if entry.kind == "figure"}
    assert {rule: stages.stage_of(rule) for rule in expected} == expected


def test_the_time_left_is_that_of_the_remaining_jobs_on_this_machine():
    progress = stages.Progress({"fit": 4, "draw": 2, "all": 1}, {"fit": 2.0, "draw": 3.0})
    assert progress.total == 6
    assert progress.remaining_s(2, now=0) == pytest.approx((4 * 2 + 2 * 3) / 2)
    for job in range(2):  # twice as slow as expected
        progress.start(job, "fit", now=0)
        assert progress.finish(job, now=4) is None
    progress.start(2, "fit", now=4)
    assert progress.remaining_s(1, now=5) == pytest.approx(2 * 4 - 1 + 2 * 3 * 2)
    progress.left.clear()
    assert progress.remaining_s(1, now=5) == 0


def test_no_time_is_invented_for_jobs_of_unknown_length():
    progress = stages.Progress({"anneal": 2}, {})
    assert progress.remaining_s(1, now=0) is None
    progress.start(1, "anneal", now=0)
    assert progress.finish(1, now=30) is None
    assert progress.remaining_s(1, now=30) == pytest.approx(30)
    progress.start(2, "anneal", now=30)
    assert progress.finish(2, now=55) == "simulations"


@pytest.fixture
def handler(monkeypatch):
    monkeypatch.setattr(stages.sys, "stderr", io.StringIO())
    return stages.LogHandler(None, None)


def log(handler, message="", level=logging.INFO, **extra):
    record = logging.LogRecord("snakemake", level, "", 0, message, None, None)
    vars(record).update(extra)
    handler.emit(record)


def test_a_stage_is_a_line_and_a_failure_shows_the_beginning_of_its_log(handler, tmp_path):
    path = tmp_path / "fit.log"
    path.write_text("data.csv: column T_K, row 3: \x1b[31m-1\n" + "more\n" * 50, encoding="utf-8")
    log(handler, event=LogEvent.RUN_INFO, stats={"figure_1": 2, "fit_experiment": 1, "all": 1, "total": 4})
    log(handler, event=LogEvent.RESOURCES_INFO, cores=2)
    for job in (1, 2):
        log(handler, event=LogEvent.JOB_INFO, jobid=job, rule_name="figure_1")
    for job in (1, 2):
        log(handler, event=LogEvent.JOB_FINISHED, job_id=job)
    log(handler, "hundreds of lines", event=LogEvent.SHELLCMD)
    log(handler, event=LogEvent.JOB_ERROR, rule_name="fit_experiment", log=[str(path), "checksums.json"])
    log(handler, "Dataset x is broken and left out", logging.WARNING)
    log(handler, "Complete log(s): .snakemake/log/1.log")
    handler.close()
    first, stage, failed, *of_log, place, warning, full, last = handler.stream.getvalue().splitlines()
    assert first.startswith("3 jobs, about ")
    assert stage.startswith("figures: done after ")
    assert "2/3 jobs" in stage
    assert failed == "fit_experiment failed:"
    assert of_log == ["  data.csv: column T_K, row 3: \\x1b[31m-1", *["  more"] * 4]
    assert place == f"  ({path})"
    assert warning == "Dataset x is broken and left out"
    assert full == "Full output: .snakemake/log/1.log"
    assert last.startswith("2 of 3 jobs in ")
    assert last.endswith("1 failed")
