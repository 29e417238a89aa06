"""A cached method computes each result once, and its object goes without a search for cycles."""

import gc
import weakref

from tlsglass.base.cached_method import cache_method


class Squares:
    def __init__(self):
        self.calls = 0
        self.square = cache_method(self._square, 2)

    def _square(self, x, offset=0):
        self.calls += 1
        return x * x + offset


def test_results_are_kept():
    squares = Squares()
    assert [squares.square(3), squares.square(3), squares.square(3, offset=1)] == [9, 9, 10]
    assert squares.calls == 2


def test_the_object_is_freed():
    gc.disable()
    try:
        squares = Squares()
        squares.square(2)
        reference = weakref.ref(squares)
        del squares
        assert reference() is None
    finally:
        gc.enable()
