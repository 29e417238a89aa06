"""Rules that fit datasets with µ free, with µ = 0 (STM) and on the atlas; JSON, tables, report and figure of each."""

from pathlib import Path
from types import SimpleNamespace

from tlsglass.base import io, validation
from tlsglass.data.dataset import load_dataset
from tlsglass.fitting.result import fit_dataset
from tlsglass.report import fit_report

io.start_job(snakemake)
schema = validation.read_yaml(snakemake.input.schema)
for k, info in enumerate(snakemake.input.info):
    outputs = SimpleNamespace(**{name: paths[k] for name, paths in snakemake.output.items()})
    report = fit_report.FitReport(fit_dataset(load_dataset(Path(info).parent, schema)))
    report.write_tables(outputs)
    report.plot().save(outputs)
