# conformance: os.forkpty and pty.fork give a child a terminal of its own
# options: -W ignore::DeprecationWarning
import os
import pty


def read_all(fd):
    data = b''
    while True:
        try:
            part = os.read(fd, 1000)
        except OSError:  # Linux answers EIO once the child has gone
            part = b''
        if not part:
            return data
        data += part


for fork in os.forkpty, pty.fork:
    pid, terminal = fork()
    if pid == 0:
        print([os.isatty(stream) for stream in range(3)], os.getsid(0) == os.getpid(), flush=True)
        os._exit(4)
    print(read_all(terminal).decode().strip(), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
    os.close(terminal)
