"""The catalogue: every figure and table of the study, one entry each, in the order of the paper; and its tables of numbers.

Rules, targets, report, page and the README's list of outputs follow from ``ENTRIES``. Figure NAME is drawn by ``draw`` in
``figures/NAME.py``, table NAME is formatted by ``NAME`` in ``tables.py``; both take the inputs and the settings of their entry
by name. The caption is ``workflow/report/NAME.rst``. To add a figure, add an entry, a module and a caption.
"""

import csv
from pathlib import Path

from tlsglass.report.catalogue_entry import (
    Entry,
    card,
    densities,
    fits,
    joint_fit,
    observables,
    observables_of_all_sets,
    paper,
    size_table,
    table_entry,
    variants,
)

SCALES, DENSITY, PROPERTIES = "Energy scales and the model", "Density of states", "Thermal and acoustic properties"
EXPERIMENTS, BEYOND = "The experiments of the paper", "Measured data beyond the paper"
APPENDICES, CHECKS, EQUILIBRIUM = "Appendices", "Checks of the reproduction", "Annealing and equilibrium"
ATLAS = "The atlas: n(T, E) over J0/h0"
INTERACTIONS = "Dipoles and strain tensors"

ENTRIES = [
    table_entry(
        "table_1",
        "Table I: energy scales of the two-TLS model",
        SCALES,
        inputs={"scales": "table_1"},
        settings={"material": "two_tls.material"},
    ),
    Entry(
        "figure_1",
        "Fig. 1: density of states n(T, E)",
        DENSITY,
        inputs={"counts": densities("dos_K"), "eq3": "table_2", "exponents": "zero_temperature", "gaussian": "gaussian_limit"},
        settings={"window_T": "fits.eq3_window_T", "dos_K": "figures.fig_1_temperatures_K"},
        mem_mb=800,
    ),
    table_entry(
        "table_2",
        "Table II: B and µ of Eq. (3)",
        DENSITY,
        inputs={"eq3": "table_2", "paper": paper},
        settings={"L": "figures.L"},
    ),
    Entry(
        "figure_dipolar_gap",
        "The dipolar gap of Eq. (9)",
        DENSITY,
        inputs={"counts": densities("quench")},
        settings={"h0_K": "model.h0_K"},
        mem_mb=800,
    ),
    Entry(
        "figure_2",
        "Fig. 2: thermal conductivity and specific heat",
        PROPERTIES,
        inputs={"observables": observables_of_all_sets, "laws": "laws"},
        settings={"window_K": "observables.exponent_windows_K.0"},
    ),
    Entry(
        "figure_3",
        "Fig. 3: sound velocity",
        PROPERTIES,
        inputs={"observables": observables, "laws": "laws"},
        settings={"window_K": "observables.sound_velocity_windows_K.0", "crossover_K": "observables.crossover_K"},
    ),
    Entry(
        "figure_3_map",
        "Fig. 3: choices that reproduce all printed statements",
        PROPERTIES,
        inputs={"crossover_map": "crossover_map"},
        settings={"window_K": "observables.sound_velocity_windows_K.0", "crossover_K": "observables.crossover_K"},
    ),
    Entry(
        "figure_4",
        "Fig. 4: thermal conductivity of vitreous silica",
        EXPERIMENTS,
        drawn_by="paper_experiments",
        panels=[["fig4_silica_thermal_conductivity"]],
    ),
    Entry(
        "figure_5",
        "Fig. 5: vitreous silica and coverglass",
        EXPERIMENTS,
        drawn_by="paper_experiments",
        panels=[["fig5a_silica_sound_velocity"], ["fig5b_silica_dielectric_constant"], ["fig5c_coverglass_sound_velocity"]],
    ),
    Entry(
        "figure_6",
        "Fig. 6: disordered crystals",
        EXPERIMENTS,
        drawn_by="paper_experiments",
        panels=[
            ["fig6a_x017_sound_velocity", "fig6a_x032_sound_velocity"],
            ["fig6b_x004_sound_velocity", "fig6b_x007_sound_velocity"],
        ],
    ),
    Entry(
        "figure_stycast",
        "Thermal conductivity of Stycast 1266",
        BEYOND,
        drawn_by="single_dataset",
        panels=[["stycast1266_thermal_conductivity"]],
    ),
    Entry(
        "figure_niobium",
        "Frequency shift of a niobium resonator",
        BEYOND,
        drawn_by="single_dataset",
        panels=[["niobium_resonator_frequency"]],
    ),
    Entry(
        "figure_argonne",
        "Frequency shift of an 8 GHz resonator",
        BEYOND,
        drawn_by="single_dataset",
        panels=[["argonne_resonator_frequency"]],
    ),
    Entry(
        "figure_resonator",
        "Loss and frequency of one resonator, fitted together",
        BEYOND,
        inputs=joint_fit("argonne_resonator_loss"),
    ),
    Entry("figure_materials", "J0/h0 of materials", BEYOND, inputs={"materials": "materials", "curves": "atlas_curves"}),
    table_entry(
        "materials",
        "J0/h0 of materials: every number",
        BEYOND,
        inputs={"materials": "materials", "differences": "material_differences", "constants": "appendix_c"},
    ),
    table_entry("experiments", "Fits of all datasets", BEYOND, inputs={"parameters": "experiments", "fits": fits}),
    Entry(
        "figure_7",
        "Fig. 7: n as a function of E or of Δ, Appendix A",
        APPENDICES,
        inputs={"observables": observables},
        settings={"window_K": "observables.sound_velocity_windows_K.0"},
    ),
    table_entry("appendix_c", "Appendix C: electric and elastic interactions", APPENDICES, inputs={"constants": "appendix_c"}),
    Entry(
        "figure_atlas_mu",
        "µ at T → 0 against J0/h0",
        ATLAS,
        inputs={"couplings": "atlas_couplings", "curves": "atlas_curves", "paper": paper},
        settings={"window_J0": "fits.power_law_windows_J0.0"},
    ),
    Entry("figure_atlas_laws", "Eq. (3), exponents and slopes against J0/h0", ATLAS, inputs={"curves": "atlas_curves"}),
    Entry(
        "figure_atlas_collapse",
        "Scaling of n with T, and the width of n",
        ATLAS,
        inputs={"couplings": "atlas_couplings", "collapse": "atlas_collapse"},
    ),
    Entry(
        "figure_atlas_validation",
        "The atlas compared with independent simulations",
        ATLAS,
        inputs={"means": "atlas_validation", "pulls": "atlas_pulls"},
    ),
    Entry(
        "figure_interactions",
        "n(E) and µ of dipoles and strain tensors",
        INTERACTIONS,
        inputs={"values": "interaction_values", "densities": "interaction_densities", "predictions": "interaction_predictions"},
    ),
    table_entry(
        "interactions",
        "µ of dipoles and strain tensors",
        INTERACTIONS,
        inputs={"values": "interaction_values", "constants": "interaction_constants"},
    ),
    table_entry(
        "scorecard",
        "Scorecard: every claim of the paper",
        CHECKS,
        folder="checks",
        group="check",
        inputs={"card": card, "paper": paper, "limits": "size_limit"},
    ),
    Entry(
        "figure_choices",
        "Choices that the paper leaves open",
        CHECKS,
        inputs={"choices": "choices", "paper": paper},
        settings={"quench_K": "annealing.quench_K"},
    ),
    Entry(
        "figure_variants",
        "One choice of model or protocol changed",
        CHECKS,
        inputs={"variants": variants},
        settings={
            "changes": "checks.variants",
            "couplings": "model.J0_K",
            "sizes": "lattices.*.L",
            "warm_K": "figures.fig_1_temperatures_K.1",
        },
    ),
    Entry(
        "figure_sizes",
        "Finite size: the limit of an infinite lattice",
        CHECKS,
        inputs={"values": size_table("sizes"), "limits": size_table("size_limit")},
        settings={"couplings": "model.J0_K"},
    ),
    Entry(
        "figure_equilibrium",
        "n(T, E) after annealing and in equilibrium",
        EQUILIBRIUM,
        inputs={"densities": "annealed_density"},
        settings={"h0_K": "model.h0_K"},
    ),
    Entry(
        "figure_annealing_cost",
        "The cost of annealing",
        EQUILIBRIUM,
        inputs={"cost": "annealing_cost"},
        settings={"h0_K": "model.h0_K", "window_J0": "fits.power_law_windows_J0.0"},
    ),
    table_entry(
        "annealing_cost",
        "The cost of annealing: every number",
        EQUILIBRIUM,
        inputs={"cost": "annealing_cost"},
        settings={"dos_K": "figures.fig_1_temperatures_K", "window_J0": "fits.power_law_windows_J0.0"},
    ),
    Entry(
        "figure_identities",
        "Two identities that are satisfied in equilibrium",
        EQUILIBRIUM,
        inputs={"identities": "identities"},
        settings={"h0_K": "model.h0_K"},
    ),
    table_entry("certificates", "Tests of equilibrium", EQUILIBRIUM, inputs={"certificates": "certificates"}),
    Entry(
        "figure_stability",
        "Stability of the annealed states",
        CHECKS,
        inputs={"stability": "stability"},
        settings={"quench_K": "annealing.quench_K"},
    ),
    Entry(
        "figure_pulls",
        "Are the error bars correct?",
        CHECKS,
        inputs={"pulls": "pulls"},
        settings={"warm_K": "figures.fig_1_temperatures_K.1"},
    ),
]


