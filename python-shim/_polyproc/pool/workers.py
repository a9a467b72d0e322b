"""The workers of a pool: how they start, and what is known of each."""

import collections
import threading
from multiprocessing import util

from _polyproc.pool.channel import SentClaims, WorkerChannel
from _polyproc.pool.worker_main import serve

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from multiprocessing.process import BaseProcess
    from typing import Any

    from _polyproc.pool.tasks import Batch

has_timeline = False
"""Whether this program has one."""
_COUNTS = 1 << 24
_END_SECONDS = 5.0


class Worker:
    """A worker as its pool sees it. Only the dispatcher's thread changes it."""

    def __init__(self, process: "BaseProcess", channel: WorkerChannel, max_tasks: float) -> None:
        self.process = process
        self.channel = channel
        self.ready = False
        self.leaving = False
        """It has been told that there are no more tasks."""
        self.held = collections.deque()
        """Batches of tasks that it has and has not answered, in order."""
        self.count = 0
        """How many tasks these are."""
        self.left = max_tasks
        self.deadline = None
        self.kill_at = None
        self.nothing_to_revoke = True
        self.startup_failure = ""
        self.done = 0
        """How many it has answered since it was started."""
        self._trace = getattr(channel.claims, "traceResults", None) if has_timeline else None

    @property
    def popen(self) -> "Any":
        """What has started its process; None if the pool's processes are of a kind that has no such object."""
        return getattr(self.process, "_popen", None)

    def is_available(self) -> bool:
        return self.ready and not self.leaving and self.kill_at is None and self.left > 0

    def take_on(self, batch: "Batch") -> int:
        """Notes that it gets more tasks; returns their epoch."""
        count = len(batch.items)
        self.held.append(batch)
        self.count += count
        self.left -= count
        self.nothing_to_revoke = False
        return self.channel.claims.offer(count)

    def answered(self, count: int) -> "Iterator[Batch]":
        """Notes that it has answered the first tasks it holds; yields these as batches."""
        self.done += count
        self.count -= count
        if self._trace is not None:
            self._trace(count)
        while count:
            batch = self.held[0]
            if len(batch.items) <= count:
                self.held.popleft()
            else:
                batch = batch.split(count)
            count -= len(batch.items)
            yield batch

    def revoke(self) -> "collections.deque[Batch]":
        """Revokes the tasks that it has not begun; returns them as batches."""
        begun = (self.channel.claims.revoke() - self.done) % _COUNTS
        taken = collections.deque()
        excess = self.count - begun
        self.count = begun
        self.left += excess
        self.nothing_to_revoke = True
        while excess:
            batch = self.held.pop()
            if len(batch.items) > excess:
                self.held.append(batch.split(len(batch.items) - excess))
            excess -= len(batch.items)
            taken.appendleft(batch)
        return taken


class WorkerManager:
    """Starts workers. Any thread may call; `processes` is the list that a pool shows as its own."""

    def __init__(
        self,
        context: "Any",
        factory: "Callable[..., BaseProcess]",
        size: int,
        initializer: "Callable[..., object] | None",
        initargs: "Iterable[Any]",
        max_tasks: "int | None",
        wrap_exception: bool,
    ) -> None:
        self.processes = []
        self.size = size
        self._context = context
        self._factory = factory
        self._arguments = initializer, initargs, max_tasks, wrap_exception
        self._max_tasks = float("inf") if max_tasks is None else max_tasks
        self._lock = threading.Lock()
        self._closed = False

    def start_missing(self, add: "Callable[[Worker], object]") -> None:
        """Starts as many workers as are missing, and calls `add` with each."""
        while True:
            with self._lock:
                if self._closed or len(self.processes) >= self.size:
                    return
                worker = self._start()
                self.processes.append(worker.process)
            add(worker)

    def _start(self):
        channel = WorkerChannel()
        try:
            process = self._factory(self._context, target=serve, args=(channel.worker_end, *self._arguments))
            process.name = process.name.replace("Process", "PoolWorker")
            process.daemon = True
            process.start()
        except BaseException:
            channel.close()
            raise
        channel.hand_over()
        worker = Worker(process, channel, self._max_tasks)
        if hasattr(worker.popen, "is_remote"):
            channel.claims = SentClaims()
        util.debug("added worker")
        return worker

    def remove(self, worker: Worker) -> None:
        """Forgets a worker that has ended."""
        worker.process.join()
        if worker.process in self.processes:
            self.processes.remove(worker.process)

    def close(self) -> None:
        """Starts no more workers; waits for one that just starts."""
        with self._lock:
            self._closed = True

    def terminate(self) -> None:
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
