"""Aliases for the types of arrays and paths in annotations."""

import os
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

FloatArray: TypeAlias = npt.NDArray[np.float64]
Float32Array: TypeAlias = npt.NDArray[np.float32]
IntArray: TypeAlias = npt.NDArray[np.int64]
Int16Array: TypeAlias = npt.NDArray[np.int16]
Int32Array: TypeAlias = npt.NDArray[np.int32]
UInt64Array: TypeAlias = npt.NDArray[np.uint64]
FloatOrArray: TypeAlias = float | FloatArray
BoolArray: TypeAlias = npt.NDArray[np.bool_]
AnyArray: TypeAlias = npt.NDArray[Any]

# Scalars of compiled functions, which are numpy scalars inside and Python numbers outside.
Integer: TypeAlias = Any
Real: TypeAlias = Any

StrPath: TypeAlias = str | os.PathLike[str]
