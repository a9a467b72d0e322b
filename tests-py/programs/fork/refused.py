# conformance: a fork that is refused raises OSError with the reason, and leaves everything as it was
# polyproc-only: CPython's fork needs no descriptor
# options: -W ignore::DeprecationWarning
import errno
import multiprocessing as mp
import os
import resource
import threading
import time

turns = 0


def count():
    global turns
    while True:
        turns += 1
        time.sleep(0.001)


def nothing():
    pass


if __name__ == '__main__':
    lock = mp.Lock()
    threading.Thread(target=count, daemon=True).start()
    process = mp.Process(target=nothing)
    process.start()  # what a first fork opens is open now
    process.join()
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    for _ in range(3):
        resource.setrlimit(resource.RLIMIT_NOFILE, (3, limits[1]))
        try:
            os.fork()
        except OSError as e:
            print(errno.errorcode[e.errno])
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    before = turns
    time.sleep(0.5)
    print('the other thread goes on:', turns > before)
    with lock:
        pid = os.fork()
        if pid == 0:
            os._exit(3)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
