"""What runs in a pool's worker: reads tasks, claims each, runs it and sends what came out.

A task is claimed right before it begins, so that the pool knows at any time which tasks this worker has
begun, and may revoke others. See `io.polyproc.sync.TaskClaims`.
"""

import sys
import traceback
from multiprocessing import util
from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler, dumps
from time import perf_counter

import _polyproc
from _polyproc.pool.protocol import (
    EACH,
    ONE,
    OUTCOME,
    QUIT,
    READY,
    RESULT,
    STAR,
    STARTUP_FAILED,
    TASK,
    VALUE,
    VALUES,
    is_plain,
    load_values,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

INTERRUPTED = 130
name_of = None
"""Says what a task is called, for a timeline: gets its function and its arguments."""
_KEPT_SECONDS = 0.005
"""How long a result may wait for others to travel along."""


class WorkerEndpoint:
    """The worker's end of the line to its pool."""

    def __init__(self, socket: "Any", claims: "Any") -> None:
        self.fd = socket.detach()
        self.claims = _polyproc.runtime.openTaskClaims(claims.detach())

    @classmethod
    def of(cls, fd: int, claims: "Any") -> "WorkerEndpoint":
        """The end in a process that was forked with both."""
        self = cls.__new__(cls)
        self.fd, self.claims = fd, claims
        return self

    def inherited(self) -> "WorkerEndpoint":
        """It has travelled."""
        return self


class RemoteWorkerEndpoint:
    """The same on another node, where no memory is shared: what was sent is claimed."""

    def __init__(self, socket: "Any") -> None:
        self.fd = socket.detach()
        self.claims = self

    def claim(self, epoch: int) -> bool:
        return True

    def inherited(self) -> "RemoteWorkerEndpoint":
        """It has travelled."""
        return self


def serve(
    end: "Any",
    initializer: "Callable[..., object] | None" = None,
    initargs: "Iterable[Any]" = (),
    maxtasks: "int | None" = None,
    wrap_exception: bool = False,
) -> None:
    """Runs tasks until the pool says that there are no more, or is gone.

    An interrupt ends it without a traceback: that of the pool's own process says all.
    """
    end = end.inherited()
    try:
        with Connection(end.fd) as connection:
            if initializer is not None:
                _initialize(connection, initializer, initargs)
            worker = _Worker(connection, end.claims, wrap_exception)
            worker.send(READY, 0.0, b"")
            worker.run(maxtasks)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except (BrokenPipeError, ConnectionResetError):
        util.debug("the pool is gone -- exiting")


def _initialize(connection, initializer, initargs):
    try:
        initializer(*initargs)
    except BaseException:
        body = traceback.format_exc().encode("utf-8", "replace")
        connection.send_bytes(RESULT.pack(STARTUP_FAILED, 0.0) + body)
        raise


def _encoding_error(error, value):
    from multiprocessing.pool import MaybeEncodingError

    try:
        return MaybeEncodingError(error, value)
    except Exception:
        # Its repr fails as well; CPython's worker dies of that, and its pool waits for ever.
        return MaybeEncodingError(error, object.__repr__(value))


class _Worker:
    def __init__(self, connection, claims, wrap_exception):
        self._connection = connection
        self._claim = claims.claim
        self._trace = None if name_of is None else getattr(claims, "traceTasks", None)
        self._task = self._function_name = ""
        """What the timeline calls the tasks that run, and those of the function that is remembered."""
        self._wrap_exception = wrap_exception
        self._key = self._function = None

    def run(self, maxtasks):
        """Runs at most so many tasks."""
        completed = 0
        while completed != maxtasks and (message := self._receive()) is not None:
            epoch, how, key_length = TASK.unpack_from(message)
            if how & QUIT:
                util.debug("worker got sentinel -- exiting")
                break
            end_of_key = TASK.size + key_length
            key = message[TASK.size : end_of_key]
            body = message[end_of_key:]
            message = None
            if how & (ONE | VALUE):
                if self._claim(epoch):
                    self._run_one(how, key, body)
                    completed += 1
            else:
                completed += self._run_batch(epoch, how, key, load_values(body))
            body = None
            if self._trace is not None:
                self._trace(self._task)
        util.debug("worker exiting after %d tasks" % completed)

    def _receive(self):
        """The next message; None if the pool is gone."""
        try:
            return self._connection.recv_bytes()
        except EOFError:
            return None
        except OSError as e:
            if e.errno is not None:
                raise
            return None  # it went in the middle of a message

    def _run_one(self, how, key, body):
        begin = perf_counter()
        function = None
        try:
            if how & ONE:
                function, arguments, keywords = ForkingPickler.loads(body)
                if self._trace is not None:
                    self._task = name_of(function, arguments)
                value = function(*arguments, **keywords)
            else:
                function = self._function_of(key)
                argument = ForkingPickler.loads(body)
                value = function(*argument) if how & STAR else function(argument)
        except Exception as e:
            self._send_failure(begin, function, e)
        else:
            function = arguments = keywords = argument = None
            self._send_value(begin, value)

    def _run_batch(self, epoch, how, key, arguments):
        """Runs consecutive tasks of one function; returns how many were not revoked."""
        claim = self._claim
        star = how & STAR
        kept_seconds = 0 if how & EACH else _KEPT_SECONDS
        function = None
        values = []
        count = 0
        begin = perf_counter()
        for argument in arguments:
            if not claim(epoch):
                break
            count += 1
            try:
                if function is None:
                    function = self._function_of(key)
                value = function(*argument) if star else function(argument)
            except Exception as e:
                self._send_values(begin, values)
                self._send_failure(begin, None, e)
                values, begin = [], perf_counter()
                continue
            if is_plain(value):
                values.append(value)
                if perf_counter() - begin >= kept_seconds:
                    self._send_values(begin, values)
                    values, begin = [], perf_counter()
            else:
                self._send_values(begin, values)
                self._send_value(begin, value)
                values, begin = [], perf_counter()
        self._send_values(begin, values)
        return count

    def _function_of(self, key):
        """The function that the key is a pickle of; the last one is remembered."""
        if key != self._key:
            self._function = ForkingPickler.loads(key)
            self._key = key
            if self._trace is not None:
                self._function_name = name_of(self._function)
        if self._trace is not None:
            self._task = self._function_name
        return self._function

    def _send_failure(self, begin, function, e):
        from multiprocessing.pool import ExceptionWithTraceback, _helper_reraises_exception

        if self._wrap_exception and function is not _helper_reraises_exception:
            e = ExceptionWithTraceback(e, e.__traceback__)
        self._send_outcome(begin, (False, e))

    def _send_value(self, begin, value):
        if is_plain(value):
            self._send_values(begin, [value])
        else:
            self._send_outcome(begin, (True, value))

    def _send_outcome(self, begin, outcome):
        try:
            body = dumps(outcome)
        except Exception as e:
            wrapped = _encoding_error(e, outcome[1])
            util.debug("Possible encoding error while sending result: %s" % wrapped)
            body = dumps((False, wrapped))
        self.send(OUTCOME, perf_counter() - begin, body)

    def _send_values(self, begin, values):
        if values:
            self.send(VALUES, perf_counter() - begin, dumps(values))

    def send(self, what, seconds, body):
        self._connection.send_bytes(RESULT.pack(what, seconds) + body)
