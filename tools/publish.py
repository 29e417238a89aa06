"""Copy the outcome of a finished run to results/published.

make publish                    of the run `paper`: counts, manifest, tables, figures, scorecard
make publish RUN=published      of a run that was made from the published counts: tables, figures and scorecard alone
tools/publish.py --list         nothing is copied: the manifest lists the files of results/published as they are now
"""

import argparse
import json
import sys
from pathlib import Path

from tlsglass.base import io
from tlsglass.study import publish
from tlsglass.study.configured_study import Study

ROOT = Path(__file__).parents[1]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", nargs="?", default="paper", help="name of the run (default: paper)")
    parser.add_argument("--list", action="store_true", help="only list the files of results/published anew in its manifest")
    options = parser.parse_args()
    results = ROOT / "results"
    run, shards, published = results / "runs" / options.run, results / "shards", results / "published"
    if options.list:
        publish.refresh_list(published)
        return
    if wrong := publish.incomplete_files(run) or publish.unfitted_datasets(run, ROOT / "config/experiments"):
        sys.exit("\n".join([*wrong[:5], f"the run {options.run} is not complete: nothing was published"]))
    config = json.loads((run / "checks/provenance.json").read_text(encoding="utf-8"))["config"]
    study = Study(config)
    if wrong := publish.wrong_counts(study, run):
        sys.exit("\n".join([*wrong[:5], f"the run {options.run} is not complete: nothing was published"]))
    try:
        if config["density_of_states"]["source"] == "simulation":
            publish.publish(run, shards, published, config)
        else:
            publish.publish_outcome(run, published)
    except io.UserError as failure:
        sys.exit(f"{failure}\nnothing was published")


if __name__ == "__main__":
    main()
