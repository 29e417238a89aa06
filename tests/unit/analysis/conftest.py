"""The densities of a small synthetic set, and the analysis of the published study cut to it."""

import numpy as np
import pytest

from shared import CONFIG
from tlsglass.analysis.quantity import Settings
from tlsglass.dos.temperature_series import TemperatureSeries
from tlsglass.physics import eq3

CROSSOVER_K = {"matched_to_fig_3": 0.3, "fig5a": 0.2124, "fig5a_2pi": 0.392}
RUNGS_K = (0.05, 0.1, 0.2, 0.5, 1.0)


@pytest.fixture
def settings():
    windows = {"exponent_windows_K": [(0.1, 1), (0.05, 0.5)], "sound_velocity_windows_K": [(0.05, 1)], "least_counts": 100}
    slopes = {"crossover_K": CROSSOVER_K, "slope_below_T0": [0.5], "slope_above_T0": [1.2, 0.6]}
    return Settings(CONFIG["fits"], CONFIG["observables"] | windows | slopes, 0.5)


@pytest.fixture
def set_of(counts_of):
    """Return Densities drawn from Eq. (3) at some rungs and after a quench."""

    def set_of(B=0.0135, mu=0.13, realizations=400, seed=1):
        rng = np.random.default_rng(seed)

        def counts(T_K, T_grid_K):
            drawn = counts_of(lambda E: eq3.density(E, T_grid_K, B, mu) * np.exp(-(E**2) / 800), T_grid_K, realizations, rng)
            return drawn if T_K == T_grid_K else type(drawn)(**vars(drawn) | {"T_K": T_K})

        return TemperatureSeries([counts(T, T) for T in RUNGS_K], counts(2e-6, RUNGS_K[0]))

    return set_of


@pytest.fixture
def small_set(set_of):
    return set_of()
