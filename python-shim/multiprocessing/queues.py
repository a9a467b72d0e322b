"""Queues: the standard library's, made of packets instead of a pipe.

A packet is there whole or not at all, also if a process is killed. The feeder is a thread of Java, and only needed
when there is no room for a packet.

    put ── a place in _sem ── _offer ──┬── room: a packet ─────────► socket pair ── _get ──► get
                                       ├── none: QueueFeeder, a thread of Java's ──►  (under _rlock,
                                       └── not plain: pickled in Python, then the same   gives the place back)
"""

import _polyproc
from _polyproc.process import forking
from _polyproc.stdlib import load_stdlib

load_stdlib(globals())

_messages = _polyproc.runtime.messages()
_get = _messages.get
_offer = _messages.offer
_take_outcome = _messages.takeOutcome
_dumps = context.reduction.dumps
_dumps_not_plain = context.reduction.dumps_not_plain
_AGAIN, _NOT_PLAIN = connection._AGAIN, connection._NOT_PLAIN
_FULL = 2
_MILLIS = 100
"""How long to wait between two looks after signals."""

_pending = set()
"""Feeders whose queue is gone and which have still something to write."""
forking.after_in_child(_pending.clear)


def _receive(reader, lock, slots):
    """The next object of a queue, taken under a lock; then there is a place more in `slots`."""
    since = None
    while True:
        fd = reader._handle
        if fd is None:
            reader._check_closed()
        obj = _get(fd, lock, slots)
        if obj is not NotImplemented:
            return obj
        message = _take_outcome()
        if type(message) is bytes:
            return _ForkingPickler.loads(message)
        if message != _AGAIN:
            connection._fail(message)
        if since is None:
            since = time.monotonic()


def _init_queue(self, maxsize=0, *, ctx):
    if getattr(ctx, "_is_of_cluster", False):
        from _polyproc.cluster import queues

        queues.become(self, maxsize)
        return
    if maxsize <= 0:
        from .synchronize import SEM_VALUE_MAX as maxsize
    self._maxsize = maxsize
    self._reader, self._writer = connection.packet_pipe()
    self._rlock = ctx.Lock()
    self._opid = os.getpid()
    self._wlock = ctx.Lock()  # not needed here: packets keep apart by themselves
    self._sem = ctx.BoundedSemaphore(maxsize)
    self._ignore_epipe = False
    self._reset()
    register_after_fork(self, Queue._after_fork)


def _init_simple_queue(self, *, ctx):
    if getattr(ctx, "_is_of_cluster", False):
        from _polyproc.cluster import queues

        queues.become(self, 0)
        return
    self._reader, self._writer = connection.packet_pipe()
    self._rlock = ctx.Lock()
    self._poll = self._reader.poll
    self._wlock = ctx.Lock()


_put_for_thread = Queue.put
_put_joinable_for_thread = JoinableQueue.put
_own_thread = Queue._start_thread, Queue._feed

Queue.__init__ = _init_queue
SimpleQueue.__init__ = _init_simple_queue


