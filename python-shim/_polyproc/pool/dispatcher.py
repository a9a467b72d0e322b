"""The thread of a pool that gives tasks to workers and takes their results.

Each worker has a channel of its own, so the pool knows which worker has which task. When a worker ends, the task
that it had begun fails and all others go to other workers. Workers get small, quick tasks ahead, so that
they need not wait for the next; what a worker has not begun is revoked when another has nothing to do.

    submit, feed, add_worker ──► inbox ──► _proceed ── _assign ──► channel ──► worker
     (any thread)                            ▲   │                               │
                                             │   └── _check_workers: deadlines,  │
                                             │       lost workers, new ones      │
                                  _wait ─────┘◄── _on_readable ◄── results ──────┘
                                             └◄── a sentinel: _ended

A job is one call of `map`, `imap` or `apply`; its source makes batches of its tasks. `_cache` has the result of each job.

What always holds: a task is in the backlog, in a batch of exactly one worker, or answered. It is answered once:
by a result, or with `WorkerLostError` if its worker had claimed it and has ended. What a lost worker had not
claimed goes back to the backlog, and so to others. When workers cannot start, all tasks fail with the
reason; the pool tries again after a second.
"""

import collections
import threading
import time
from multiprocessing import util
from multiprocessing.reduction import ForkingPickler

import _polyproc
from _polyproc.pool.backlog import Backlog, all_of
from _polyproc.pool.errors import broken, lost, too_late
from _polyproc.pool.protocol import QUIT, READY, STARTUP_FAILED, VALUES, load_values
from _polyproc.pool.results import Results, report
from _polyproc.pool.tasks import ForkedTaskPickler, TaskPickler, message
from _polyproc.pool.worker_main import INTERRUPTED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from _polyproc.pool.tasks import Source
    from _polyproc.pool.workers import Worker, WorkerManager

RUN, CLOSE, TERMINATE = "RUN", "CLOSE", "TERMINATE"
_REVOKE_SECONDS = 0.002
_KILL_SECONDS = 1.0
_INTERRUPT_SECONDS = 1.0
_MIN_FAILED_STARTS = 3
_RETRY_SECONDS = 1.0
_MAX_PAUSE_SECONDS = 2.0


