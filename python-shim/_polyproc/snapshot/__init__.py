"""`fork` where this JVM can't be forked: a snapshot of the program's state, carried by value.

That is a context in a Java program, whose JVM is not the context's to copy, and every system but Linux on x86-64.
`multiprocessing.popen_fork` alone decides which is used, and `polyproc doctor` tells.

    snapshot/popen.py  parent: ForkPopen ── program.capture(process) ──► bytes in the payload
    process/child.py   child:  program.restore(bytes) ──► the process object, in a worker's interpreter

`program` walks the modules of the program (`modules`, `paths`, `state`) with a pickler (`pickler`, `code`, `classes`,
`instances`, `objects`, `files`); what can't travel becomes a `placeholder`. `_polyproc.pool.functions` sends
lambdas to a pool's workers by the same means.
"""
