"""A copy of the workflow with a study that takes seconds."""

import os
import shutil
import subprocess
import time

import forks
import yaml

from shared import ROOT

TINY = {
    "lattices": [
        {"L": 4, "realizations": 60, "realizations_per_job": 30},
        {"L": 6, "realizations": 40, "realizations_per_job": 20},
    ],
    "annealing": {"schedule_K": [100, 10, 2, 1, 0.5, 0.2, 0.05], "sweeps": 10},
    "density_of_states": {"temperatures_K": [0.05, 0.2, 0.5, 1]},
    "fits": {"jackknife_groups": 4},
    "observables": {
        "exponent_windows_K": [[0.05, 1], [0.2, 1]],
        "crossover_K": {"matched_to_fig_3": 0.5, "fig5a": 0.5, "fig5a_2pi": 0.5},
        "sound_velocity_windows_K": [[0.05, 1]],
        "slope_below_T0": [0.4],
        "slope_above_T0": [1],
        "least_counts": 20,
    },
    "figures": {"L": 6, "fig_1_temperatures_K": [0.05, 0.5]},
    "paper": {"L": 6},
    "checks": {
        "variant_temperatures_K": [0.05, 0.5],
        "pulls": {"n_splits": 2, "synthetic": 4},
        "variants": {
            **dict.fromkeys(["cutoff_0.5", "sweeps_64", "sweeps_1024", "ladder_dense", "ladder_geometric"]),
            "ladder_sparse": {"L": 6, "realizations": 20},
            "heat_bath": {"L": 6, "realizations": 20},
            "cutoff_0.1": {"L": 4, "realizations": 20},
            "field_scale": {"L": 4, "realizations": 20},
        },
        "finite_size": {
            "schedule_K": [2, 1, 0.5, 0.2, 0.05],
            "jackknife_groups": 2,
            "lattices": [{"L": L, "realizations": 20, "realizations_per_job": 20} for L in (6, 8)],
        },
        "weak_coupling": {"L": 4, "realizations": 20, "realizations_per_job": 20},
    },
}
# a dataset for a figure of each kind, all of panel (a) of Fig. 6: the others are fitted by the same code
DATASETS = (
    "fig4_silica_thermal_conductivity",
    "fig5a_silica_sound_velocity",
    "fig6a_x017_sound_velocity",
    "fig6a_x032_sound_velocity",
    "niobium_resonator_frequency",
    "stycast1266_thermal_conductivity",
)
# compiled files that another test writes at this moment, before they get their names
BEING_WRITTEN = shutil.ignore_patterns("*.pyc.*", "*.tmp.*")
# appended to base/io.py; YAML is left out, because the Snakefile itself reads the configuration and the datasets
CHECK_OF_INPUTS = r"""

_start_job = start_job
DATA = re.compile(r"(?:benchmarks|config|docs|scripts|workflow)/.*\.(?:npz|csv|css|js|json|j2|rst)")


def start_job(job):
    _start_job(job)
    declared = set(map(os.path.realpath, job.input))

    def refuse_undeclared(event, arguments):
        if event == "open" and isinstance(arguments[0], (str, Path)):
            path = os.path.realpath(arguments[0])
            if DATA.fullmatch(os.path.relpath(path)) and path not in declared:
                raise RuntimeError(f"{os.path.relpath(path)} is no input of rule {job.rule}")

    sys.addaudithook(refuse_undeclared)
"""
# every one of them named, so that none comes from config/config.yaml
NO_CHECKS = {"variants": dict.fromkeys(TINY["checks"]["variants"]), "finite_size": None, "weak_coupling": None}


def shown_at(L):
    """Return the tiny study with figures and claims of another lattice."""
    return TINY | {"figures": TINY["figures"] | {"L": L}, "paper": {"L": L}}


