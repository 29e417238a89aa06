"""Cache of a method that does not keep its object alive."""

from collections.abc import Callable
from functools import lru_cache
from typing import ParamSpec, TypeVar
from weakref import WeakMethod

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def cache_method(method: Callable[Parameters, Result], maxsize: int) -> Callable[Parameters, Result]:
    """Return a bound ``method`` with a cache of its last ``maxsize`` results, to be called by the methods of its object.

    ``lru_cache`` of a bound method refers to the object, which refers to the cache: both, and all arrays in them, would remain
    until Python searches for cycles, which it rarely does where a few objects have large arrays.
    """
    reference = WeakMethod(method)

    def call(*args: Parameters.args, **keywords: Parameters.kwargs) -> Result:
        target = reference()
        assert target is not None  # it is alive while one of its methods runs
        return target(*args, **keywords)

    return lru_cache(maxsize=maxsize)(call)  # type: ignore[return-value]
