"""`compile` with -O, which a context of GraalPy 25.0.3 has no option for: it would keep assert statements."""
# Serves: -O, for which a context has no option

import builtins
import sys

from _polyproc.compat.builtin_functions import builtin

_compile = builtins.compile
_FUTURE_FEATURES = 0x1FE0000
_level = 0


def install(optimize):
    """Lets code be compiled as -O asks for; optimize: how often it was given."""
    global _level
    if optimize:
        _level = optimize
        builtins.compile = compile


@builtin("builtins")
def compile(module, /, source, filename, mode, flags=0, dont_inherit=False, optimize=-1, **options):
    """Compiles source into a code object as -O asks for; GraalPy keeps assert statements."""
    if not dont_inherit:
        flags |= sys._getframe().f_code.co_flags & _FUTURE_FEATURES
    return _compile(source, filename, mode, flags, True, _level if optimize == -1 else optimize, **options)
