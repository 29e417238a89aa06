"""Quiet output of Snakemake, as `make` uses it: one line for each finished stage, and the time that is left.

``PYTHONPATH=tools:scripts snakemake --logger stages ...``. Snakemake writes its full output to a file in .snakemake/log.
"""

import csv
import logging
import re
import shutil
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

from snakemake_interface_logger_plugins.base import LogHandlerBase
from snakemake_interface_logger_plugins.common import LogEvent

from tlsglass.base.validation import printable

STAGES = {  # name: regular expression of rules; a rule belongs to the first that matches
    "simulations": r"(anneal|temper|anneal_twice)(_\d+)?",
    "densities of states": r"(\w+_)?dos(_table)?|summarize_chains|equilibration_data",
    "fits of measured data": r"fit_\w+|experiment_table|joint_tables|closure\w*",
    "figures": r"figures?_\w+",
    "page and documents": r"page|readme|results_note|report_texts",
    "quantities and tables": r"\w+",
}
ALL = "all"  # the rule that only lists targets
SECONDS = Path(__file__).with_name("seconds.csv")  # of one job of each rule, as measured
INTERVAL_S = 60  # at least, between lines on the progress that no terminal overwrites
FIRST_LINES = 5  # of the log of a failed job


def stage_of(rule):
    """Return the stage that a rule belongs to."""
    return next(stage for stage, pattern in STAGES.items() if re.fullmatch(pattern, rule))


def read_seconds(path=SECONDS):
    """Return {rule: seconds of one job}."""
    with open(path, newline="", encoding="utf-8") as file:
        return {row["rule"]: float(row["seconds"]) for row in csv.DictReader(file)}


def format_duration(seconds):
    """Return a duration in seconds, minutes or hours."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"


class Progress:
    """The jobs of a run, and the time that the remaining ones will take.

    Parameters
    ----------
    counts : dict
        {rule: number of jobs}.
    expected_s : dict
        {rule: seconds of one job on a reference machine}, for rules of which no job has finished yet.
    """

    def __init__(self, counts, expected_s):
        self.left = Counter({rule: n for rule, n in counts.items() if rule != ALL})
        self.total = sum(self.left.values())
        self.expected_s = expected_s
        self.durations_s = defaultdict(list)
        self.running = {}  # job id: (rule, start)

    @property
    def done(self):
        """The number of finished jobs."""
        return self.total - sum(self.left.values())

    def start(self, job_id, rule, now):
        """Register a job that starts."""
        self.running[job_id] = rule, now

    def finish(self, job_id, now):
        """Register a job that has finished, and return its stage if that is complete, with the seconds of all its jobs."""
        rule, start = self.running.pop(job_id, (ALL, now))
        if rule == ALL:
            return None
        self.left[rule] -= 1
        self.durations_s[rule].append(now - start)
        stage = stage_of(rule)
        return None if any(n for name, n in self.left.items() if stage_of(name) == stage) else stage

    def remaining_s(self, cores, now):
        """Return the seconds that the remaining jobs will take, or None as long as nothing is known of one of their rules."""
        measured = sum(sum(durations) for rule, durations in self.durations_s.items() if rule in self.expected_s)
        expected = sum(len(durations) * self.expected_s.get(rule, 0) for rule, durations in self.durations_s.items())
        speed = measured / expected if expected else 1.0  # of this machine
        total = 0.0
        for rule, n in self.left.items():
            durations = self.durations_s.get(rule)
            if n and not durations and rule not in self.expected_s:
                return None
            mean = sum(durations) / len(durations) if durations else speed * self.expected_s.get(rule, 0)
            elapsed = [now - start for running, start in self.running.values() if running == rule]
            total += n * mean - sum(min(seconds, mean) for seconds in elapsed)
        return max(total, 0.0) / max(cores, 1)


class LogHandler(LogHandlerBase):
    """Print one line for each stage, warnings, and failures with the first lines of their logs."""

    writes_to_stream = True
    writes_to_file = False
    has_filter = True  # so that the option --quiet hides nothing that is counted here
    has_formatter = False
    needs_rulegraph = False

    def __post_init__(self):
        self.stream = sys.stderr
        self.begun = self.last_line = time.time()
        self.cores, self.progress, self.failed = 1, None, 0

    def emit(self, record):
        """Print what a record of Snakemake's log says about stages and failures, if anything."""
        event = getattr(record, "event", None)
        if event == LogEvent.RUN_INFO and self.progress is None:
            counts = {rule: n for rule, n in record.stats.items() if rule != "total"}
            self.progress = Progress(counts, read_seconds())
            self._print(f"{self.progress.total} jobs, {self._time_left(record.created)}")
        elif event == LogEvent.RESOURCES_INFO and getattr(record, "cores", None):
            self.cores = record.cores
        elif event == LogEvent.JOB_INFO and self.progress:
            self.progress.start(record.jobid, record.rule_name, record.created)
        elif event == LogEvent.JOB_FINISHED and self.progress:
            self._finish(record)
        elif event in (LogEvent.JOB_ERROR, LogEvent.GROUP_ERROR):
            self._fail(record)
        elif record.levelno >= logging.WARNING:
            self._print(self.format(record))
        elif event is None and str(record.msg).startswith("Nothing to be done"):
            self._print("Everything is up to date.")
        elif event is None and str(record.msg).startswith("Complete log"):
            self._print(f"Full output: {str(record.msg).partition(': ')[2]}")

    def close(self):
        """Print the number of jobs and the time they took."""
        if self.progress and self.progress.total:
            jobs = f"{self.progress.done} of {self.progress.total} jobs in {format_duration(time.time() - self.begun)}"
            self._print(f"{jobs}, {self.failed} failed" if self.failed else jobs)
        self.progress = None
        super().close()

    def _finish(self, record):
        """Register a finished job; print its stage if that is complete, or else the progress."""
        stage = self.progress.finish(record.job_id, record.created)
        state = f"{self.progress.done}/{self.progress.total} jobs, {self._time_left(record.created)}"
        if stage:
            self._print(f"{stage}: done after {format_duration(record.created - self.begun)} ({state})")
        elif self.stream.isatty():
            width = shutil.get_terminal_size().columns - 1
            self.stream.write(f"\r\033[K{state}"[: width + 4])
            self.stream.flush()
        elif record.created - self.last_line > INTERVAL_S:
            self._print(state)

    def _time_left(self, now):
        """Return how long the remaining jobs will take, in words."""
        seconds = self.progress.remaining_s(self.cores, now)
        return "time left not known yet" if seconds is None else f"about {format_duration(seconds)} left"

    def _fail(self, record):
        """Print which job failed, and the first lines of its log."""
        self.failed += 1
        name = getattr(record, "rule_name", None) or f"group {getattr(record, 'groupid', '')}"
        self._print(f"{name} failed:")
        for path in getattr(record, "log", None) or []:
            if str(path).endswith(".log") and Path(path).is_file():
                lines = Path(path).read_text(encoding="utf-8", errors="replace").splitlines()
                if lines and lines[0].startswith("Traceback"):
                    lines = lines[-1:]
                for line in lines[:FIRST_LINES]:
                    self._print(f"  {line}")
                self._print(f"  ({path})")

    def _print(self, text):
        """Print lines in place of the progress."""
        clear = "\r\033[K" if self.stream.isatty() else ""
        for line in text.splitlines():
            self.stream.write(f"{clear}{printable(line)}\n")
        self.stream.flush()
        self.last_line = time.time()