class Dispatcher:
    """All its state is its thread's. Other threads call `submit`, `feed`, `add_worker` and `put`."""

    def __init__(
        self, manager: "WorkerManager", cache: "dict[int, Any]", forked: bool, timeout: "float | None", retries: int
    ) -> None:
        self._manager = manager
        self._cache = cache
        self._pickler = ForkedTaskPickler() if forked else TaskPickler()
        self._inbox = collections.deque()
        self._waits = _polyproc.runtime.newWaitSet()
        self._asleep = False
        self._state = RUN
        self._results = Results(cache)
        self._backlog = Backlog(timeout)
        self.call_window = self._backlog.fed.window
        self._retries = retries
        self._workers = []
        self._handlers = {}
        self._revoke_at = None
        self.done_by_former = 0
        """How many tasks the workers have answered that have ended."""
        self._failed_starts = 0
        self._broken = None
        """Why no worker gets ready: tasks fail with it."""
        self._retry_at = 0.0
        self._starter = None
        self._start_at = None
        self._thread = threading.Thread(target=self._run, name="PoolDispatcher", daemon=True)

    # Any thread.

    def start(self) -> None:
        self._thread.start()

    def join(self, timeout: "float | None" = None) -> None:
        self._thread.join(timeout)

    def is_alive(self) -> bool:
        return self._thread.is_alive()

    def submit(self, source: "Source") -> None:
        """Lets the tasks of a source be done."""
        self._post(self._add_source, source)

    def add_worker(self, worker: "Worker") -> None:
        """A worker was started."""
        self._post(self._add_worker, worker)

    def feed(self, task: "tuple[Any, ...]") -> int:
        """Lets one task be done: (job, index, function, arguments, keyword arguments)."""
        self._backlog.fed.waiting.append(task)
        self._wake()
        return len(self._backlog.fed.waiting)

    def wait_for_room(self) -> None:
        """Waits until only a few of the tasks that were fed wait."""
        if self._state != TERMINATE:
            self._backlog.fed.wait_for_room()

    def put(self, _: object = None) -> None:
        """Looks at what has changed; named as that of the queue that the standard library has as `_change_notifier`."""
        # A message and not just a call to wake up, which would be lost right before it waits.
        self._post(_nothing, None)

    def terminate(self) -> None:
        """Ends the thread, without waiting for what it has to do."""
        self._state = TERMINATE
        self._wake()

    def _post(self, function, argument):
        self._inbox.append((function, argument))
        self._wake()

    def _wake(self):
        if self._asleep:
            self._asleep = False
            self._waits.wake()

    # The dispatcher's thread.

    def _run(self):
        try:
            while self._proceed():
                self._wait()
        except BaseException as e:
            report(e)
            self._break(e)
        finally:
            self._close()
            util.debug("dispatcher exiting")

    def _proceed(self):
        """Does all that can be done now; returns whether there will be more."""
        while self._inbox:
            function, argument = self._inbox.popleft()
            function(argument)
        self._check_workers()
        self._dispatch()
        return self._state != TERMINATE and not self._is_done()

    def _wait(self):
        """Waits until something has changed, and hears what has come."""
        timeout = self._timeout()
        self._asleep = True
        if self._inbox or self._backlog.fed.waiting and self._idle() or self._state == TERMINATE:
            timeout = 0
        waits = self._waits
        count = int(getattr(waits, "await")(timeout))  # a keyword of Python's
        self._asleep = False
        handlers = self._handlers
        for fd in [int(waits.ready(i)) for i in range(count)]:
            handler = handlers.get(fd)
            if handler is not None:
                handler()

    def _is_done(self):
        if self._state != CLOSE or self._cache or self._inbox or self._backlog.has_tasks():
            return False
        for worker in self._workers:
            self._dismiss(worker)
        return not self._workers and self._starter is None

    def _idle(self):
        return any(worker.is_available() and not worker.count for worker in self._workers)

    def _timeout(self):
        """Milliseconds until there is something to do anyway; -1 for ever."""
        moments = [moment for worker in self._workers for moment in (worker.deadline, worker.kill_at) if moment is not None]
        moments += [moment for moment in (self._revoke_at, self._start_at) if moment is not None]
        if not moments:
            return -1
        return max(0, int((min(moments) - time.monotonic()) * 1000) + 1)

    def _close(self):
        for worker in self._workers:
            self._forget(worker)
        self._workers.clear()
        self._state = TERMINATE
        self._backlog.fed.waiting.clear()
        self._backlog.fed.room.set()
        self._waits.close()

    # Tasks.

    def _add_source(self, source):
        if source.timeout is not None:
            self._backlog.timed = True
        if self._is_broken():
            self._fail_source(source)
        else:
            self._backlog.add(source)

    def _is_broken(self):
        """Whether a task that comes now fails. After a while it is tried once more whether workers can be started."""
        if self._broken is not None and time.monotonic() >= self._retry_at:
            self._broken = None
            self._failed_starts = 0
            self._start_at = None
            self._check_workers()
        return self._broken is not None

    def _dispatch(self):
        if self._backlog.fed.waiting and self._is_broken():
            self._fail_source(self._backlog.fed)
        if self._broken is not None:
            return
        workers = self._workers
        for worker in workers:
            while not worker.count and worker.is_available():
                if not self._assign(worker):
                    self._consider_revoking()
                    return
        self._revoke_at = None
        if not self._backlog.timed:
            workers = [worker for worker in workers if worker.count and worker.is_available()]
            while workers:  # in turn, so that each has its share of the last ones
                workers = [worker for worker in workers if self._assign(worker, ahead=True)]

    def _assign(self, worker, ahead=False):
        """Gives a worker the next tasks; False if there are none, or it has enough."""
        batch = self._backlog.next_batch(worker, ahead, len(self._workers))
        if batch is None:
            return False
        self._send(worker, batch)
        return True

    def _send(self, worker, batch):
        source = batch.source
        try:
            encoded = source.encode(batch, self._pickler)
        except Exception as e:
            self._results.fail_all(batch, e)
            return
        if encoded is None:
            while len(batch.items) > 1:
                self._send(worker, batch.split(1))
            self._send(worker, batch)
            return
        if source.timeout is not None and not worker.count:
            worker.deadline = time.monotonic() + source.timeout
        worker.channel.send(message(worker.take_on(batch), *encoded))
        if worker.channel.outgoing:
            self._waits.setWriting(worker.channel.fd, True)

    def _consider_revoking(self):
        """A worker has nothing to do: after a moment others give back what they have not begun."""
        victims = [worker for worker in self._workers if worker.count > 1 and not worker.nothing_to_revoke]
        if not victims:
            self._revoke_at = None
        elif self._revoke_at is None:
            self._revoke_at = time.monotonic() + _REVOKE_SECONDS
        elif time.monotonic() >= self._revoke_at:
            self._revoke_at = None
            for worker in victims:
                self._backlog.returned.extend(worker.revoke())
            for worker, batch in self._backlog.shares(worker for worker in self._workers if worker.is_available()):
                self._send(worker, batch)

    # Results.

    def _on_readable(self, worker):
        messages = worker.channel.receive()
        if messages is None:
            # Its end: what there is to do, its sentinel says.
            self._waits.remove(worker.channel.fd)
            self._handlers.pop(worker.channel.fd, None)
            return
        if worker.channel.outgoing:
            worker.channel.send_more()
            if not worker.channel.outgoing:
                self._waits.setWriting(worker.channel.fd, False)
        for (what, seconds), body in messages:
            if what == VALUES:
                self._take_values(worker, seconds, load_values(body))
            elif what == READY:
                worker.ready = True
                self._failed_starts = 0
                self._broken = None
            elif what == STARTUP_FAILED:
                worker.startup_failure = body.decode("utf-8", "replace")
            else:
                self._take_outcome(worker, seconds, body)

    def _take_values(self, worker, seconds, values):
        at = 0
        for batch in worker.answered(len(values)):
            count = len(batch.items)
            batch.source.window.note(seconds, len(values))
            if not batch.failed:
                self._results.set_values(batch, values[at : at + count])
            at += count
        self._next_deadline(worker)

    def _take_outcome(self, worker, seconds, body):
        try:
            success, value = ForkingPickler.loads(body)
        except Exception as e:
            success, value = False, e
        for batch in worker.answered(1):
            batch.source.window.note(seconds, 1)
            if batch.failed:
                continue
            if success:
                self._results.set_values(batch, [value])
            else:
                self._results.fail(batch, 0, value)
        self._next_deadline(worker)

    def _next_deadline(self, worker):
        worker.deadline = None
        if worker.held:
            timeout = worker.held[0].source.timeout
            if timeout is not None:
                worker.deadline = time.monotonic() + timeout

    # Workers.

    def _add_worker(self, worker):
        self._workers.append(worker)
        self._handlers[worker.channel.fd] = lambda: self._on_readable(worker)
        self._handlers[worker.process.sentinel] = lambda: self._ended(worker)
        self._waits.add(worker.channel.fd)
        self._waits.add(worker.process.sentinel)

    def _dismiss(self, worker):
        if not worker.leaving:
            worker.leaving = True
            worker.channel.send(message(0, QUIT, b"", b""))
            if worker.channel.outgoing:
                self._waits.setWriting(worker.channel.fd, True)

    def _forget(self, worker):
        for fd in (worker.channel.fd, worker.process.sentinel):
            if self._handlers.pop(fd, None) is not None:
                self._waits.remove(fd)
        worker.channel.close()

    def _ended(self, worker):
        """A worker has ended: what it had begun is lost, or done again, and all else goes to others."""
        worker.channel.dry = False
        while not worker.channel.dry:
            self._on_readable(worker)
        self._backlog.returned.extendleft(reversed(worker.revoke()))
        self.done_by_former += worker.done
        process = worker.process
        status = process.exitcode
        node = getattr(worker.popen, "lost_node", None)
        self._forget(worker)
        self._workers.remove(worker)
        util.debug("cleaning up worker %s" % process.pid)
        self._manager.remove(worker)
        # The last is the one that was running; before it are those whose results had not been sent.
        for batch in reversed(list(worker.answered(worker.count))):
            if batch.losses < self._retries and not batch.failed:
                batch.losses += 1
                self._backlog.returned.appendleft(batch)
                continue
            for i in reversed(range(len(batch.items))):
                if not batch.failed:
                    self._results.fail(
                        batch,
                        i,
                        lost(process.name, process.pid, status, batch.source.describe(batch.items[i]), node),
                    )
        if not worker.ready and not worker.leaving and status != INTERRUPTED:
            self._start_failed(broken(self._failed_starts + 1, process.name, process.pid, status, worker.startup_failure))
        if status == INTERRUPTED:
            # All have been interrupted, and likely the program is about to end.
            self._start_at = time.monotonic() + _INTERRUPT_SECONDS

    def _check_workers(self):
        """Replaces workers, and ends those whose task has taken too long."""
        now = time.monotonic()
        for worker in self._workers:
            if worker.deadline is not None and worker.deadline <= now:
                self._end_late(worker, now)
            if worker.kill_at is not None and worker.kill_at <= now:
                worker.kill_at = now + _KILL_SECONDS
                worker.process.kill()
        if self._start_at is not None and self._start_at > now:
            return
        self._start_at = None
        if (
            self._starter is None
            and self._broken is None
            and len(self._manager.processes) < self._manager.size
            and (self._state == RUN or self._cache or self._backlog.has_tasks())
        ):
            self._starter = threading.Thread(target=self._start_workers, name="PoolStarter", daemon=True)
            self._starter.start()

    def _end_late(self, worker, now):
        worker.deadline = None
        batch = worker.held[0]
        batch.failed = True
        self._results.fail(
            batch,
            0,
            too_late(worker.process.name, worker.process.pid, batch.source.timeout, batch.source.describe(batch.items[0])),
        )
        worker.kill_at = now + _KILL_SECONDS
        worker.process.terminate()

    def _start_workers(self):
        """On a thread of its own: starting takes a while."""
        try:
            self._manager.start_missing(self.add_worker)
        except BaseException as e:
            self._post(self._could_not_start, e)
        self._post(self._started, None)

    def _started(self, _):
        self._starter = None

    def _could_not_start(self, e):
        self._start_at = time.monotonic() + 0.1 * (self._failed_starts + 1)
        self._start_failed(e)

    def _start_failed(self, e):
        """Gives up when the start of several workers in a row has failed and none is left that serves."""
        self._failed_starts += 1
        many = max(_MIN_FAILED_STARTS, self._manager.size)
        if self._failed_starts < many:
            return
        if any(worker.ready for worker in self._workers):
            pause = min(0.1 * self._failed_starts, _MAX_PAUSE_SECONDS)
            self._start_at = time.monotonic() + pause
        else:
            self._break(e)
            self._retry_at = time.monotonic() + _RETRY_SECONDS

    def _break(self, e):
        """Nothing can be done: every task fails."""
        self._broken = e
        for batch in self._backlog.drain():
            self._results.fail_all(batch, e)
        for worker in self._workers:
            for batch in worker.held:
                batch.failed = True
                self._results.fail_all(batch, e)

    def _fail_source(self, source):
        for batch in all_of(source):
            self._results.fail_all(batch, self._broken)


def _nothing(_):
    pass
