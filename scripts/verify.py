"""Simulate a random sample of the published batches again and hold their shards against results/published/MANIFEST.json.

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

from tlsglass.base import files
from tlsglass.chain import metropolis, simulation
from tlsglass.study.axes import Study

ROOT = Path(__file__).parents[1]


def shards_of(study, L, J0, batch):
    """Return the digests of the shards of one batch, simulated now, by their names under results/shards."""
    first, last = map(int, batch.split("-"))
    counts, chain = simulation.simulate(study.model(L, J0), study.protocol(), first, last - first + 1)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "shard.npz")

        def digest(shard):
            shard.save(path)
            return files.digest(files.read_arrays(path))

        found = {f"L{L}_J{J0}/T{label}": digest(counts[T]) for label, T in study.temperatures.items()}
        return found | {f"L{L}_J{J0}/chain": digest(chain)}


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
    if manifest["chain_version"] != metropolis.CHAIN_VERSION:
        sys.exit(f"{options.manifest}: made by chain version {manifest['chain_version']}; this is {metropolis.CHAIN_VERSION}")
    study = Study(manifest["config"])
    batches = [(L, J0, batch) for L in study.sizes for J0 in study.couplings for batch in study.batches(L)]
    seed = random.SystemRandom().randrange(10**6) if options.seed is None else options.seed
    chosen = random.Random(seed).sample(batches, min(options.n, len(batches)))
    print(f"{len(chosen)} of {len(batches)} published batches, seed {seed}", flush=True)
    wrong = []
    for L, J0, batch in chosen:
        start = time.perf_counter()
        found = shards_of(study, L, J0, batch)
        differing = [place for place, digest in found.items() if manifest["shards"][place][f"{batch}.npz"] != digest]
        wrong += [f"{place}/{batch}.npz" for place in differing]
        verdict = "differs from the manifest" if differing else f"{len(found)} shards as published"
        print(f"L = {L}, J0 = {J0} K, realizations {batch}: {verdict} ({time.perf_counter() - start:.0f} s)", flush=True)
    if wrong:
        sys.exit("not as published: " + ", ".join(wrong))


if __name__ == "__main__":
    main()
