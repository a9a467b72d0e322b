# conformance: fcntl, ioctl, locks and limits: results as int and bytes, and errors
import array
import fcntl
import os
import resource
import struct
import subprocess
import sys
import termios


def attempt(what, *args):
    try:
        print(what.__name__, "->", what(*args))
    except Exception as e:
        print(what.__name__, "->", type(e).__name__, e)


r, w = os.pipe()
print(fcntl.fcntl(r, fcntl.F_GETFD), fcntl.fcntl(r, fcntl.F_SETFD, 0), fcntl.fcntl(r, fcntl.F_GETFD))
print(fcntl.fcntl(w, fcntl.F_GETFL) & os.O_ACCMODE == os.O_WRONLY)
fcntl.fcntl(r, fcntl.F_SETFL, fcntl.fcntl(r, fcntl.F_GETFL) | os.O_NONBLOCK)
print(os.get_blocking(r), fcntl.fcntl(w, fcntl.F_SETPIPE_SZ, 8192), fcntl.fcntl(w, fcntl.F_GETPIPE_SZ))
copy = fcntl.fcntl(r, fcntl.F_DUPFD_CLOEXEC, 100)
print(copy >= 100, os.get_inheritable(copy))
attempt(fcntl.fcntl, 9999, fcntl.F_GETFD)
attempt(fcntl.fcntl, -1, fcntl.F_GETFD)
attempt(fcntl.fcntl, "x", fcntl.F_GETFD)
attempt(fcntl.fcntl, r, 999)
attempt(fcntl.fcntl, r, 1, b"x" * 1025)
os.write(w, b"five!")
print(struct.unpack("i", fcntl.ioctl(r, termios.FIONREAD, b"\0" * 4)))
buffer = array.array("i", [0])
print(fcntl.ioctl(r, termios.FIONREAD, buffer), buffer)
attempt(fcntl.ioctl, r, termios.TIOCGWINSZ, b"\0" * 8)
with open("file", "w+b") as file:
    print(fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 10, 5))
    query = struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 0, 0, 0)
    print(struct.unpack("hhqqi4x", fcntl.fcntl(file, fcntl.F_GETLK, query))[0] == fcntl.F_UNLCK)
    child = ("import fcntl\nwith open('file', 'r+b') as f:\n"
             "    try: fcntl.lockf(f, fcntl.LOCK_EX | fcntl.LOCK_NB)\n"
             "    except OSError as e: print(type(e).__name__, e)\n"
             "    print(fcntl.flock(f, fcntl.LOCK_SH | fcntl.LOCK_NB))\n")
    sys.stdout.flush()
    subprocess.run([sys.executable, "-c", child])
    print(fcntl.lockf(file, fcntl.LOCK_UN), fcntl.flock(file, fcntl.LOCK_EX), fcntl.flock(file, fcntl.LOCK_UN))
    attempt(fcntl.lockf, file, 0)
soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
print(resource.setrlimit(resource.RLIMIT_CORE, (0, hard)), resource.getrlimit(resource.RLIMIT_CORE)[0])
print(resource.prlimit(0, resource.RLIMIT_CORE)[0], resource.RLIM_INFINITY)
print(resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 40, resource.RLIM_INFINITY)),
      resource.getrlimit(resource.RLIMIT_FSIZE))
attempt(resource.setrlimit, resource.RLIMIT_CORE, (5, 4))
attempt(resource.setrlimit, 99, (1, 1))
attempt(resource.setrlimit, 1, (1,))
attempt(resource.getrlimit, "x")
attempt(resource.prlimit, -5, resource.RLIMIT_CORE)
attempt(resource.getrusage, 5)
usage = resource.getrusage(resource.RUSAGE_SELF)
print(usage.ru_utime > 0.01, usage.ru_maxrss > 1000, len(usage), type(usage))