class Workflow:
    """A folder with the workflow's files, in which Snakemake is run as a user would."""

    def __init__(self, folder):
        self.folder = folder
        for name in ("Snakefile", "pyproject.toml", "config", "profiles", "scripts", "tools", "workflow", "envs"):
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, folder / name, ignore=BEING_WRITTEN)
            else:
                shutil.copy(source, folder / name)
        for path in (folder / "config/experiments").glob("*/dataset.yaml"):
            if path.parent.name not in DATASETS:
                shutil.rmtree(path.parent)
        self.write_overlay(TINY)

    def results(self, run="tiny"):
        """Return the folder of the results of a run."""
        return self.folder / "results/runs" / run

    def shards(self, name):
        """Return the one folder of the shards of a set in which a Study of the tiny overlay would look."""
        (folder,) = self.folder.glob(f"results/shards/{name}-*")
        return folder

    def add_published(self):
        shutil.copytree(ROOT / "results/published", self.folder / "results/published")
        shutil.copytree(ROOT / "config/experiments", self.folder / "config/experiments", dirs_exist_ok=True)

    def write_overlay(self, content, name="config/tiny.yaml"):
        (self.folder / name).write_text(yaml.safe_dump(content), encoding="utf-8")

    def command(self, *arguments, configfile="config/tiny.yaml", cores=2):
        overlay = ["--configfile", configfile] if configfile else []
        return [*forks.SNAKEMAKE, "--cores", str(cores), *arguments, *overlay]

    def environment(self):
        return os.environ | {"XDG_CACHE_HOME": str(self.folder / ".cache")}

    def call(self, command):
        return forks.call(command, self.folder, self.environment())

    def run(self, *arguments, **options):
        return self.call(self.command(*arguments, **options))

    def start(self, *arguments, program=("-m", "snakemake")):
        """Start Snakemake, or a program with its arguments, in a process group of its own, and return it."""
        python, _, _, *options = self.command(*arguments)
        outputs = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        return subprocess.Popen(
            [python, *program, *options], cwd=self.folder, env=self.environment(), **outputs, process_group=0
        )

    def wait_for(self, condition, seconds=60):
        """Return what ``condition`` returns once that is true."""
        end = time.monotonic() + seconds
        while not (met := condition()):
            assert time.monotonic() < end, "waited in vain"
            time.sleep(0.05)
        return met

    def write_small_study(self):
        """Write an overlay with one (L, J0) and nothing beside it."""
        self.write_overlay(
            shown_at(4) | {"model": {"J0_K": [2]}, "lattices": TINY["lattices"][:1], "checks": NO_CHECKS},
        )

    def write_long_batches(self, sweeps=4000, **sections):
        """Write an overlay with batches of seconds, four for 4000 sweeps, and let each keep several checkpoints."""
        self.write_overlay(
            shown_at(8)
            | {
                "lattices": [{"L": 8, "realizations": 200, "realizations_per_job": 100}],
                "annealing": TINY["annealing"] | {"sweeps": sweeps},
                "checks": NO_CHECKS,
            }
            | sections,
        )
        library = self.folder / "scripts/tlsglass/montecarlo/checkpoint.py"
        text = library.read_text(encoding="utf-8")
        library.write_text(text.replace("INTERVAL = 30.0", "INTERVAL = 0.25"), encoding="utf-8")
        assert "INTERVAL = 0.25" in library.read_text(encoding="utf-8")

    def refuse_undeclared_inputs(self):
        """Let each job fail that reads a file of the workflow with data, or a template, that is no input of its rule."""
        with (self.folder / "scripts/tlsglass/base/io.py").open("a", encoding="utf-8") as library:
            library.write(CHECK_OF_INPUTS)

    def words(self, rule):
        """Run a rule that has only words to say and return them, the lines of its log."""
        self.run(rule)
        return (self.results() / f"logs/{rule}.log").read_text(encoding="utf-8").splitlines()

    def checkpoints(self):
        """Return the whole checkpoints: not what is being written beside them."""
        return list(self.folder.glob("results/shards/*/checkpoint/[0-9]*.npz"))

    def bytes_of(self, pattern):
        return {
            str(path.relative_to(self.folder)): path.read_bytes()
            for path in sorted(self.folder.glob(pattern))
            if path.is_file()
        }
