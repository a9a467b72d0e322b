"""Pickling whose errors read as CPython's, which people search the web for."""

import io
import pickle
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_NOT_FOUND = re.compile(
    r"Can't pickle (?:function|type|\w+): (attribute lookup .* on .* failed|"
    r"import of module .* failed)"
)
_NOT_THE_SAME = re.compile(r"Can't pickle (?:function|type|\w+): (it's not the same object as .*)")
_LOCAL = re.compile(r"Can't pickle local attribute (.*) on \w+")
_NO_ATTRIBUTE = re.compile(r"Can't get (?:local )?attribute ([^' ]+) on (.*)", re.DOTALL)


def dump(pickler: "Any", obj: object) -> None:
    """Writes a pickle of the object to the pickler's file."""
    try:
        pickle.Pickler.dump(pickler, obj)
    except (pickle.PicklingError, AttributeError, TypeError) as e:
        reword_dumping(e, type(pickler), obj)
        raise


def reword_dumping(e: BaseException, pickler_class: "Any", obj: object) -> None:
    """Lets the message of an error in pickling an object read as CPython's."""
    _reword(e, lambda text: _dumping_error(text, pickler_class, obj))


def load(file: "Any") -> "Any":
    """Reads an object from a pickle file."""
    try:
        return pickle.load(file)
    except AttributeError as e:
        _reword(e, _loading_error)
        raise


def loads(data: "bytes | bytearray | memoryview", **options: "Any") -> "Any":
    """Reads an object from the bytes of a pickle."""
    try:
        return pickle.loads(data, **options)
    except AttributeError as e:
        _reword(e, _loading_error)
        raise


def _reword(e, reworded):
    if len(e.args) == 1 and isinstance(e.args[0], str):
        e.args = (reworded(e.args[0]),)


def _loading_error(text):
    return _NO_ATTRIBUTE.sub(r"Can't get attribute '\1' on \2", text)


def _dumping_error(text, pickler_class, obj):
    for pattern in _NOT_FOUND, _NOT_THE_SAME:
        found = pattern.fullmatch(text)
        if found:
            return f"Can't pickle {_culprit(pickler_class, obj)!r}: {found[1]}"
    text = _LOCAL.sub(r"Can't pickle local object '\1'", text)
    return text.replace("'_thread.LockType'", "'_thread.lock'")


def _culprit(pickler_class, obj):
    """The object at which pickling fails: the last one that a pickler asks about."""

    class Observer(pickler_class):
        last = None

        def reducer_override(self, obj):
            self.last = obj
            return NotImplemented

    observer = Observer(io.BytesIO())
    try:
        pickle.Pickler.dump(observer, obj)
    except Exception:
        pass  # as expected
    return observer.last
