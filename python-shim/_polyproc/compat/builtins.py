"""`compile` with -O, for which a context of GraalPy 25.0.3 has no option, and `input`, which writes nothing out there."""
# Serves: -O, for which a context has no option; input(), which writes nothing out before it reads

import builtins
import sys

from _polyproc.compat.builtin_functions import builtin

_compile = builtins.compile
_FUTURE_FEATURES = 0x1FE0000
_level = 0


def install(optimize):
    """Lets code be compiled as -O asks for; optimize: how often it was given."""
    global _level
    builtins.input = input
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
