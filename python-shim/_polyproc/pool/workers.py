"""The workers of a pool: how they start, and what is known of each."""

import collections
import threading
from multiprocessing import util

from _polyproc.pool.channel import Line, SentClaims
from _polyproc.pool.worker_main import serve

_COUNTS = 1 << 24
_END_SECONDS = 5.0


class Worker:
    """A worker as its pool sees it. Only the dispatcher's thread changes it."""

    def __init__(self, process, line, most_tasks):
        self.process = process
        self.line = line
        self.ready = False
        self.leaving = False
        """It has been told that there are no more tasks."""
        self.held = collections.deque()
        """Groups of tasks that it has and has not answered, in order."""
        self.count = 0
        """How many tasks these are."""
        self.left = most_tasks
        self.deadline = None
        self.kill_at = None
        self.none_to_take_back = True
        self.farewell = ""
        self.done = 0
        """How many it has answered since it was started."""

    def is_available(self):
        return self.ready and not self.leaving and self.kill_at is None and self.left > 0

    def take_on(self, group):
        """Notes that it gets more tasks; returns their epoch."""
        count = len(group.items)
        self.held.append(group)
        self.count += count
        self.left -= count
        self.none_to_take_back = False
        return self.line.claims.offer(count)

    def answered(self, count):
        """Notes that it has answered the first tasks it holds; yields these as groups."""
        self.done += count
        self.count -= count
        while count:
            group = self.held[0]
            if len(group.items) <= count:
                self.held.popleft()
            else:
                group = group.split(count)
            count -= len(group.items)
            yield group

    def take_back(self):
        """Takes back the tasks that it has not begun; returns them as groups."""
        begun = (self.line.claims.takeBack() - self.done) % _COUNTS
        taken = collections.deque()
        excess = self.count - begun
        self.count = begun
        self.left += excess
        self.none_to_take_back = True
        while excess:
            group = self.held.pop()
            if len(group.items) > excess:
                self.held.append(group.split(len(group.items) - excess))
            excess -= len(group.items)
            taken.appendleft(group)
        return taken


class Crew:
    """Starts workers. Any thread may call; `processes` is the list that a pool shows as its own."""

    def __init__(self, context, factory, size, initializer, initargs, most_tasks, wrap_exception):
        self.processes = []
        self.size = size
        self._context = context
        self._factory = factory
        self._arguments = initializer, initargs, most_tasks, wrap_exception
        self._most_tasks = float("inf") if most_tasks is None else most_tasks
        self._lock = threading.Lock()
        self._closed = False

    def start_missing(self, add):
        """Starts as many workers as are missing, and calls `add` with each."""
        while True:
            with self._lock:
                if self._closed or len(self.processes) >= self.size:
                    return
                worker = self._start()
                self.processes.append(worker.process)
            add(worker)

    def _start(self):
        line = Line()
        try:
            process = self._factory(self._context, target=serve,
                                    args=(line.far_end, *self._arguments))
            process.name = process.name.replace("Process", "PoolWorker")
            process.daemon = True
            process.start()
        except BaseException:
            line.close()
            raise
        line.hand_over()
        if hasattr(process._popen, "is_remote"):
            line.claims = SentClaims()
        util.debug("added worker")
        return Worker(process, line, self._most_tasks)

    def remove(self, worker):
        """Forgets a worker that has ended."""
        worker.process.join()
        if worker.process in self.processes:
            self.processes.remove(worker.process)

    def close(self):
        """Starts no more workers; waits for one that just starts."""
        with self._lock:
            self._closed = True

    def terminate(self):
        """Ends all workers."""
        self.close()
        processes = list(self.processes)
        for process in processes:
            if process.exitcode is None:
                process.terminate()
        for process in processes:
            process.join(_END_SECONDS)
            if process.exitcode is None:
                # It ignores SIGTERM, or is stopped.
                process.kill()
                process.join()
