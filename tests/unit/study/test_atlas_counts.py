"""The CPU time of simulations is that of the benchmark files of their jobs."""

import pytest

from shared import CONFIG
from tlsglass.study.atlas_counts import sum_cpu_time
from tlsglass.study.configured_study import Study

HEADINGS = ("s", "h:m:s", "max_rss", "mean_load", "cpu_time")


def test_the_jobs_of_the_plans_are_summed_and_unmeasured_ones_are_counted(tmp_path):
    study = Study(CONFIG)
    plans = [study.set_plan("8", "2"), study.set_plan("12", "3")]
    batches = [(plan, batch) for plan in plans for batch in plan.batches]
    for number, (plan, batch) in enumerate(batches[:-1]):
        path = tmp_path / "anneal" / plan.shard_folder / f"{batch}.tsv"
        path.parent.mkdir(parents=True, exist_ok=True)
        cpu_time = "NA" if number == 0 else "1800.00"  # Snakemake does not measure a job of less than a second
        rows = [HEADINGS, ("2000.0", "0:33:20", "170.00", "90.00", cpu_time)]
        path.write_text("".join("\t".join(row) + "\n" for row in rows), encoding="utf-8")
    (tmp_path / "anneal/other").mkdir()
    (tmp_path / "anneal/other/00000-00009.tsv").write_text("s\tcpu_time\n1\t1e6\n", encoding="utf-8")
    measured = sum_cpu_time([*plans, plans[0]], tmp_path)
    assert (measured["jobs"], measured["measured_jobs"]) == (len(batches), len(batches) - 2)
    assert measured["cpu_hours"] == pytest.approx(0.5 * (len(batches) - 2))


def test_without_benchmark_files_no_job_is_measured(tmp_path):
    plan = Study(CONFIG).set_plan("8", "2")
    assert sum_cpu_time([plan], tmp_path) == {"jobs": len(plan.batches), "measured_jobs": 0, "cpu_hours": 0.0}
