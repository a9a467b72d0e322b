"""Pools: the standard library's API over workers with a line of their own each.

A worker that dies fails the task that it had begun, by `WorkerLostError`, and no other; no caller waits for
ever. See `_polyproc.pool.dispatcher`. A pool whose subclass sets queues of its own up, as `ThreadPool`
does, is the standard library's throughout.
"""

from _polyproc.stdlib import load_stdlib

load_stdlib(globals())

import weakref

from _polyproc.pool.workers import WorkerManager as _WorkerManager
from _polyproc.pool.dispatcher import Dispatcher as _Dispatcher
from _polyproc.pool.feeder import Feeder as _Feeder
from _polyproc.pool.tasks import Calls as _Calls, Elements as _Elements

_StandardPool = Pool
_StandardThreadPool = ThreadPool
_COPIED = frozenset((list, tuple, range, dict, set, frozenset, str, bytes))
"""Types of iterables that can be read at once: nothing of the program's runs then, and it takes no time."""


class ApplyResult(ApplyResult):
    def _set_values(self, i, values):
        self._set(i, (True, values[0]))

    def _give_up(self):
        """A callback has failed."""
        self._cache.pop(self._job, None)
        self._event.set()
        self._pool = None


AsyncResult = ApplyResult


class MapResult(MapResult, ApplyResult):
    _elementwise = False
    """Whether what is set are the results of elements and not lists of those of chunks."""

    def _set_values(self, i, values):
        if not self._elementwise:
            self._set(i, (True, values[0]))
            return
        last = self._number_left == len(values)
        if self._success and not last:
            self._number_left -= len(values)
            self._value[i : i + len(values)] = values
            return
        if self._success:
            self._value[i : i + len(values)] = values
        self._number_left -= len(values) - 1
        self._set(i + len(values) - 1, (True, values[-1:]))

    def _set_rest(self, i, e):
        """The iterable has failed: what is missing from here on counts as done, and as failed."""
        chunks = -(-len(self._value) // self._chunksize)
        self._number_left -= max(0, chunks - i - 1)
        self._set(i, (False, e))


class IMapIterator(IMapIterator):
    def _set_values(self, i, values):
        for i, value in enumerate(values, i):
            self._set(i, (True, value))

    def _give_up(self):
        """Nothing of the program's runs here."""


class IMapUnorderedIterator(IMapUnorderedIterator, IMapIterator):
    pass


class _Fate:
    """What is known of a pool when it was collected: GraalPy 25.0.3 calls no `__del__`.

    Its workers may have ended by then, as what ends them is called in any order.
    """

    def __init__(self, cls):
        self.cls = cls
        self.size = 0
        self.state = INIT

    def warn_if_unclosed(self):
        if self.state == RUN:
            warnings.warn(
                f"unclosed running multiprocessing pool <{self.cls.__module__}."
                f"{self.cls.__qualname__} state={self.state} pool_size={self.size}>",
                ResourceWarning,
            )


class Pool(Pool):
    """A pool of worker processes.

    task_timeout: how many seconds a task may take, if there is to be a limit; it then fails with
    `TaskTimeoutError`, a `multiprocessing.TimeoutError`, and its worker is replaced. CPython has no such
    limit. What a worker gets at once is a task: for `map`, a chunk.

    retries: how often a task is done again whose worker has ended while it had the task, before it fails with
    `WorkerLostError`. What the task had done by then is done twice; so CPython's pools, and this one unless it is
    asked to, do no task again. An exception, and a task that takes too long, are no reasons to.
    """

    _dispatcher = None

    def __init__(
        self,
        processes=None,
        initializer=None,
        initargs=(),
        maxtasksperchild=None,
        context=None,
        *,
        task_timeout=None,
        retries=0,
    ):
        self._pool = []
        self._fate = _Fate(type(self))
        weakref.finalize(self, self._fate.warn_if_unclosed).atexit = False
        self._state = INIT
        if type(self)._setup_queues is not Pool._setup_queues:
            if task_timeout is not None:
                raise ValueError("only a pool of processes can have a task_timeout")
            if retries:
                raise ValueError("only a pool of processes can have retries")
            super().__init__(
                os.cpu_count() or 1 if processes is None else processes, initializer, initargs, maxtasksperchild, context
            )
            return
        self._ctx = context or get_context()
        if processes is None:
            processes = self._ctx.cpu_count() if getattr(self._ctx, "_is_of_cluster", False) else os.cpu_count() or 1
        if processes < 1:
            raise ValueError("Number of processes must be at least 1")
        if maxtasksperchild is not None:
            if not isinstance(maxtasksperchild, int) or maxtasksperchild <= 0:
                raise ValueError("maxtasksperchild must be a positive int or None")
        if initializer is not None and not callable(initializer):
            raise TypeError("initializer must be a callable")
        _check_timeout(task_timeout)
        if not isinstance(retries, int) or retries < 0:
            raise ValueError("retries must be a non-negative int")
        self._processes = processes
        self._maxtasksperchild = maxtasksperchild
        self._initializer = initializer
        self._initargs = initargs
        self._task_timeout = task_timeout
        self._cache = {}
        self._manager = _WorkerManager(
            self._ctx, self.Process, processes, initializer, initargs, maxtasksperchild, self._wrap_exception
        )
        self._pool = self._manager.processes
        first = []
        try:
            self._manager.start_missing(first.append)
        except Exception:
            for p in self._pool:
                if p.exitcode is None:
                    p.terminate()
            for p in self._pool:
                p.join()
            for worker in first:
                worker.channel.close()
            raise
        forked = self._ctx.get_start_method() == "fork"
        dispatcher = self._dispatcher = _Dispatcher(self._manager, self._cache, forked, task_timeout, retries)
        for worker in first:
            dispatcher.add_worker(worker)
        self._taskqueue = _Feeder(dispatcher)
        self._worker_handler = self._task_handler = self._result_handler = dispatcher
        self._change_notifier = dispatcher
        dispatcher.start()
        self._terminate = util.Finalize(self, _end, args=(dispatcher, self._taskqueue, self._manager), exitpriority=15)
        self._state = RUN

    @property
    def _state(self):
        return self._fate.state

    @_state.setter
    def _state(self, state):
        self._fate.state = state
        self._fate.size = len(self._pool)

    def _setup_queues(self):
        """Only a subclass has queues: each worker has a line of its own."""
        super()._setup_queues()

    def _repopulate_pool(self):
        if self._dispatcher is None:
            super()._repopulate_pool()
        else:
            self._manager.start_missing(self._dispatcher.add_worker)

    def apply_async(self, func, args=(), kwds={}, callback=None, error_callback=None, timeout=None):
        """
        Asynchronous version of `apply()` method.

        timeout: how many seconds the task may take, in the place of the pool's `task_timeout`.
        """
        if self._dispatcher is None:
            if timeout is not None:
                raise ValueError("only a task of a process can have a timeout")
            return _StandardPool.apply_async(self, func, args, kwds, callback, error_callback)
        self._check_running()
        _check_timeout(timeout)
        result = ApplyResult(self, callback, error_callback)
        calls = iter(((0, (func, args, kwds)),))
        self._dispatcher.submit(
            _Calls(result._job, calls, self._dispatcher.call_window, self._task_timeout if timeout is None else timeout)
        )
        return result

    def _map_async(self, func, iterable, mapper, chunksize=None, callback=None, error_callback=None):
        if self._dispatcher is None:
            return _StandardPool._map_async(self, func, iterable, mapper, chunksize, callback, error_callback)
        self._check_running()
        if not hasattr(iterable, "__len__"):
            iterable = list(iterable)
        length = len(iterable)
        if chunksize is None:
            chunksize = -(-length // (max(1, len(self._pool)) * 4))
        if length == 0:
            chunksize = 0
        result = MapResult(self, chunksize, length, callback, error_callback=error_callback)
        if chunksize <= 0:
            return result
        if type(iterable) not in _COPIED:
            self._taskqueue.put(_read_chunks(result._job, func, mapper, iterable, chunksize), result)
            return result
        elements = iterable if type(iterable) is range else tuple(iterable)
        if chunksize == 1:
            result._elementwise = True
            source = _Elements(result._job, func, elements, mapper is starmapstar, False, self._task_timeout)
        else:
            source = _Calls(
                result._job, _cut_chunks(func, mapper, elements, chunksize), self._dispatcher.call_window, self._task_timeout
            )
        self._dispatcher.submit(source)
        return result

    def imap(self, func, iterable, chunksize=1):
        """
        Equivalent of `map()` -- can be MUCH slower than `Pool.map()`.
        """
        return self._imap(IMapIterator, _StandardPool.imap, func, iterable, chunksize)

    def imap_unordered(self, func, iterable, chunksize=1):
        """
        Like `imap()` method but ordering of results is arbitrary.
        """
        return self._imap(IMapUnorderedIterator, _StandardPool.imap_unordered, func, iterable, chunksize)

    def _imap(self, result_class, standard, func, iterable, chunksize):
        if self._dispatcher is None or chunksize != 1 or type(iterable) not in _COPIED or not iterable:
            return standard(self, func, iterable, chunksize)
        self._check_running()
        result = result_class(self)
        elements = iterable if type(iterable) is range else tuple(iterable)
        result._set_length(len(elements))
        self._dispatcher.submit(_Elements(result._job, func, elements, False, True, self._task_timeout))
        return result


class ThreadPool(Pool):
    _wrap_exception = False

    Process = _StandardThreadPool.__dict__["Process"]
    _get_sentinels = _StandardThreadPool._get_sentinels
    _get_worker_sentinels = _StandardThreadPool.__dict__["_get_worker_sentinels"]
    _help_stuff_finish = _StandardThreadPool.__dict__["_help_stuff_finish"]
    _setup_queues = _StandardThreadPool._setup_queues
    _wait_for_updates = _StandardThreadPool._wait_for_updates

    def __init__(self, processes=None, initializer=None, initargs=()):
        Pool.__init__(self, processes, initializer, initargs)


# Functions and no generator expressions: GraalPy 25.0.3 cannot clear a frame with variables that an
# inner function uses, as `unittest` does with those of an exception (a NullPointerException).


def _read_chunks(job, func, mapper, iterable, chunksize):
    """Tasks for the feeder, from an iterable that may take its time, and fail."""
    for i, chunk in enumerate(Pool._get_tasks(func, iterable, chunksize)):
        yield job, i, mapper, (chunk,), {}


def _cut_chunks(func, mapper, elements, chunksize):
    """Indexed calls for a worker, one for each chunk."""
    for i, at in enumerate(range(0, len(elements), chunksize)):
        yield i, (mapper, ((func, tuple(elements[at : at + chunksize])),), {})


def _check_timeout(seconds):
    if seconds is not None and not seconds > 0:
        raise ValueError("a timeout must be a positive number of seconds")


def _end(dispatcher, feeder, manager):
    """Ends a pool at once; runs in whatever thread."""
    util.debug("finalizing pool")
    feeder.close()
    dispatcher.terminate()
    manager.terminate()
    if threading.current_thread() is not dispatcher._thread:
        dispatcher.join()
