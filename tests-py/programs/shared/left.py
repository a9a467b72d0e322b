# conformance: SharedMemory that nobody unlinks outlives the process that made it, not the program
# methods: fork spawn
# exit: 3
# stderr: contains resource_tracker: There appear to be 2 leaked shared_memory objects to clean up at shutdown
import multiprocessing as mp
from multiprocessing import shared_memory
import os
import sys


def child(writer):
    memory = shared_memory.SharedMemory(create=True, size=10)
    memory.buf[:4] = b'left'
    writer.send(memory.name)
    memory.close()


if __name__ == '__main__':
    ctx = mp.get_context(sys.argv[1])
    own = shared_memory.SharedMemory(create=True, size=10)
    reader, writer = ctx.Pipe(duplex=False)
    p = ctx.Process(target=child, args=(writer,))
    p.start()
    p.join()
    print(p.exitcode)
    memory = shared_memory.SharedMemory(reader.recv())
    print(bytes(memory.buf[:4]), flush=True)
    os._exit(3)
