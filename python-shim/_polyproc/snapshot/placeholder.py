"""What stands in the child for a value that could not travel.

A forked child of CPython simply has a generator, a socket or a thread that its parent had. Here such a
value cannot be carried, and most scripts never touch it in the child. So the snapshot does not fail:
it puts an `Unavailable` in the value's place, which raises at its first use and says which variable it
was, why it stayed behind and what to do.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


unnamed = []
"""Placeholders of variables that are not known yet."""

_ANY = "a value of the parent process"


class UnavailableError(RuntimeError):
    """A value of the parent was used in a forked child that could not receive it."""


class Unavailable:
    """Raises `UnavailableError` at any use; only `repr`, `is`, `hash` and `type()` are harmless.

    `hash` stays, because a placeholder may be a key of a dict that is being rebuilt.
    """

    __slots__ = ("_subject", "_reason", "__weakref__")

    def __init__(self, reason: str, subject: str = "") -> None:
        object.__setattr__(self, "_reason", reason)
        object.__setattr__(self, "_subject", subject)
        if not subject:
            unnamed.append(self)

    def __getattribute__(self, name):
        if name == "__class__":
            return Unavailable
        raise UnavailableError(message(self))

    def __setattr__(self, name, value):
        raise UnavailableError(message(self))

    def __delattr__(self, name):
        raise UnavailableError(message(self))

    def __repr__(self):
        return f"<unavailable in this process: {message(self)}>"

    __hash__ = object.__hash__


def message(placeholder: "Any") -> str:
    """The whole sentence that using this placeholder raises."""
    get = object.__getattribute__
    return (
        f"{get(placeholder, '_subject') or _ANY} could not be carried into the child process: "
        f"{get(placeholder, '_reason')}; create it there instead"
    )


def reason(placeholder: "Any") -> str:
    return object.__getattribute__(placeholder, "_reason")


def subject(placeholder: "Any") -> str:
    return object.__getattribute__(placeholder, "_subject")


def set_subject(placeholder: "Any", text: str) -> None:
    object.__setattr__(placeholder, "_subject", text)


def describe(e: BaseException) -> str:
    """An exception in one phrase: its type and text."""
    text = str(e)
    return f"{type(e).__name__}: {text}" if text else type(e).__name__


def _refuse(self, *args, **kwargs):
    raise UnavailableError(message(self))


_OPERATORS = """
    call iter next len bool contains getitem setitem delitem reversed length_hint missing
    enter exit aenter aexit aiter anext await get set delete
    eq ne lt le gt ge str bytes format int float complex index round trunc floor ceil
    neg pos abs invert add sub mul matmul truediv floordiv mod divmod pow lshift rshift and or xor
    radd rsub rmul rmatmul rtruediv rfloordiv rmod rdivmod rpow rlshift rrshift rand ror rxor
    iadd isub imul imatmul itruediv ifloordiv imod ipow ilshift irshift iand ior ixor
    reduce reduce_ex getstate dir copy deepcopy fspath buffer
""".split()
# A placeholder may be an attribute of a class: as a descriptor it would break looking up its neighbours.
_NOT_HERE = {"get", "set", "delete"}

for _name in _OPERATORS:
    if _name not in _NOT_HERE:
        setattr(Unavailable, f"__{_name}__", _refuse)
del _name
