"""`math.cbrt` and `math.exp2`, which GraalPy 25.0.3 lacks: the C library's."""
# Needed while: import math; not hasattr(math, "cbrt")

from _polyproc.compat.libc import _native, builtin

_module = builtin("math")


def install(module):
    """Adds what the module lacks."""
    module.cbrt = cbrt
    module.exp2 = exp2


def _double(x):
    if isinstance(x, float):
        return float(x)
    if hasattr(type(x), "__float__"):
        return type(x).__float__(x)
    if hasattr(type(x), "__index__"):
        return float(type(x).__index__(x))
    raise TypeError(f"must be real number, not {type(x).__name__}")


@_module
def cbrt(x, /):
    """Return the cube root of x."""
    return float(_native.callDouble("cbrt", _double(x)))


@_module
def exp2(x, /):
    """Return 2 raised to the power of x."""
    number = _double(x)
    result = float(_native.callDouble("exp2", number))
    if result == float("inf") and number != float("inf"):
        raise OverflowError("math range error")
    return result
