"""A process that a Java program starts."""

import os
import pickle
import sys

import _polyproc
from _polyproc.boot import lifecycle
from _polyproc.java.functions import call
from _polyproc.java.values import reduce_for_java
from _polyproc.process import descriptors


def run(body: "tuple[bytes, bytes]", parent_sentinel: int) -> int:
    """Runs the process that Java describes in `body`; returns its exit status."""

    def embedded():
        head, arguments = body
        start = pickle.loads(head)
        process_obj = _process(start, arguments)
        if start["anywhere"]:
            from _polyproc.cluster import placing

            process_obj._target = _call_anywhere
            placing.move(process_obj)
        sys.exit(process_obj._bootstrap(parent_sentinel=parent_sentinel))

    return lifecycle.run_to_end(embedded, hidden_frames=False)


def _process(start, arguments):
    import multiprocessing
    from multiprocessing import process, resource_tracker

    resource_tracker.adopt(descriptors.Received(0).detach())
    descriptors.close_received()
    sys.path[:0] = start["path"]
    for folder in start["sites"]:
        import site

        site.addsitedir(folder)
    sys.argv[:] = [""]
    _serve_java()
    parent = process.current_process()
    parent.authkey = start["authkey"]
    made = multiprocessing.get_context(start["method"]).Process(target=call, args=pickle.loads(arguments), name=start["name"])
    made._identity = (start["number"],)
    made._parent_pid = start["parent"]
    return made


def _serve_java():
    """Lets this process be a Java program's: what it writes, what it sends, and what it says of classes."""
    from multiprocessing import reduction

    _polyproc.embedded = True
    # As Java's System.out: a worker that lives long would show nothing before its end.
    sys.stdout.reconfigure(line_buffering=True)
    _name_class_path()
    _polyproc.reducer = reduction.ForkingPickler.reducer_override = reduce_for_java


def _call_anywhere(*call_of_java):
    """On the node where the process is to run: calls the function."""
    if not _polyproc.embedded:
        _serve_java()
    call(*call_of_java)


def _name_class_path():
    """Lets `java.type` say where it has looked for a class that it does not find."""
    import java

    find = java.type

    def type(name):
        try:
            return find(name)
        except KeyError:
            path = find("java.lang.System").getProperty("polyproc.host-class-path")
            places = "".join(f"\n  {entry}" for entry in path.split(os.pathsep) if entry)
            message = (
                f"there is no class {name} among those of the JVM, of polyproc and of the "
                f"program's class path{':' + places if places else ', which is empty'}"
            )
        raise KeyError(message)

    java.type = type
