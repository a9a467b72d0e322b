"""Functions of ours that take the place of built-in ones, and are built-in themselves.

GraalPy 25.0.3 makes a built-in function of one in Python, which gets its module as its first argument. So no class
binds it, `isinstance`, `inspect` and `repr` take it for what it replaces, and it is pickled by name.
"""
# Serves: the other files, for their functions

_make = __graalpython__.builtin  # type: ignore[name-defined]


def builtin(module):
    """Makes a function a built-in one of a module, which is its first argument and not the caller's to pass.

    module: the name of a module that is built-in.
    """

    def decorate(function):
        # GraalPy looks the module up by the name that the function's namespace has.
        namespace = function.__globals__
        own_name = namespace["__name__"]
        namespace["__name__"] = function.__module__ = module
        try:
            return _make(function)
        finally:
            namespace["__name__"] = own_name

    return decorate


class BuiltinFunction:
    """What `builtin` can't make, of a module that is not GraalPy's: no class binds it, it has no `__dict__`, and it is
    pickled by name."""

    __slots__ = ("_module", "_function")

    def __init__(self, module, function):
        self._module = module
        self._function = function

    def __call__(self, *args, **kwargs):
        return self._function(*args, **kwargs)

    def __getattribute__(self, name):
        get = object.__getattribute__
        if name == "__module__":
            return get(self, "_module")
        return get(get(self, "_function") if name in _FUNCTION_ATTRIBUTES else self, name)

    def __reduce__(self):
        return self.__name__

    def __repr__(self):
        return f"<built-in function {self.__name__}>"


_FUNCTION_ATTRIBUTES = frozenset(("__name__", "__qualname__", "__doc__"))
