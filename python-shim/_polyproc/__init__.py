"""The Python half of polyproc: what the `multiprocessing` shim is built on.

Java puts its side of the bridge into `runtime` before anything else here is used.
"""

runtime = None
"""The Java object `io.polyproc.python.Bridge`."""

home = None
"""The folder that holds this package and the shim."""

optimize = 0
"""How often -O was given."""

start_method = "fork"
"""How processes are started where nothing else is said."""

recorder = None
"""The module `_polyproc.recording` in a program that was asked to tell of itself when it was started."""

embedded = False
"""Whether this is a context of a Java program, or a process that it has started."""
