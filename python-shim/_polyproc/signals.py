"""Signal handlers that are Python functions end the system call in which the main thread waits.

GraalPy runs them between two bytecodes; a thread in a system call would get there only when the call
returns by itself. So Java wakes it, for which it stands before GraalPy's own handler; `getsignal` and
`signal` must not see that.
"""

import sys

import _signal

import _polyproc

_SIGINT = 2
_set = _signal.signal
_get = _signal.getsignal
_handlers = {}


def install():
    """Replaces the two functions before the module `signal` takes them over."""
    _signal.signal = signal
    _signal.getsignal = getsignal
    _watch(_SIGINT, _get(_SIGINT))


def _watch(number, handler):
    if callable(handler):
        _handlers[number] = handler
        _polyproc.runtime.watchSignal(number)


def signal(signalnum, handler, /):
    """Sets the action for a signal; returns the former one."""
    former = getsignal(signalnum)
    number = int(signalnum)
    if _handlers.pop(number, None) is not None:
        _polyproc.runtime.unwatchSignal(number)
    try:
        _set(signalnum, handler)
    except BaseException:
        _watch(number, former)
        raise
    _watch(number, handler)
    if callable(handler) and handler is not _signal.default_int_handler:
        _retry_interrupted_calls()
    return former


def _retry_interrupted_calls():
    """Lets the usual blocking calls go on after a handler that returns.

    GraalPy 25.0.3 would make them again after EINTR, but runs the handler before it looks at `errno`,
    which the handler's own calls have changed by then: it raises `OSError: [Errno 0]`.
    """
    import os
    import select
    for module, names in ((os, ("read", "write", "waitpid")), (select, ("select",))):
        for name in names:
            function = getattr(module, name)
            if not hasattr(function, "__wrapped__"):
                setattr(module, name, _retrying(function))
    connection = sys.modules.get("multiprocessing.connection")
    if connection is not None:
        connection.Connection._recv.__defaults__ = (os.read,)
        connection.Connection._send.__defaults__ = (os.write,)


def _retrying(function):
    def call(*args):
        while True:
            try:
                return function(*args)
            except OSError as e:
                if e.errno:
                    raise
    call.__name__ = function.__name__
    call.__wrapped__ = function
    return call


def getsignal(signalnum, /):
    """The current action for a signal: SIG_IGN, SIG_DFL, None or a function."""
    handler = _handlers.get(signalnum)
    return _get(signalnum) if handler is None else handler
