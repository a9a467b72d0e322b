"""What a worker of a Java program runs: the tasks of a pool, or the server of a manager."""

import pickle
import traceback

from _polyproc.java.functions import call
from _polyproc.java.values import dumps, is_of_java, type_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from typing import Any

_OK, _FAILED, _NO_START, _THREW = b"\0", b"\1", b"\2", b"\3"
_MAX_CAUSES = 100
_NUMBER_BYTES = 8


def serve(connection: "Connection", initializer: "tuple[Any, Any, Any] | None") -> None:
    """Runs tasks one after the other, until Java closes the connection.

    `initializer` is None or a call: (function, arguments, keyword arguments)."""
    if initializer is not None:
        try:
            call(*initializer)
        except Exception as e:
            _send(connection, bytes(_NUMBER_BYTES) + _NO_START + _failure(e))
            return
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
        frames = [(frame.getClassName(), frame.getMethodName(), frame.getFileName(),
                   frame.getLineNumber()) for frame in cause.getStackTrace()]
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


def serve_manager(connection: "Connection") -> None:
    """Runs the server of a manager that Java has asked for, and tells where it listens."""
    from multiprocessing.managers import SyncManager
    server = SyncManager().get_server()
    connection.send(server.address)
    connection.close()
    server.serve_forever()
