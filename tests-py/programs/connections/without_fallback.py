# conformance: messages go through Java, and not the standard library's way for another GraalPy
# polyproc-only: CPython has no such choice
import _polyproc
from multiprocessing import connection, queues

print(_polyproc.runtime.messages().areAvailable())
print(connection.wait is connection._wait, queues.Queue.put.__globals__ is vars(queues))
