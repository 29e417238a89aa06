"""How the hot loops are compiled: numba's ``njit``, with vectors as wide as the processor's."""

from functools import partial

import numba
from numba import config
from numba.core.codegen import get_host_cpu_features

# LLVM keeps to 256 bits on Intel processors with AVX-512, where a row of couplings takes a third longer to add.
# Whoever sets NUMBA_CPU_FEATURES has chosen; results do not depend on it.
if config.CPU_FEATURES is None:
    config.CPU_FEATURES = get_host_cpu_features() + ",-prefer-256-bit"

njit = partial(numba.njit, cache=True, error_model="numpy")
