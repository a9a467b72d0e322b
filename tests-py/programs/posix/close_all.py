# conformance: a program that closes all descriptors there are, as a daemon does, goes on
import os
import resource

file = os.open(__file__, os.O_RDONLY)
reader, writer = os.pipe()
if os.fork() == 0:
    limit = min(resource.getrlimit(resource.RLIMIT_NOFILE)[1], 1 << 20)
    os.closerange(3, limit)
    for fd in file, reader, writer:
        try:
            os.fstat(fd)
        except OSError as e:
            print(e)
    import csv
    import decimal
    import html
    print(decimal.Decimal("1.1") + 1, html.escape("<"), list(csv.reader(["a,b"])), os.open(__file__, os.O_RDONLY) == 3)
    pid = os.fork()
    if pid == 0:
        os._exit(5)
    print(os.waitpid(pid, 0)[1] >> 8, flush=True)
    os._exit(0)
print(os.wait()[1])
