"""Reads iterators of the program's for a pool, on a thread of its own, as they may take their time."""

import collections
import threading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from _polyproc.pool.dispatcher import Dispatcher

_MAX_WAITING = 512


class Feeder:
    """Takes tasks from one iterator after the other, no faster than the workers take them.

    Any thread may call `put` and `close`.
    """

    def __init__(self, dispatcher: "Dispatcher") -> None:
        self._dispatcher = dispatcher
        self._iterators = collections.deque()
        self._lock = threading.Lock()
        self._thread: "threading.Thread | None" = None
        self._closed = False

    def put(self, what: "Any", result: "Any" = None) -> None:
        """Tasks to read, and a function that is told their number, or the result of a `map`.

        The standard library's pool puts a tuple of the two.
        """
        tasks, set_length = what if result is None else (what, result)
        with self._lock:
            self._iterators.append((tasks, set_length))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="PoolFeeder", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """Reads no more; the dispatcher that ends lets it go."""
        self._closed = True

    def _run(self):
        while True:
            with self._lock:
                if self._closed or not self._iterators:
                    self._thread = None
                    return
                tasks, end = self._iterators.popleft()
            self._read(tasks, end)
            tasks = end = None

    def _read(self, tasks, end):
        count = 0
        try:
            for task in tasks:
                if self._closed:
                    return
                count = task[1] + 1
                if self._dispatcher.feed(task) > _MAX_WAITING:
                    self._dispatcher.wait_for_room()
        except Exception as e:
            end._set_rest(count, e)
            self._dispatcher.put()
            return
        if callable(end):
            end(count)
        self._dispatcher.put()
