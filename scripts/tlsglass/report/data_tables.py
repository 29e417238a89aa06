"""What comes out of a run beside the entries of the catalogue, and the README's list of all of it."""

from tlsglass.report import catalogue

# Tables of numbers alone, tables/NAME.csv, that the study as a whole makes; rules of their own write them.
DATA = {
    "zero_temperature": "µ of n ∝ E^µ at the lowest temperature and after the quench",
    "gaussian_limit": "E0 of the Gaussian limit",
    "laws": "exponents of κ and C, slopes of δv/v, the constant-µ fit of Fig. 3, the differences of Appendix A",
    "crossover_map": "constant µ and slope ratio of Fig. 3 over T0 = (ω/A)^(1/3) and the upper end of the window",
    "sizes": "every quoted number at every lattice size",
    "size_dependence": "each larger lattice minus each smaller one",
    "size_limit": "every quoted number in the limit L → ∞, and how far that is from it",
    "short_ladder": "how far a short ladder moves every quoted number, realization by realization",
    "weak_coupling": "µ of n ∝ E^µ of a weak coupling after the quench",
    "certificates": "tests of equilibrium, set by set",
    "identities": "both sides of the Gaussian identities on every rung, for exchange and for two anneals",
    "tempering": "exchange Monte Carlo on every rung: energy, exchanges, autocorrelation",
    "annealing_cost": "every number by annealing minus that of equilibrium, realization by realization",
    "annealed_density": "n(T, E) annealed, in equilibrium, and their ratio, at the lowest temperature",
    "ground_states": "the lowest energies of the first realizations, exactly, and what annealing is above them",
    "closed_forms": "Eq. (9) and the slopes of the STM",
    "choices": "how far each window and range that the paper leaves open moves each number",
    "variants": "other cutoffs and scales; other ladders, sweeps and dynamics",
    "annealing": "energy and acceptance on every rung",
    "stability": "stability of the quenched states against one and two flips",
    "pulls": "whether the errors mean what they say",
    "joint_fits": "datasets that are fitted together: χ² and residuals with µ free and with µ = 0",
    "joint_parameters": "every parameter of these: alone, together, and how many σ two datasets differ by",
    "joint_left_out": "what fits without one power say of the points at that power",
    "atlas_couplings": "µ(T → 0), Eq. (9) or a power law, and the width of n at each coupling of the atlas",
    "atlas_curves": "B(T), µ(T), α, β and the slopes of δv/v against J0/h0, from the surface of the atlas",
    "atlas_collapse": "n T^-µ against E/T",
    "atlas_validation": "mean densities of the atlas beside those that it was not made of",
    "atlas_pulls": "the same bin by bin",
    "atlas_fits": "B and µ of the atlas beside those of other simulations",
    "atlas_summary": "the validation of the atlas in few numbers",
}


OTHERS = {  # what else lies in the folder of a run, for the README
    "experiments/NAME/": "the fit of a measured dataset: `fit.json`, `curves.csv`, `windows.csv`, `figure.svg`",
    "dos/L8_J2/T0.5.csv": "n(T, E) with errors, a file for each (L, J0, T); `.npz` holds the counts per block of realizations",
    "checks/provenance.json": "version and commit, packages, configuration, and the SHA-256 of every table, density and figure",
    "logs/`, `benchmarks/": "what each job said and took",
}


def outputs_table():
    """Return the README's table of what comes out in the folder of a run, as Markdown."""
    lines = ["| where | what |", "|---|---|"]
    for section, entries in catalogue.sections():
        lines.append(f"| | *{section}* |")
        lines += [f"| `{entry.folder}/{entry.name}` | {entry.title} |" for entry in entries]
    lines.append("| | *Numbers alone* |")
    lines += [f"| `tables/{name}.csv` | {what} |" for name, what in DATA.items()]
    lines.append("| | *Behind them* |")
    lines += [f"| `{path}` | {what} |" for path, what in OTHERS.items()]
    return "\n".join(lines) + "\n"
