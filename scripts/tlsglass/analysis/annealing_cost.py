"""What annealing costs: its numbers beside those of exchange Monte Carlo, realization by realization; and what certifies these.

Tables of one set are pandas tables by name. A set that fails a certificate is told of, with ``certified`` 0, and not used.
"""

import math

import numpy as np
import pandas as pd

from tlsglass.analysis import quantity_tables
from tlsglass.atlas import annealing_excess
from tlsglass.base import jackknife
from tlsglass.base.jackknife import JackknifeEstimate
from tlsglass.dos.fits import fit_exponent
from tlsglass.montecarlo import equilibration_tests, tempering_batch

WINDOW_J0 = (0.05, 1)  # of µ(T → 0) at any coupling, in units of J0
SPLIT = 1.1  # valleys are frozen where the overlaps of two anneals ask for more than this times their energy
MOVES = ("difference", "difference_err", "relative", "relative_err")
LISTED = 100  # realizations of each set whose ground states are listed


def tabulate_annealing_cost(evidence, tempered, annealed, settings):
    """Return the tables of one set: "certificates", "identities", "tempering", "annealing_cost", "annealed_density" and
    "ground_states".

    ``tempered`` are Densities, ``annealed`` the Densities by the number of sweeps at each rung.
    """
    model = evidence.model
    tests = equilibration_tests.run_tests(evidence, tempered)
    certified = all(test.passed for test in tests)
    head = {"L": model.L, "J0_K": model.J0_K}
    tail = {"certified": int(certified), "n_realizations": evidence.n_realizations}
    costs = []
    for place, (sweeps, densities) in enumerate(annealed.items()):
        rows = [*_quoted(densities, tempered, settings), *_shares(densities, tempered, model), *_chains(evidence, place)]
        costs += [head | {"sweeps": sweeps} | row | tail for row in rows]
    costs.append(head | {"sweeps": int(evidence.annealed_sweeps[0])} | _freezing(evidence) | tail)
    return {
        "certificates": pd.DataFrame([head | _told(test) | {"n_realizations": evidence.n_realizations} for test in tests]),
        "identities": pd.concat(_identities(evidence, head), ignore_index=True),
        "tempering": _rungs(evidence, head),
        "annealing_cost": pd.DataFrame(costs),
        "annealed_density": pd.concat(
            [pd.DataFrame(head | {"sweeps": n} | _density(of, tempered) | tail) for n, of in annealed.items()],
            ignore_index=True,
        ),
        "ground_states": _ground_states(evidence, head),
    }


def _told(test):
    limits = {"least": test.lower, "most": test.upper if math.isfinite(test.upper) else math.nan}
    return {"certificate": test.name, "value": test.value, "T_K": test.T_K} | limits | {"passed": int(test.passed)}


def _row(quantity, T_K, annealed, tempered):
    """Return the row of a number: of annealing, beside that of tempering, Samples () both."""
    moves = jackknife.paired_difference(annealed, tempered)
    value = {"value": annealed.value, "value_err": annealed.error}
    other = {"tempered": tempered.value, "tempered_err": tempered.error}
    return {"quantity": quantity, "T_K": T_K} | value | other | moves


def _quoted(annealed, tempered, settings):
    """All that is quoted of a set."""
    both = zip(
        quantity_tables.all_quantities(annealed, settings), quantity_tables.all_quantities(tempered, settings), strict=True
    )
    return [_row(quantity.name, T_K, one, other) for (quantity, T_K, one), (*_, other) in both]


def _shares(annealed, tempered, model):
    """The mean of n over E < T and over E < h0/10, at each rung; µ of n ∝ E^µ at the coldest, on a window that goes with J0."""
    rows = []
    for one, other in zip(annealed.rungs, tempered.rungs, strict=True):
        for name, E_K in (("n_below_T", one.T_K), ("n_below_tenth_h0", tempering_batch.LOW_ENERGY_H0 * model.h0_K)):
            rows.append(_row(name, one.T_K, mean_n(one, E_K), mean_n(other, E_K)))
    low, high = (share * annealed.J0_K for share in WINDOW_J0)
    one, other = (fit_exponent(densities.coldest, low, high).mu for densities in (annealed, tempered))
    return [*rows, _row("mu_below_J0", annealed.coldest.T_K, one, other)]


def mean_n(counts, E_K):
    """Return the mean of n(T, E) over 0 < E < ``E_K``, Samples ()."""
    width = np.clip(E_K - counts.edges_K[:-1], 0, counts.widths_K)
    return counts.n @ width / E_K


