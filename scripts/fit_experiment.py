"""Rule fit_experiment: fit one dataset with µ free, with µ = 0 (STM) and on the atlas; JSON, tables, report and figure."""

from pathlib import Path

from tlsglass.base import io, validation
from tlsglass.data.dataset import load_dataset
from tlsglass.fitting.result import fit_dataset
from tlsglass.report import fit_report

io.start_job(snakemake)
dataset = load_dataset(Path(snakemake.input.info).parent, validation.read_yaml(snakemake.input.schema))
report = fit_report.FitReport(fit_dataset(dataset))
report.write_tables(snakemake.output)
report.plot().save(snakemake.output)
