"""Compilation of the hot loops: numba's ``njit`` with vectors of the full width of the processor."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, overload

import numba
from numba import config
from numba.core.codegen import get_host_cpu_features

# On Intel processors with AVX-512, LLVM prefers vectors of 256 bits, with which adding a row of couplings takes a third
# longer. A user's NUMBA_CPU_FEATURES take precedence; results do not depend on them.
if config.CPU_FEATURES is None:  # type: ignore[attr-defined]  # numba sets it when it is imported
    config.CPU_FEATURES = get_host_cpu_features() + ",-prefer-256-bit"  # type: ignore[attr-defined, no-untyped-call]

if TYPE_CHECKING:  # numba has no types
    from collections.abc import Callable

    Function = TypeVar("Function", bound=Callable[..., Any])

    @overload
    def njit(function: Function) -> Function: ...
    @overload
    def njit(*, inline: str) -> Callable[[Function], Function]: ...
    def njit(*arguments: Any, **options: Any) -> Any:
        """Compile a function, with the options of ``numba.njit``."""

else:
    njit = partial(numba.njit, cache=True, error_model="numpy")
