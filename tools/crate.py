"""Write the study as a Workflow RO-Crate: workflow, configuration, published outcome and their metadata.

make crate                       results/crate, a folder; then validates it
python tools/crate.py FOLDER     the same elsewhere, without validation

Needs the packages of requirements-crate.lock alone. The crate contains the files that git tracks.
"""

import argparse
import json
import subprocess
import tomllib
from pathlib import Path

from rocrate.model.person import Person
from rocrate.rocrate import ROCrate

from tlsglass.base import provenance

ROOT = Path(__file__).parents[1]
PROFILE = "https://w3id.org/workflowhub/workflow-ro-crate/1.0"
BIOSCHEMAS = "https://bioschemas.org/profiles/ComputationalWorkflow/1.0-RELEASE"
LICENCE = "https://spdx.org/licenses/MIT"
PARTS = {  # path from the root: what it is
    "README.md": "What this is, how it is run, what was found",
    "CITATION.cff": "How to cite it",
    "CHANGELOG.md": "What changed",
    "pyproject.toml": "What the library needs",
    "requirements.lock": "The packages that all tests run with, with hashes",
    "Makefile": "The commands",
    "config": "The configuration of the study, the claims of the paper, the measured datasets",
    "workflow": "Rules, schemas, captions, templates of pages",
    "scripts": "The library tlsglass and the Snakemake drivers of the rules",
    "tools": "Developer tools that no rule runs",
    "envs": "Conda environments of the rules",
    "profiles": "Profiles of Snakemake",
    "docs": "Documentation and the page of the study",
    "results/published": "Densities of states with the digest of every shard, tables, figures, fits, scorecard",
}
FORMATS = {  # by the ending of a file; others are plain text
    ".cff": "application/yaml",
    ".css": "text/css",
    ".csv": "text/csv",
    ".html": "text/html",
    ".ipynb": "application/x-ipynb+json",
    ".js": "text/javascript",
    ".json": "application/json",
    ".jsonld": "application/ld+json",
    ".md": "text/markdown",
    ".npz": "application/zip",
    ".png": "image/png",
    ".py": "text/x-python",
    ".rst": "text/x-rst",
    ".svg": "image/svg+xml",
    ".toml": "application/toml",
    ".yaml": "application/yaml",
}


def file(crate, path, **properties):
    """Add the file at a path from the root, and return its entity."""
    known = {"name": path, "encodingFormat": FORMATS.get(Path(path).suffix, "text/plain")}
    return crate.add_file(ROOT / path, path, properties=known | properties)


def tracked(path):
    """Return the files that git tracks at a path from the root."""
    listing = subprocess.run(["git", "ls-files", "-z", path], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return sorted(name for name in listing.split("\0") if name and (ROOT / name).is_file())


def minimum_snakemake():
    """Return the lower bound of Snakemake in pyproject.toml, as ">=9.12"."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return project["optional-dependencies"]["workflow"][0].removeprefix("snakemake ").replace(" ", "")


def build(folder):
    """Write the crate to ``folder``, which must not be there."""
    about = json.loads((ROOT / "codemeta.json").read_text(encoding="utf-8"))
    crate = ROCrate(version="1.1")
    root = crate.root_dataset
    for name in ("name", "description", "keywords", "version"):
        root[name] = about[name]
    root["license"] = file(crate, "LICENSE", name="MIT licence", sameAs=LICENCE)
    root["identifier"] = f"git commit {provenance.commit()}"
    root["conformsTo"] = {"@id": PROFILE}
    crate.metadata["conformsTo"] = [crate.metadata["conformsTo"], {"@id": PROFILE}]
    authors = crate.add(Person(crate, "#developers", properties={"@type": "Organization", "name": about["author"][0]["name"]}))
    root["author"] = authors
    lang_version = minimum_snakemake()
    workflow = crate.add_workflow(ROOT / "Snakefile", "Snakefile", main=True, lang="snakemake", lang_version=lang_version)
    workflow["name"] = about["name"]
    workflow["version"] = about["version"]
    workflow["encodingFormat"] = "text/plain"
    workflow["conformsTo"] = {"@id": BIOSCHEMAS}
    workflow["license"] = {"@id": "LICENSE"}
    workflow["creator"] = authors
    for path, description in PARTS.items():
        if (ROOT / path).is_file():
            file(crate, path, description=description)
            continue
        part = crate.add_dataset(dest_path=path, properties={"name": path, "description": description})
        part["hasPart"] = [file(crate, name) for name in tracked(path)]
    crate.get("README.md")["about"] = root
    crate.write(folder)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    build(parser.parse_args().folder)


if __name__ == "__main__":
    main()
