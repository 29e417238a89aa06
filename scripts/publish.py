"""Copy the outcome of a run to results/published.

make publish                    after `make paper`: counts, manifest, tables, figures, scorecard
make publish OUTCOME=1          after `make`: tables, figures and scorecard alone
"""

import argparse
import json
import sys
from pathlib import Path

from tlsglass.study import publication


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--outcome", action="store_true", help="only tables, figures and the scorecard")
    options = parser.parse_args()
    results = Path("results")
    config = json.loads((results / "checks/provenance.json").read_text(encoding="utf-8"))["config"]
    simulated = config["density_of_states"]["source"] == "simulation"
    if options.outcome:
        publication.publish_outcome(results, results / "published")
    elif simulated:
        publication.publish(results, results / "published", config)
    else:
        sys.exit("results/ was made from the published counts: there is nothing new but its outcome (make publish OUTCOME=1)")


if __name__ == "__main__":
    main()
