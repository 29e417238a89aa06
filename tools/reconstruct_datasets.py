"""Write the points of every reconstructed dataset again: PYTHONPATH=scripts python tools/reconstruct_datasets.py"""

from pathlib import Path

from tlsglass.base import io, validation
from tlsglass.fitting import synthetic

for path in sorted(Path("config/experiments").glob("*/dataset.yaml")):
    info = validation.read_yaml(path)
    if info["provenance"] == "reconstructed":
        io.write_csv(path.parent / info["data"]["file"], synthetic.reconstruct(info))
