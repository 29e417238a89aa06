"""Rule page: the study on one page, from the published outcome."""

from pathlib import Path

from tlsglass.base import io, validation
from tlsglass.report import page

io.start_job(snakemake)
given = snakemake.input
text = page.render_html(
    Path(given.manifest).parent,
    validation.read_yaml(given.config),
    given.paper,
    given.datasets,
    Path(given.template).parent,
    Path(given.captions[0]).parent,
)
io.write_text(snakemake.output.page, text)
