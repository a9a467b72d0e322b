"""What a worker of a Java program runs: the tasks of a pool, or the server of a manager."""

import pickle
import time
import traceback

from _polyproc.java.functions import call
from _polyproc.java.values import dumps, is_of_java, type_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from typing import Any

_OK, _FAILED, _NO_START, _THREW, _READY = b"\0", b"\1", b"\2", b"\3", b"\4"
_MAX_CAUSES = 100
_NUMBER_BYTES = 8


def serve(connection: "Connection", initializer: "tuple[Any, Any, Any] | None", started: int) -> None:
    """Runs tasks one after the other, until Java closes the connection.

    initializer: None or a call: (function, arguments, keyword arguments); started: when Java has
    started this process, in milliseconds since the epoch.
    """
    if initializer is not None:
        try:
            call(*initializer)
        except Exception as e:
            _send(connection, bytes(_NUMBER_BYTES) + _NO_START + _failure(e))
            return
    took = max(0, time.time_ns() // 1_000_000 - started)
    _send(connection, bytes(_NUMBER_BYTES) + _READY + took.to_bytes(8, "big"))
    while True:
        try:
            message = connection.recv_bytes()
        except (EOFError, OSError):
            return
        if not _send(connection, message[:_NUMBER_BYTES] + _answer(message[_NUMBER_BYTES:])):
            return


def _send(connection, answer):
    try:
        connection.send_bytes(answer)
        return True
    except OSError:
        return False  # Java has closed its end


def _answer(task):
    try:
        return _OK + dumps(call(*pickle.loads(task)))
    except (SystemExit, KeyboardInterrupt):
        raise
    except BaseException as e:  # GraalPy does not count Java's exceptions among `Exception`
        return _THREW + _java_failure(e) if is_of_java(e) else _FAILED + _failure(e)


def _java_failure(e):
    """An exception of Java's and its causes, the outermost first; it has no traceback of Python's."""
    chain, cause = [], e
    while cause is not None and len(chain) < _MAX_CAUSES:
        frames = [
            (frame.getClassName(), frame.getMethodName(), frame.getFileName(), frame.getLineNumber())
            for frame in cause.getStackTrace()
        ]
        chain.append((cause.getClass().getName(), cause.getMessage(), frames))
        cause = cause.getCause()
    return dumps(chain)  # a file's name may be Java's null


def _failure(e):
    return pickle.dumps((type_name(e), _message(e), _traceback(e)), 4)


def _message(e):
    try:
        return str(e)
    except Exception as failure:
        return f"(no message: {type(failure).__name__} in __str__)"


def _traceback(e):
    try:
        own = getattr(e, "__traceback__", None)
        while own is not None and own.tb_frame.f_code.co_filename == __file__:
            own = own.tb_next
        return "".join(traceback.format_exception(type(e), e, own))
    except Exception:
        return f"{type_name(e)}: {_message(e)}\n"


def generate(connection: "Connection", name: str, task: "tuple[Any, Any, Any]") -> None:
    """Sends the elements that a function yields, as many as Java asks for, until it closes its end.

    task: a call: (function, arguments, keyword arguments).
    """
    with connection:
        elements = _elements(name, call(*task))
        try:
            wanted = 0
            while wanted or (wanted := _wanted(connection)):
                try:
                    element = next(elements)
                except StopIteration:
                    return
                if not _send(connection, dumps(element)):
                    return
                wanted -= 1
        finally:
            if hasattr(elements, "close"):
                elements.close()


def _wanted(connection):
    try:
        return connection.recv()
    except (EOFError, OSError):
        return 0


def _elements(name, result):
    if hasattr(result, "__aiter__"):
        return _awaited(result)
    try:
        return iter(result)
    except TypeError:
        raise TypeError(f"{name}() yields nothing: it returns an object of type {type(result).__name__}") from None


def _awaited(source):
    """The elements of an asynchronous iterator, whose event loop runs while one is computed."""
    import asyncio

    iterator = source.__aiter__()

    async def advance():
        try:
            return (await iterator.__anext__(),)
        except StopAsyncIteration:
            return ()

    with asyncio.Runner() as runner:
        try:
            while found := runner.run(advance()):
                yield found[0]
        finally:
            if hasattr(iterator, "aclose"):

                async def end():
                    await iterator.aclose()

                runner.run(end())


def serve_manager(connection: "Connection") -> None:
    """Runs the server of a manager that Java has asked for, and tells where it listens."""
    from multiprocessing.managers import SyncManager

    server = SyncManager().get_server()
    connection.send(server.address)
    connection.close()
    server.serve_forever()
