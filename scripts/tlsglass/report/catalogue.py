"""The catalogue: every figure and table of the study, one entry each, in the order of the paper.

Rules, targets, report, page and the README's list of outputs follow from ``ENTRIES``. A figure NAME is drawn by
``draw`` in ``show/figures/NAME.py``, a table to read is worded by ``NAME`` in ``show/listings.py``; both take the inputs and
the settings of their entry by name. The caption is ``workflow/report/NAME.rst``.
"""

from tlsglass.report.catalogue_entry import (
    Entry,
    densities,
    fits,
    joint,
    listing,
    observables,
    observables_of_every_set,
    of_several_sizes,
    paper,
    table_input,
    variants,
)

SCALES, DENSITY, PROPERTIES = "Energy scales and the model", "Density of states", "Thermal and acoustic properties"
EXPERIMENTS, BEYOND = "The experiments of the paper", "Measured data beyond the paper"
APPENDICES, CHECKS, EQUILIBRIUM = "Appendices", "Checks of the reproduction", "Annealing and equilibrium"
ATLAS = "The atlas: n(T, E) over J0/h0"

ENTRIES = [
    listing(
        "table_1",
        "Table I: energy scales of the two-TLS model",
        SCALES,
        inputs={"scales": table_input("table_1")},
        settings={"material": "two_tls.material"},
    ),
    Entry(
        "figure_1",
        "Fig. 1: density of states n(T, E)",
        DENSITY,
        inputs={
            "counts": densities("dos_K"),
            "eq3": table_input("table_2"),
            "exponents": table_input("zero_temperature"),
            "gaussian": table_input("gaussian_limit"),
        },
        settings={"window_T": "fits.eq3_window_T", "dos_K": "figures.fig_1_temperatures_K"},
        mem_mb=800,
    ),
    listing(
        "table_2",
        "Table II: B and µ of Eq. (3)",
        DENSITY,
        inputs={"eq3": table_input("table_2"), "paper": paper},
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
        inputs={"observables": observables_of_every_set, "laws": table_input("laws")},
        settings={"window_K": "observables.exponent_windows_K.0"},
    ),
    Entry(
        "figure_3",
        "Fig. 3: sound velocity",
        PROPERTIES,
        inputs={"observables": observables, "laws": table_input("laws")},
        settings={"window_K": "observables.sound_velocity_windows_K.0", "crossover_K": "observables.crossover_K"},
    ),
    Entry(
        "figure_3_map",
        "Fig. 3: where all that is printed about it holds",
        PROPERTIES,
        inputs={"crossover_map": table_input("crossover_map")},
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
        panels=[
            ["fig5a_silica_sound_velocity"],
            ["fig5b_silica_dielectric_constant"],
            ["fig5c_coverglass_sound_velocity"],
        ],
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
        inputs=joint("argonne_resonator_loss"),
    ),
    Entry(
        "figure_materials",
        "J0/h0 of materials",
        BEYOND,
        inputs={"materials": table_input("materials"), "curves": table_input("atlas_curves")},
    ),
    listing(
        "materials",
        "J0/h0 of materials: every number",
        BEYOND,
        inputs={
            "materials": table_input("materials"),
            "differences": table_input("material_differences"),
            "constants": table_input("appendix_c"),
        },
    ),
    listing("experiments", "Fits of all datasets", BEYOND, inputs={"parameters": table_input("experiments"), "fits": fits}),
    Entry(
        "figure_7",
        "Fig. 7: n(E) or n(Δ), Appendix A",
        APPENDICES,
        inputs={"observables": observables},
        settings={"window_K": "observables.sound_velocity_windows_K.0"},
    ),
    listing(
        "appendix_c",
        "Appendix C: electric and elastic interactions",
        APPENDICES,
        inputs={"constants": table_input("appendix_c")},
    ),
    Entry(
        "figure_atlas_mu",
        "µ(T → 0) against J0/h0",
        ATLAS,
        inputs={"couplings": table_input("atlas_couplings"), "curves": table_input("atlas_curves"), "paper": paper},
    ),
    Entry(
        "figure_atlas_laws",
        "Eq. (3), exponents and slopes against J0/h0",
        ATLAS,
        inputs={"curves": table_input("atlas_curves")},
    ),
    Entry(
        "figure_atlas_collapse",
        "Scaling with T, and the width of n",
        ATLAS,
        inputs={"couplings": table_input("atlas_couplings"), "collapse": table_input("atlas_collapse")},
    ),
    Entry(
        "figure_atlas_validation",
        "The atlas beside what it was not made of",
        ATLAS,
        inputs={"means": table_input("atlas_validation"), "pulls": table_input("atlas_pulls")},
    ),
    listing(
        "scorecard",
        "Scorecard: every number of the paper",
        CHECKS,
        folder="checks",
        group="check",
        inputs={"card": table_input("scorecard", folder="checks"), "paper": paper, "limits": table_input("size_limit")},
    ),
    Entry(
        "figure_choices",
        "Choices that the paper leaves open",
        CHECKS,
        inputs={"choices": table_input("choices"), "paper": paper},
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
        "Finite size: the limit of a large lattice",
        CHECKS,
        inputs={"values": of_several_sizes("sizes"), "limits": of_several_sizes("size_limit")},
        settings={"couplings": "model.J0_K"},
    ),
    Entry(
        "figure_equilibrium",
        "n(T, E) annealed, and in equilibrium",
        EQUILIBRIUM,
        inputs={"densities": table_input("annealed_density")},
        settings={"h0_K": "model.h0_K"},
    ),
    Entry(
        "figure_annealing_cost",
        "What annealing costs",
        EQUILIBRIUM,
        inputs={"cost": table_input("annealing_cost")},
        settings={"h0_K": "model.h0_K"},
    ),
    listing(
        "annealing_cost",
        "What annealing costs: every number",
        EQUILIBRIUM,
        inputs={"cost": table_input("annealing_cost")},
        settings={"dos_K": "figures.fig_1_temperatures_K"},
    ),
    Entry(
        "figure_identities",
        "Equilibrium: two identities",
        EQUILIBRIUM,
        inputs={"identities": table_input("identities")},
        settings={"h0_K": "model.h0_K"},
    ),
    listing(
        "certificates",
        "Certificates of equilibrium",
        EQUILIBRIUM,
        inputs={"certificates": table_input("certificates")},
    ),
    Entry(
        "figure_stability",
        "Stability of the annealed states",
        CHECKS,
        inputs={"stability": table_input("stability")},
        settings={"quench_K": "annealing.quench_K"},
    ),
    Entry(
        "figure_pulls",
        "Do the error bars mean what they say?",
        CHECKS,
        inputs={"pulls": table_input("pulls")},
        settings={"warm_K": "figures.fig_1_temperatures_K.1"},
    ),
]


def named(name):
    """Return the entry of that name. Raises KeyError when there is none."""
    return {entry.name: entry for entry in ENTRIES}[name]


def sections():
    """Return [(section, its entries)] in the order of the catalogue."""
    found = {}
    for entry in ENTRIES:
        found.setdefault(entry.section, []).append(entry)
    return list(found.items())
