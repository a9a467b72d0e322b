"""Functions of ours that take the place of built-in ones, and are built-in themselves.

GraalPy 25.0.3 makes a built-in function of one in Python, which gets its module as its first argument. So no class
binds it, `isinstance`, `inspect` and `repr` take it for what it replaces, and it is pickled by name.
"""

_make = __graalpython__.builtin


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
