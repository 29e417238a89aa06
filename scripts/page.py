"""Rule page: the study on one page, from the published outcome."""

from pathlib import Path

from tlsglass.base import files
from tlsglass.show import page

files.log_to(snakemake.log[0])
given = snakemake.input
folders = {name: Path(path).parent for name, path in (("page_folder", given.template), ("captions_folder", given.contents))}
presets = page.presets(given.datasets)
files.write_text(snakemake.output.page, page.render(Path(given.manifest).parent, given.paper, presets, **folders))
