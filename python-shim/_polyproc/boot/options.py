"""The interpreter's options: what those of a command line change in a process that has booted without any.

A process that comes from an image, or waits for what it will run, has booted before its options were known. Java
lets it go on with those that have an effect when they are applied later (`PythonOptions.canBeApplied`), and boots
another one for the rest.
"""

import sys

from _polyproc.boot import streams
from _polyproc.compat import structseq

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_FLAGS = (
    "debug",
    "inspect",
    "interactive",
    "optimize",
    "dont_write_bytecode",
    "no_user_site",
    "no_site",
    "ignore_environment",
    "verbose",
    "bytes_warning",
    "quiet",
    "hash_randomization",
    "isolated",
    "dev_mode",
    "utf8_mode",
    "warn_default_encoding",
    "safe_path",
    "int_max_str_digits",
)

_EFFECTS: "dict[str, dict[str, int | bool]]" = {
    "-B": {"dont_write_bytecode": 1},
    "-E": {"ignore_environment": 1},
    "-I": {"isolated": 1, "ignore_environment": 1, "no_user_site": 1, "safe_path": True},
    "-P": {"safe_path": True},
    "-q": {"quiet": 1},
    "-s": {"no_user_site": 1},
}

_flags_type = structseq.make("sys", "flags", _FLAGS)
inherited: "list[str]" = []
"""Those that were applied to this process and that its spawned children have, too, as they have under CPython."""


def install(seed: "str | None") -> None:
    """Gives `sys.flags` CPython's values where GraalPy 25.0.3 has others.

    seed: the variable PYTHONHASHSEED; None if it is not set, or ignored.
    """
    _set_flags({"debug": 0, "hash_randomization": int(seed != "0")})


def apply(arguments: "Iterable[str]") -> None:
    """Lets this process have options; arguments: as `PythonOptions.toArguments` writes them."""
    rest = iter(arguments)
    for argument in rest:
        if argument == "-u":
            streams.write_through()
            continue
        inherited.append(argument)
        if argument == "-W":
            inherited.append(next(rest))
            _warn(inherited[-1])
        else:
            _set_flags(_EFFECTS[argument])
    sys.dont_write_bytecode = bool(sys.flags.dont_write_bytecode)
    site = sys.modules.get("site")
    if site is not None and sys.flags.no_user_site:
        site.ENABLE_USER_SITE = False


def has_user_site() -> bool:
    """Whether packages of the user's can be imported, so that -s comes too late."""
    site = sys.modules.get("site")
    return site is not None and site.USER_SITE in sys.path


def _set_flags(changed: "dict[str, int | bool]") -> None:
    values = [changed.get(name, getattr(sys.flags, name)) for name in _FLAGS]
    sys.flags = _flags_type(values)


def _warn(option: str) -> None:
    import warnings

    sys.warnoptions.append(option)
    warnings._processoptions([option])
