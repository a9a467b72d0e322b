"""The environment's variables as the system has them: to make strings of all takes milliseconds in a new process."""

import os


def raw() -> "dict[bytes, bytes]":
    """Names and values, as bytes."""
    if type(os.environ) is os._Environ:
        return dict(os.environ._data)
    return {os.fsencode(name): os.fsencode(value) for name, value in os.environ.items()}


def replace(variables: "dict[bytes, bytes]") -> None:
    """Makes these the environment's variables, and changes nothing where they are already."""
    present = raw()
    if present == variables:
        return
    decode = os.fsdecode
    for name in present:
        if name not in variables:
            del os.environ[decode(name)]
    for name, value in variables.items():
        if present.get(name) != value:
            os.environ[decode(name)] = decode(value)


def correct() -> None:
    """Makes the variables those that the process was started with: GraalPy 25.0.3 adds one of its own, and loses bytes
    that are no text."""
    try:
        with open("/proc/self/environ", "rb", buffering=0) as file:
            entries = file.readall().split(b"\0")
    except OSError:
        return
    # Of two with one name the first one counts.
    replace({name: value for name, separator, value in (each.partition(b"=") for each in reversed(entries)) if separator})