class _Feeder:
    """Java's feeder of one queue in this process, and what belongs to its end."""

    def __init__(self, queue):
        self.java = _messages.feeder(queue._writer.fileno(), queue._sem._semlock._semaphore)
        self._slots = queue._sem
        self._ignore_epipe = queue._ignore_epipe
        self._on_error = queue._on_queue_feeder_error
        self._reader, self._writer = queue._reader, queue._writer

    def fail(self, error, obj):
        """Tells of an object that was not sent; there is room for another one in its place."""
        if self._ignore_epipe and getattr(error, "errno", 0) == errno.EPIPE:
            return
        if is_exiting():
            info("error in queue thread: %s", error)
            return
        self._slots.release()
        self._on_error(error, obj)

    def fail_to_write(self, message, number):
        """Tells of a message that could not be written."""
        try:
            obj = _ForkingPickler.loads(message)
        except Exception:
            obj = message
        self.fail(OSError(number, os.strerror(number)), obj)

    def send(self, message):
        """Sends a message for which there is a place."""
        if self._writer.closed:
            self.fail_to_write(message, errno.EBADF)
            return
        status = self.java.put(message)
        if status:
            self.explain(status, message)

    def explain(self, status, message):
        """Acts on what Java's `put` and `offer` return but 0."""
        if status < 0:
            self.fail_to_write(message, -status)
        else:
            self.report()

    def report(self):
        """Tells of what the feeder could not write."""
        while (failure := self.java.nextFailure()) is not None:
            self.fail_to_write(_messages.failedMessage(failure), int(failure.errno()))

    def join(self):
        """Waits until all is written."""
        debug("joining queue thread")
        while not self.java.awaitWritten(_MILLIS):
            pass
        self.report()
        debug("... queue thread joined")

    def close(self):
        """Closes the pipe once all is written."""
        debug("telling queue thread to quit")
        if self.java.isIdle():
            self._close()
            return
        _pending.add(self)
        try:
            threading.Thread(target=self._close, name="QueueFeederThread", daemon=True).start()
        except RuntimeError:
            pass  # the process ends: `join` waits, and the pipe ends with the process

    def _close(self):
        self.join()
        self._reader.close()
        self._writer.close()
        _pending.discard(self)


if _messages.areAvailable():

    class Queue(Queue):
        __doc__ = Queue.__doc__

        def _reset(self, after_fork=False):
            super()._reset(after_fork)
            self._feeder = None

        def put(self, obj, block=True, timeout=None):
            if self._closed:
                raise ValueError(f"Queue {self!r} is closed")
            feeder = self._feeder or self._start_feeder()
            if feeder is None:
                _put_for_thread(self, obj, block, timeout)
                return
            status = _NOT_PLAIN if self._writer._handle is None else _offer(feeder.java, obj)
            if status == 0:
                return
            try:
                message = _dumps_not_plain(obj) if status == _NOT_PLAIN else _dumps(obj)
            except Exception as e:
                self._take_place(block, timeout)
                feeder.fail(e, obj)
                return
            if status == _NOT_PLAIN:
                status = _FULL if self._writer.closed else feeder.java.offer(message)
            if status == _FULL:
                self._take_place(block, timeout)
                feeder.send(message)
            elif status:
                feeder.explain(status, message)

        def _take_place(self, block, timeout):
            if not self._sem.acquire(block, timeout):
                raise Full

        def _start_feeder(self):
            """The feeder; None if a package has replaced the thread that feeds, which pickles in its own way."""
            if (self._start_thread.__func__, self._feed) != _own_thread:
                return None
            with self._notempty:
                if self._feeder is None:
                    feeder = _Feeder(self)
                    if not self._joincancelled:
                        self._jointhread = Finalize(feeder, Queue._finalize_join, [weakref.ref(feeder)], exitpriority=-5)
                    self._close = Finalize(self, feeder.close, exitpriority=10)
                    self._feeder = feeder
                return self._feeder

        @staticmethod
        def _finalize_join(reference):
            feeder = reference()
            if feeder is not None:
                feeder.join()

        def get(self, block=True, timeout=None):
            if not block or timeout is not None:
                return super().get(block, timeout)
            if self._closed:
                raise ValueError(f"Queue {self!r} is closed")
            return _receive(self._reader, self._rlock._semlock._semaphore, self._sem._semlock._semaphore)

    class JoinableQueue(Queue, JoinableQueue):
        __doc__ = JoinableQueue.__doc__

        def put(self, obj, block=True, timeout=None):
            if self._closed:
                raise ValueError(f"Queue {self!r} is closed")
            feeder = self._feeder or self._start_feeder()
            if feeder is None:
                _put_joinable_for_thread(self, obj, block, timeout)
                return
            self._take_place(block, timeout)
            with self._cond:
                try:
                    message = _dumps(obj)
                except Exception as e:
                    feeder.fail(e, obj)
                else:
                    feeder.send(message)
                self._unfinished_tasks.release()

    class SimpleQueue(SimpleQueue):
        __doc__ = SimpleQueue.__doc__

        def get(self):
            return _receive(self._reader, self._rlock._semlock._semaphore, None)

        def put(self, obj):
            self._writer.send_bytes(_dumps(obj))
