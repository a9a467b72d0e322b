"""The Python half of polyproc: what the `multiprocessing` shim is built on, and how a Python process begins and ends.

Java imports `boot.entry` and calls its `install`, which sets `runtime`. `boot.entry` and the modules that it imports at its
head are loaded before that; all others are loaded later, and may use `runtime` while they are imported.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

runtime: "Any" = None
"""The Java object `io.polyproc.bridge.Bridge`."""

home: "Any" = None
"""The folder that holds this package and the shim."""

optimize = 0
"""How often -O was given."""

start_method = "fork"
"""How processes are started where nothing else is said."""

reducer: "Any" = None
"""What pickles of `multiprocessing` ask first, as a pickler's `reducer_override`: with Java there is one."""

recorder: "Any" = None
"""The module `_polyproc.recording` in a program that was asked to tell of itself when it was started."""

embedded = False
"""Whether this is a context of a Java program, or a process that it has started."""

of_java_program = False
"""Whether a Java program has started this process, or one that it comes from: such processes end with their parents."""

folder = __file__.rpartition("/")[0] + "/"
"""The folder of this package, whose frames no traceback shows."""
