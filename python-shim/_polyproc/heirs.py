"""Whether another program may have this process when its own has ended, as far as Python knows."""

import signal
import sys

_PROCESS_WIDE = ("ctypes", "java", "polyglot", "faulthandler", "resource")
"""Who imports one of these may change what is the process's, or the JVM's, and not the context's."""

_handlers = {}
_modules = frozenset()
_libraries = []
"""The names of those that the program has opened with `ctypes`."""


def note_begin():
    """Before the program."""
    global _modules
    _handlers.update(_signal_handlers())
    # A standby ignores it, and `boot.become` lets it raise KeyboardInterrupt.
    _handlers[signal.SIGINT] = signal.default_int_handler
    _modules = frozenset(sys.modules)
    if "ctypes" in _modules:
        _note_libraries(sys.modules["ctypes"].CDLL)


def _note_libraries(library_type):
    original = library_type.__init__

    def __init__(self, name, *arguments, **options):
        _libraries.append(name)
        original(self, name, *arguments, **options)

    library_type.__init__ = __init__


def _signal_handlers():
    return {number: signal.getsignal(number) for number in signal.valid_signals()}


def leaves_nothing():
    """After the program: whether it has no threads left, and has changed nothing but this context."""
    import _thread
    return (_thread._count() == 0
            and not _libraries
            and _signal_handlers() == _handlers
            and not any(name in sys.modules and name not in _modules for name in _PROCESS_WIDE)
            and not any(_is_native(module) for module in list(sys.modules.values())))


def _is_native(module):
    file = getattr(module, "__file__", None)
    return isinstance(file, str) and file.endswith(".so")
