"""Rule page: the web page, from the published outcome."""

from pathlib import Path

from tlsglass.base import io, validation
from tlsglass.report import page

io.start_job(snakemake)
inputs = snakemake.input
text = page.render_html(
    Path(inputs.manifest).parent,
    validation.read_yaml(inputs.config),
    inputs.paper,
    inputs.datasets,
    Path(inputs.template).parent,
    Path(inputs.captions[0]).parent,
)
io.write_text(snakemake.output.page, text)