def _density(annealed, tempered):
    """n(T, E) of both at the coldest rung, and their ratio: columns."""
    found = annealing_excess.density_ratio(annealed.coldest, tempered.coldest)
    columns = {"T_K": annealed.coldest.T_K, "E_K": found.E_K}
    for name, of in (("n_annealed", found.annealed), ("n_tempered", found.tempered), ("ratio", found.ratio)):
        columns |= {name: of.value, f"{name}_err": of.error}
    return columns


def _chains(evidence, place):
    """Energy per spin at the end of each rung, and the share of ground states found, for the anneals number ``place``."""
    annealed, excess = evidence.mean("annealed_K")[place], evidence.mean("excess_K")[place]
    rows = [
        _row("energy_per_spin_K", T, annealed[k], annealed[k] - excess[k]) for k, T in enumerate(evidence.measured_K.tolist())
    ]
    lowest = evidence.lowest.min(axis=1)
    for name, share in (
        ("ground_state_found", evidence.annealed_lowest[:, place] <= lowest),
        ("ground_state_excess_K", 0.5 * (evidence.annealed_lowest[:, place] - lowest) * evidence.field_unit_K),
    ):
        told = dict.fromkeys(("tempered", "tempered_err", *MOVES), math.nan)
        error = np.std(share, ddof=1) / math.sqrt(len(share))
        rows.append({"quantity": name, "T_K": math.nan, "value": np.mean(share), "value_err": error} | told)
    return rows


def _freezing(evidence):
    """The temperature below which two independent anneals are in different valleys."""
    T = freezing_K(evidence)
    told = dict.fromkeys(("tempered", "tempered_err", *MOVES), math.nan)
    return {"quantity": "freezing_K", "T_K": math.nan, "value": T.value, "value_err": T.error} | told


def freezing_K(evidence):
    """Return the temperature at which valleys freeze, Samples ().

    ASSUME: there the identity of the fields is violated by a tenth for two independent anneals: their overlaps ask for SPLIT
    times their energy. Coming from the coldest rung, the first crossing counts, interpolated in ln T.
    """
    identity = equilibration_tests.identities(evidence, "twice_")["field"]
    ratio = (identity.overlap_K / identity.energy_K).rows[:, ::-1]
    ln_T = np.log(evidence.annealed_rungs_K[::-1])
    return JackknifeEstimate(np.array([np.exp(_crossing(ln_T, row)) for row in ratio]))


def _crossing(ln_T, ratio):
    above = ratio > SPLIT
    if not above[0]:
        return math.nan
    k = len(above) if above.all() else int(np.argmin(above))
    if k == len(above):
        return ln_T[-1]
    return np.interp(SPLIT, [ratio[k], ratio[k - 1]], [ln_T[k], ln_T[k - 1]])


def _identities(evidence, head):
    tables = []
    for method, of, T in (("tempering", "", evidence.rungs_K), ("two anneals", "twice_", evidence.annealed_rungs_K)):
        for kind, identity in equilibration_tests.identities(evidence, of).items():
            both = {"energy_K": identity.energy_K, "overlap_K": identity.overlap_K, "difference_K": identity.difference_K}
            columns = {"T_K": T} | {k: v for name, s in both.items() for k, v in ((name, s.value), (f"{name}_err", s.error))}
            tables.append(pd.DataFrame(head | {"method": method, "identity": kind} | columns))
    return tables


def _rungs(evidence, head):
    """The ladder of tempering: energies, exchanges with the next rung, autocorrelation, how far the copies are apart."""
    energy, acceptance = evidence.mean("energy_K")[0], evidence.mean("flips")
    columns = {
        "T_K": evidence.rungs_K,
        "energy_per_spin_K": energy.value,
        "energy_per_spin_K_err": energy.error,
        "acceptance": acceptance.value,
        "exchanges": np.append(evidence.mean("exchanges").value, math.nan),
        "autocorrelation_sweeps": equilibration_tests.autocorrelation(evidence),
        "copies_apart_K": np.sqrt(evidence.mean("split_K2").value),
    }
    return pd.DataFrame(head | columns)


def _ground_states(evidence, head):
    """The lowest energy of the first realizations: 2H in field steps, exactly, and in kelvin; what the anneals are above it."""
    lowest, unit_K = evidence.lowest[:LISTED].min(axis=1), 0.5 * evidence.field_unit_K
    columns = {
        "realization": np.arange(len(lowest)),
        "n_spins": evidence.n_spins,
        "field_unit_K": evidence.field_unit_K,
        "doubled_energy": lowest,
        "energy_K": unit_K * lowest,
        "copies_agree": (evidence.lowest[:LISTED, 0] == evidence.lowest[:LISTED, 1]).astype(int),
    }
    above = evidence.annealed_lowest[:LISTED] - lowest[:, None]
    columns |= {f"annealed_{s}_above_K": unit_K * above[:, k] for k, s in enumerate(evidence.annealed_sweeps)}
    return pd.DataFrame(head | columns)
