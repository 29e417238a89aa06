"""Simulate a random sample of the published batches again and compare their numbers with results/published/MANIFEST.json.

make verify            two batches
make verify N=5 SEED=1
"""

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tlsglass.base import io, published_files
from tlsglass.base.labels import Batch
from tlsglass.montecarlo.methods import simulate
from tlsglass.montecarlo.protocol import CHAIN_VERSION
from tlsglass.study.configured_study import Study
from tlsglass.study.simulation_plan import SimulationPlan
from tlsglass.study.workflow_helpers import RECORD

ROOT = Path(__file__).parents[1]


def simulated_digests(plan: SimulationPlan, batch: Batch) -> dict[str, str]:
    """Simulate one batch and return the digests of the numbers in its shards, by rung."""
    counts, record = simulate(plan.model, plan.protocol, batch.first, batch.n)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "shard.npz")

        def digest(shard: Any) -> str:
            shard.save(path)
            return io.read_digest(path)

        digests = {str(rung): digest(counts[rung.T_K]) for rung in plan.rungs}
        return digests | ({RECORD: digest(record)} if plan.wants_chain_record else {})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-n", type=int, default=2, help="number of batches (default: 2)")
    parser.add_argument("--seed", type=int, default=None, help="selects the batches (default: random)")
    parser.add_argument("--manifest", type=Path, default=ROOT / "results/published/MANIFEST.json")
    options = parser.parse_args()
    try:
        manifest = published_files.read_manifest(options.manifest.parent)
    except io.UserError as error:
        sys.exit(str(error))
    if manifest["chain_version"] != CHAIN_VERSION:
        sys.exit(f"{options.manifest}: made by chain version {manifest['chain_version']}; this is {CHAIN_VERSION}")
    plans, listed = Study(manifest["config"]).simulation_plans(), manifest["shards"]
    batches = [
        (name, batch)
        for name, plan in plans.items()
        for batch in plan.batches
        if str(batch) in listed.get(f"{name}/{plan.rungs[0]}", {})
    ]
    if not batches:
        sys.exit(f"{options.manifest}: lists no shards")
    seed = random.SystemRandom().randrange(10**6) if options.seed is None else options.seed
    chosen = random.Random(seed).sample(batches, min(options.n, len(batches)))
    print(f"{len(chosen)} of {len(batches)} published batches, seed {seed}", flush=True)
    wrong = []
    for name, batch in chosen:
        start = time.perf_counter()
        digests = simulated_digests(plans[name], batch)
        differing = [rung for rung, digest in digests.items() if listed[f"{name}/{rung}"].get(str(batch)) != digest]
        wrong += [f"{name}/{rung}/{batch}" for rung in differing]
        verdict = "differs from the manifest" if differing else f"{len(digests)} shards as published"
        print(f"{name}, realizations {batch}: {verdict} ({time.perf_counter() - start:.0f} s)", flush=True)
    if wrong:
        sys.exit("not as published: " + ", ".join(wrong))


if __name__ == "__main__":
    main()
