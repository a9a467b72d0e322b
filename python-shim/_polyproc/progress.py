"""Bars for `map`, `imap`, `starmap` and executors' `map`: see `--progress`.

Results and futures are counted where they come in; Java draws. In processes that the program starts there are none.
"""

import functools
import threading

import _polyproc
from _polyproc.process import forking
from _polyproc.timeline import name_of, replace

_next = threading.local()
"""`bar`: the one that the call in which this thread is has; `label` and `chunksize`: what the next one gets."""
_bars = None


def install() -> None:
    """Shows bars from now on."""
    global _bars
    _bars = _polyproc.runtime.recorder().progressBars()
    forking.after_in_child(_after_fork)
    _install_pools()
    _install_executors()


def _after_fork():
    global _bars
    _bars = None


def _new_bar(total):
    label = getattr(_next, "label", None)
    if label is None or _bars is None:
        return None
    return _bars.newBar(label, total)


def _count(bar, success, value, count):
    if success:
        bar.done(count)
    elif _is_loss(value):
        bar.lost(count)
    else:
        bar.failed(count)


def _is_loss(error):
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing.context import WorkerLostError

    return isinstance(error, (WorkerLostError, BrokenProcessPool))


def _labelled(call, position):
    """A method whose results have a bar; position: of its chunksize among the arguments, without `self`."""

    def make(function):
        def labelled(self, func, *args, **kwargs):
            before = getattr(_next, "label", None), getattr(_next, "chunksize", 1)
            chunksize = kwargs.get("chunksize", args[position] if len(args) > position else None)
            _next.label, _next.chunksize = f"{call} {name_of(func)}", chunksize or 1
            try:
                return function(self, func, *args, **kwargs)
            finally:
                _next.label, _next.chunksize = before

        return labelled

    return make


# --- Pools.


def _install_pools():
    from multiprocessing import pool

    for call in "map", "map_async", "starmap", "starmap_async", "imap", "imap_unordered":
        for cls in pool.Pool.__mro__:
            if call in cls.__dict__:
                replace(cls, call, _labelled(call, 1))

    def init_map(function):
        def __init__(self, pool, chunksize, length, callback, error_callback):
            self._bar = _new_bar(length) if length else None
            self._counted = False
            function(self, pool, chunksize, length, callback, error_callback)

        return __init__

    def set_map(function):
        def _set(self, i, outcome):
            bar = self._bar
            if bar is not None and not self._counted:
                size = 1 if self._elementwise else self._chunksize
                _count(bar, *outcome, min(size, len(self._value) - i * size) if isinstance(self._value, list) else size)
            function(self, i, outcome)

        return _set

    def set_values(function):
        def _set_values(self, i, values):
            if self._bar is None or not self._elementwise:
                function(self, i, values)
                return
            self._bar.done(len(values))
            self._counted = True
            try:
                function(self, i, values)
            finally:
                self._counted = False

        return _set_values

    def ending(function):
        def ending(self, *args):
            if self._bar is not None:
                self._bar.close()
            function(self, *args)

        return ending

    def init_imap(function):
        def __init__(self, pool):
            self._bar = _new_bar(-1)
            self._bar_chunksize = getattr(_next, "chunksize", 1)
            function(self, pool)

        return __init__

    def set_imap(function):
        def _set(self, i, outcome):
            if self._bar is not None:
                success, value = outcome
                chunked = success and self._bar_chunksize > 1
                _count(self._bar, success, value, len(value) if chunked else self._bar_chunksize)
            function(self, i, outcome)

        return _set

    def set_length(function):
        def _set_length(self, length):
            if self._bar is not None:
                self._bar.total(length * self._bar_chunksize, self._bar_chunksize > 1)
            function(self, length)

        return _set_length

    pool.MapResult._bar = pool.IMapIterator._bar = None
    replace(pool.MapResult, "_set_values", set_values)
    replace(pool.MapResult, "_set_rest", ending)
    replace(pool.MapResult, "__init__", init_map)
    replace(pool.MapResult, "_set", set_map)
    replace(pool.IMapIterator, "__init__", init_imap)
    replace(pool.IMapIterator, "_set", set_imap)
    replace(pool.IMapUnorderedIterator, "_set", set_imap)
    replace(pool.IMapIterator, "_set_length", set_length)


# --- Executors.


def _install_executors():
    from concurrent.futures import _base, process, thread

    def map_(function):
        def map(self, fn, *iterables, **kwargs):
            bar = _bars.newBar(f"map {name_of(fn)}", -1) if _bars is not None else None
            before, _next.bar, _next.count = getattr(_next, "bar", None), bar, 0
            try:
                return function(self, fn, *iterables, **kwargs)
            finally:
                _next.bar = before
                if bar is not None:
                    bar.total(_next.count, False)

        return map

    def submit(function):
        def submit(self, fn, /, *args, **kwargs):
            future = function(self, fn, *args, **kwargs)
            bar = getattr(_next, "bar", None)
            if bar is not None:
                chunked = isinstance(fn, functools.partial) and fn.func is process._process_chunk
                count = len(args[0]) if chunked else 1
                _next.count += count
                future.add_done_callback(lambda done: _count_future(bar, done, count))
            return future

        return submit

    replace(_base.Executor, "map", map_)
    replace(process.ProcessPoolExecutor, "submit", submit)
    replace(thread.ThreadPoolExecutor, "submit", submit)


def _count_future(bar, future, count):
    error = None if future.cancelled() else future.exception()
    _count(bar, not future.cancelled() and error is None, error, count)
