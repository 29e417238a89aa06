"""Simulate a random sample of the published batches again and hold their numbers against results/published/MANIFEST.json.

make verify            two batches
make verify N=5 SEED=1
"""

import argparse
import json
import random
import sys
import tempfile
import time
from pathlib import Path

from tlsglass.base import io
from tlsglass.montecarlo.methods import simulate
from tlsglass.montecarlo.protocol import CHAIN_VERSION
from tlsglass.study.configured_study import Study

ROOT = Path(__file__).parents[1]


def shards_of(simulated, batch):
    """Return the digests of the numbers in the shards of a batch, simulated now, by their rungs."""
    counts, chain = simulate(simulated.model, simulated.protocol, batch.first, batch.n)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "shard.npz")

        def digest(shard):
            shard.save(path)
            return io.read_digest(path)

        found = {str(rung): digest(counts[rung.T_K]) for rung in simulated.rungs}
        return found | ({"chain": digest(chain)} if simulated.told else {})


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-n", type=int, default=2, help="number of batches (default: 2)")
    parser.add_argument("--seed", type=int, default=None, help="picks the batches (default: anew each time)")
    parser.add_argument("--manifest", type=Path, default=ROOT / "results/published/MANIFEST.json")
    options = parser.parse_args()
    try:
        manifest = json.loads(options.manifest.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        sys.exit(f"{options.manifest}: not a manifest: {error}")
    if manifest["chain_version"] != CHAIN_VERSION:
        sys.exit(f"{options.manifest}: made by chain version {manifest['chain_version']}; this is {CHAIN_VERSION}")
    simulated, listed = Study(manifest["config"]).all_simulated(), manifest["shards"]
    batches = [
        (name, batch)
        for name, one in simulated.items()
        for batch in one.batches
        if str(batch) in listed.get(f"{name}/{one.rungs[0]}", {})
    ]
    if not batches:
        sys.exit(f"{options.manifest}: lists no shards")
    seed = random.SystemRandom().randrange(10**6) if options.seed is None else options.seed
    chosen = random.Random(seed).sample(batches, min(options.n, len(batches)))
    print(f"{len(chosen)} of {len(batches)} published batches, seed {seed}", flush=True)
    wrong = []
    for name, batch in chosen:
        start = time.perf_counter()
        found = shards_of(simulated[name], batch)
        differing = [rung for rung, digest in found.items() if listed[f"{name}/{rung}"].get(str(batch)) != digest]
        wrong += [f"{name}/{rung}/{batch}" for rung in differing]
        verdict = "differs from the manifest" if differing else f"{len(found)} shards as published"
        print(f"{name}, realizations {batch}: {verdict} ({time.perf_counter() - start:.0f} s)", flush=True)
    if wrong:
        sys.exit("not as published: " + ", ".join(wrong))


if __name__ == "__main__":
    main()
