"""What docs/equilibrium.md fills in: which sets are certified, and what annealing costs in these."""

from tlsglass.show import captions, tables

SWEEPS = 257  # those of the paper
TOO_MUCH = 0.01  # what n may be off


def words(folder, h0_K, sets):
    """Return what the template calls by name; ``folder`` holds the tables, ``sets`` are those of config/equilibrium.yaml."""
    cost, certificates = (tables.read(folder / f"{name}.csv") for name in ("annealing_cost", "certificates"))
    ground_states = tables.read(folder / "ground_states.csv")
    return {
        "certified": lambda flag: certified(certificates, flag, h0_K),
        "not_simulated": lambda: not_simulated(certificates, sets, h0_K),
        "costs": lambda: costs(cost, h0_K),
        "off": lambda: off(cost, h0_K),
        "listed": lambda: f"{len(ground_states):,}",
    }


def certified(certificates, flag, h0_K):
    """Return the sets that pass all tests (``flag`` 1), or that fail some (0), the failed ones named, in words."""
    said = []
    for (L, J0_K), tests in certificates.groupby(["L", "J0_K"]):
        failed = tests[tests["passed"] == 0]
        if failed.empty == bool(flag):
            what = "" if flag else f" ({'; '.join(failed['certificate'])})"
            said.append(f"L = {L}, J0/h0 = {J0_K / h0_K:g}{what}")
    return captions.typeset("; ".join(said)) or "none"


def not_simulated(certificates, sets, h0_K):
    """Return the sets of the configuration that the tables do not hold, in words."""
    held = set(zip(certificates["L"], certificates["J0_K"], strict=True))
    left = [one for one in sets if (one["L"], one["J0_K"]) not in held]
    return captions.typeset("; ".join(f"L = {one['L']}, J0/h0 = {one['J0_K'] / h0_K:g}" for one in left)) or "none"


def _coldest(cost, quantity):
    """Return the rows of a quantity at 257 sweeps and the lowest temperature, of certified sets, by J0 and L."""
    rows = cost[(cost["quantity"] == quantity) & (cost["sweeps"] == SWEEPS) & (cost["certified"] == 1)]
    return rows[rows["T_K"].isna() | (rows["T_K"] == rows["T_K"].min())].set_index(["J0_K", "L"]).sort_index()


def costs(cost, h0_K):
    """Return a dict for each certified set: numbers with their errors, as they are printed."""
    energy, n, mu, found, freezing = (
        _coldest(cost, name)
        for name in ("energy_per_spin_K", "n_below_tenth_h0", "mu_below_J0", "ground_state_found", "freezing_K")
    )

    def printed(value, error):
        return captions.typeset(tables.shorthand(value, error))

    return [
        {
            "ratio": f"{J0_K / h0_K:g}",
            "L": L,
            "energy": printed(1e3 * energy.difference[J0_K, L], 1e3 * energy.difference_err[J0_K, L]),
            "n": printed(100 * n.relative[J0_K, L], 100 * n.relative_err[J0_K, L]),
            "mu": printed(mu.value[J0_K, L], mu.value_err[J0_K, L]),
            "mu_equilibrium": printed(mu.tempered[J0_K, L], mu.tempered_err[J0_K, L]),
            "found": f"{100 * found.value[J0_K, L]:.0f} %",
            "freezing": printed(freezing.value[J0_K, L], freezing.value_err[J0_K, L]),
        }
        for J0_K, L in n.index
    ]


def off(cost, h0_K):
    """Return the couplings at which n below h0/10 is off by more than ``TOO_MUCH``, beyond its error, in words."""
    rows = _coldest(cost, "n_below_tenth_h0")
    beyond = rows[rows["relative"] - rows["relative_err"] > TOO_MUCH].reset_index()
    return ", ".join(f"{J0_K / h0_K:g}" for J0_K in sorted(set(beyond["J0_K"]))) or "none of these"