def sections() -> list[tuple[str, list[Entry]]]:
    """Return [(section, its entries)] in the order of the catalogue."""
    by_section: dict[str, list[Entry]] = {}
    for entry in ENTRIES:
        by_section.setdefault(entry.section, []).append(entry)
    return list(by_section.items())


def claim_tables(paper_values: str | Path) -> list[str]:
    """Return the names of the tables that the claims in ``config/paper_values.csv`` are compared with, sorted."""
    with open(paper_values, newline="", encoding="utf-8") as file:
        return sorted({row["table"] for row in csv.DictReader(file)} - {"none"})


# Tables of numbers, tables/NAME.csv: {name: description}. Those of annealing compared with equilibrium are taken from
# config/equilibrium/NAME.csv by a run that does not simulate them.
EXCESS_TABLES = {
    "annealing_excess": "ratio of n after annealing to n in equilibrium, minus 1: simulated, and as the atlas corrects for it"
}
EQUILIBRIUM_TABLES = {  # of each set that is annealed and tempered
    "certificates": "tests of equilibrium for each set of realizations",
    "identities": "both sides of the two identities that test equilibrium, for exchange Monte Carlo and for two anneals",
    "tempering": "exchange Monte Carlo at every temperature: energy, acceptance of exchanges, autocorrelation time",
    "annealing_cost": "every quoted number after annealing and in equilibrium, and the difference on the same realizations",
    "annealed_density": "n(T, E) after annealing, in equilibrium, and their ratio, at the lowest temperature",
    "ground_states": "lowest energies found for the first realizations, and how far above them annealing ends",
}
# Those of the interactions, likewise from config/interactions/NAME.csv.
INTERACTION_TABLES = {
    "interaction_values": "every quoted number for each interaction, and its difference from that of normal c_ij",
    "interaction_densities": "n(E) for each interaction at the lowest temperature",
    "interaction_stability": "fraction of quenched states whose energy a flip of one or two TLSs lowers, for each interaction",
    "interaction_constants": "strengths of couplings, random fields and frustration for each interaction, without simulation",
    "interaction_predictions": "µ for each interaction from stability against flips of pairs, compared with the simulation",
    "interaction_chi2": "χ² of these predictions of µ, multiplied by one fitted factor for each J0/h0",
    "interaction_equilibrium": "n after annealing divided by n in equilibrium, minus 1, of some interactions",
    "interaction_certificates": "tests of equilibrium of these interactions, and which of them do not apply",
}
QUOTED_TABLES = ("table_2", "zero_temperature", "gaussian_limit", "laws", "choices")  # of the quoted quantities
DATA_TABLES = {
    "zero_temperature": "µ of n ∝ E^µ at the lowest temperature and after the quench to 2 µK",
    "gaussian_limit": "width E0 of the Gaussian that n approaches at high E",
    "laws": "exponents of κ and C, slopes of δv/v, the fit of Fig. 3 with constant µ, and the differences of Appendix A",
    "crossover_map": "constant µ and slope ratio of Fig. 3 for each T0 = (ω/A)^(1/3) and each upper end of the window",
    "sizes": "every quoted number for every lattice size",
    "size_dependence": "difference of every quoted number between each two lattice sizes",
    "size_limit": "every quoted number in the limit L → ∞, and its shift to this limit",
    "short_ladder": "change of every quoted number with the short annealing schedule, for the same realizations",
    "weak_coupling": "µ of n ∝ E^µ after the quench, for a weak coupling",
    **EQUILIBRIUM_TABLES,
    **EXCESS_TABLES,
    **INTERACTION_TABLES,
    "closed_forms": "Eq. (9) and the slopes of the standard tunneling model (STM)",
    "choices": "change of each number with each choice that the paper leaves open, such as the window of a fit",
    "variants": "change of µ and B with other cutoffs, scales, schedules, numbers of sweeps and dynamics",
    "annealing": "energy and acceptance of flips in annealing, at every temperature",
    "stability": "fraction of quenched states whose energy a flip of one or two TLSs lowers",
    "pulls": "mean and width of the pulls, which test the errors",
    "joint_fits": "joint fits of several datasets: χ² and residuals with µ free and with µ = 0",
    "joint_parameters": "parameters of separate and joint fits, and the difference of two datasets in standard errors",
    "joint_left_out": "predictions for the points at one power, from joint fits without this power",
    "atlas_couplings": "µ at T → 0, comparison of Eq. (9) with a power law, and the width of n, for each coupling of the atlas",
    "atlas_curves": "B(T), µ(T), α, β and the slopes of δv/v against J0/h0, from the atlas",
    "atlas_collapse": "n divided by the prefactor and T^µ, against E/T",
    "atlas_validation": "mean densities of the atlas compared with independent simulations",
    "atlas_pulls": "width and mean of the pulls of this comparison, bin by bin",
    "atlas_fits": "B and µ of the atlas compared with those of independent simulations",
    "atlas_summary": "summary of the validation of the atlas",
}
