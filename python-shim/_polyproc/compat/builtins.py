"""Functions that GraalPy 25.0.3 has otherwise.

`compile` has no option for -O there, `input` writes nothing out before it reads, and `sum` adds floats as CPython 3.11 did.
"""
# Needed while: sum([0.1] * 10) != 1.0

import builtins
import sys

from _polyproc.compat.builtin_functions import builtin

_compile = builtins.compile
_FUTURE_FEATURES = 0x1FE0000
_level = 0
_sum = builtins.sum
_REITERABLE = frozenset((list, tuple, range, set, frozenset, dict))


def install(optimize):
    """Lets code be compiled as -O asks for; optimize: how often it was given."""
    global _level
    builtins.input = input
    builtins.sum = sum
    if optimize:
        _level = optimize
        builtins.compile = compile


@builtin("builtins")
def compile(module, /, source, filename, mode, flags=0, dont_inherit=False, optimize=-1, **options):
    """Compiles source into a code object as -O asks for; GraalPy keeps assert statements."""
    if not dont_inherit:
        flags |= sys._getframe().f_code.co_flags & _FUTURE_FEATURES
    return _compile(source, filename, mode, flags, True, _level if optimize == -1 else optimize, **options)


@builtin("builtins")
def input(module, prompt="", /):
    """Reads a line from standard input and returns it without its end.

    What was printed is written out before, and the prompt, if one is given. Raises EOFError at the end of input.
    """
    # Without calls of other functions: programs read their data by it, line after line.
    stdin = getattr(sys, "stdin", None)
    stdout = getattr(sys, "stdout", None)
    stderr = getattr(sys, "stderr", None)
    if stdin is None or stdout is None or stderr is None:
        raise RuntimeError(f"input(): lost sys.{'stdin' if stdin is None else 'stdout' if stdout is None else 'stderr'}")
    try:
        stderr.flush()
    except Exception:
        pass  # as in CPython
    if prompt != "":
        stdout.write(str(prompt))
    try:
        stdout.flush()
    except Exception:
        pass
    line = stdin.readline()
    if not isinstance(line, str):
        raise TypeError("object.readline() returned non-string")
    if not line:
        raise EOFError("EOF when reading a line")
    return line.removesuffix("\n")


@builtin("builtins")
def sum(module, iterable, /, start=0):
    """Returns the start value plus the sum of an iterable of numbers.

    Rounding errors of floats are summed, too, as in CPython 3.12 (Neumaier's algorithm).
    """
    if type(iterable) in _REITERABLE:
        total = _sum(iterable, start)
        if type(total) is not float:
            return total
    elif isinstance(start, (str, bytes, bytearray)):
        return _sum(iterable, start)
    total = start
    items = iter(iterable)
    if type(total) is int:
        for item in items:
            kind = type(item)
            total = total + item
            if kind is not int and kind is not bool:
                break
        else:
            return total
    if type(total) is float:
        lost = 0.0
        for item in items:
            if type(item) is float:
                whole = total + item
                if (total if total >= 0.0 else -total) >= (item if item >= 0.0 else -item):
                    lost += (total - whole) + item
                else:
                    lost += (item - whole) + total
                total = whole
            elif isinstance(item, int) and -0x8000000000000000 <= item <= 0x7FFFFFFFFFFFFFFF:
                total += float(item)
            else:
                if lost and lost - lost == 0.0:
                    total += lost
                total = total + item
                break
        else:
            return total + lost if lost and lost - lost == 0.0 else total
    for item in items:
        total = total + item
    return total
