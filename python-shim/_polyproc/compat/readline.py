"""`readline`: what GraalPy 25.0.3 lacks, for the history that it keeps and the line that is being edited."""
# Needed while: import readline; not hasattr(readline, "get_line_buffer")

import operator
import os
import readline

from _polyproc.compat.libc import builtin

_module = builtin("readline")
_length = -1
_hooks = {}


def install(module):
    """Adds what the module lacks."""
    for each in (
        append_history_file,
        get_begidx,
        get_completion_type,
        get_endidx,
        get_history_length,
        get_line_buffer,
        set_completion_display_matches_hook,
        set_history_length,
        set_pre_input_hook,
        set_startup_hook,
        write_history_file,
    ):
        setattr(module, each.__name__, each)


@_module
def get_history_length():
    """Return the maximum number of lines that will be written to the history file."""
    return _length


@_module
def set_history_length(length, /):
    """Set the maximal number of lines which will be written to the history file; negative for all."""
    global _length
    _length = operator.index(length)


def _write(filename, mode, count):
    path = os.path.expanduser("~/.history") if filename is None else filename
    last = readline.get_current_history_length()
    first = 1 if count is None or count < 0 else max(1, last - count + 1)
    with open(path, mode, encoding="utf-8") as file:
        file.writelines(f"{readline.get_history_item(index)}\n" for index in range(first, last + 1))


@_module
def write_history_file(filename=None, /):
    """Save a readline history file; the default filename is ~/.history."""
    _write(filename, "w", _length)


@_module
def append_history_file(nelements, filename=None, /):
    """Append the last nelements items of the history list to file."""
    path = os.path.expanduser("~/.history") if filename is None else filename
    if not os.path.exists(path):
        raise FileNotFoundError(2, os.strerror(2))
    _write(path, "a", max(0, operator.index(nelements)))


def _hook(name):
    def set_hook(function=None, /):
        if function is not None and not callable(function):
            raise TypeError(f"set_{name}(func): argument not callable")
        _hooks[name] = function

    set_hook.__name__ = set_hook.__qualname__ = f"set_{name}"
    set_hook.__doc__ = "Set or remove the function; GraalPy's line editor calls none."
    return _module(set_hook)


set_startup_hook = _hook("startup_hook")
set_pre_input_hook = _hook("pre_input_hook")
set_completion_display_matches_hook = _hook("completion_display_matches_hook")


@_module
def get_line_buffer():
    """Return the current contents of the line buffer: empty, as no line is being edited when Python runs."""
    return ""


@_module
def get_begidx():
    """Get the beginning index of the completion scope."""
    return 0


@_module
def get_endidx():
    """Get the ending index of the completion scope."""
    return 0


@_module
def get_completion_type():
    """Get the type of completion being attempted."""
    return 0
