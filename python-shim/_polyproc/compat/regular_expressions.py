"""`re.Pattern`: GraalPy 25.0.3 has a copy of its methods made, to be compiled, for each place in a program that calls
one. So every program would wait until those are compiled, although the image of a process has compiled the methods
themselves. Compiled code that is there at once is worth more than compiled code for one caller."""

from types import FunctionType

_METHODS = ("search", "match", "fullmatch", "finditer", "findall", "sub", "subn", "split")


def install(module):
    """Replaces the methods by functions with the same code, of which no copies are made."""
    pattern = module.Pattern
    for name in _METHODS:
        method = vars(pattern)[name]
        shared = FunctionType(method.__code__, method.__globals__, method.__name__, method.__defaults__,
                              method.__closure__)
        shared.__qualname__ = method.__qualname__
        setattr(pattern, name, shared)
