# conformance: priorities, scheduling, waiting for children and starting programs, with their errors
import os
import pickle
import signal
import sys


def attempt(what, *args, **kwargs):
    try:
        print(getattr(what, "__name__", what), "->", what(*args, **kwargs))
    except Exception as e:
        print(getattr(what, "__name__", what), "->", type(e).__name__, e)


before = os.nice(0)
print(os.nice(3) - before, os.getpriority(os.PRIO_PROCESS, 0) - before,
      os.getpriority(os.PRIO_PROCESS, os.getpid()) - before)
attempt(os.getpriority, os.PRIO_PROCESS, 2**31)
attempt(os.getpriority, 77, 0)
print(os.sched_getscheduler(0) == os.SCHED_OTHER, os.sched_getparam(0), os.sched_param(sched_priority=4))
print(pickle.loads(pickle.dumps(os.nice)) is os.nice)
print(os.sched_get_priority_min(os.SCHED_RR), os.sched_get_priority_max(os.SCHED_RR), os.sched_yield())
attempt(os.sched_get_priority_min, -1)
attempt(os.sched_setscheduler, 0, os.SCHED_OTHER, 3)
attempt(os.sched_setaffinity, 0, [])
attempt(os.sched_setaffinity, 0, [-1])
some = {min(os.sched_getaffinity(0))}
os.sched_setaffinity(0, some)
print(os.sched_getaffinity(0) == some)


def spawn(script, **options):
    return os.posix_spawn("/bin/sh", ["sh", "-c", script], os.environ, **options)


child = spawn("exit 3")
found = os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
print(type(found).__name__, found.si_pid == child, found.si_status, found.si_code == os.CLD_EXITED,
      found.si_signo == signal.SIGCHLD)
pid, status, usage = os.wait4(child, 0)
print(pid == child, os.waitstatus_to_exitcode(status), type(usage).__name__, usage.ru_maxrss > 0)
child = spawn("kill -9 $$")
pid, status = os.wait()
print(pid == child, os.WIFSIGNALED(status), os.WTERMSIG(status))
child = spawn("exit 0")
print(os.wait3(0)[:2] == (child, 0))
for function, args in ((os.wait, ()), (os.wait3, (os.WNOHANG,)), (os.wait4, (-1, 0)), (os.waitpid, (1, 0)),
                       (os.waitid, (os.P_ALL, 0, os.WEXITED))):
    attempt(function, *args)
child = spawn("read line; exit 5", file_actions=[(os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0)])
print(os.waitid(os.P_PID, child, os.WEXITED).si_status)
r, w = os.pipe()
child = os.posix_spawnp("sh", ["sh", "-c", "echo $NAME; trap '' TERM; kill -TERM $$; echo left"],
                        {"NAME": "value", "PATH": os.environ["PATH"]},
                        file_actions=[(os.POSIX_SPAWN_DUP2, w, 1), (os.POSIX_SPAWN_CLOSE, r)], setpgroup=0,
                        setsigmask=[signal.SIGUSR1], setsigdef=[signal.SIGPIPE])
os.close(w)
print(open(r, "rb").read(), os.waitpid(child, 0)[1])
attempt(os.posix_spawn, "/no such program", ["x"], {})
attempt(os.posix_spawn, "/bin/sh", [], {})
attempt(os.posix_spawn, "/bin/sh", ["x"], {"a=b": "c"})
attempt(os.posix_spawn, "/bin/sh", ["x"], {}, file_actions=[(9, 1)])
attempt(os.posix_spawn, "/bin/sh", ["x"], {}, setsigmask=[99])
print(os.spawnlp(os.P_WAIT, "sh", "sh", "-c", "exit 7"), os.spawnv(os.P_WAIT, "/bin/sh", ["sh", "-c", "kill -15 $$"]),
      os.spawnv(os.P_WAIT, "/no such program", ["x"]))
attempt(os.execve, "/no such program", ["x"], {})
sys.stdout.flush()
fd = os.pidfd_open(os.getpid())
signal.signal(signal.SIGUSR1, lambda number, frame: print("got", number))
signal.pidfd_send_signal(fd, signal.SIGUSR1)
attempt(os.pidfd_open, -1)
times = os.times()
print(type(times).__name__, len(times), times.user > 0, times.elapsed > 0)
print(os.getresuid() == (os.getuid(), os.geteuid(), os.getuid()), os.getgid() in os.getgrouplist("root", os.getgid()))
attempt(os.setuid, -2)
attempt(os.setgid, "x")
attempt(os.ttyname, 0)
attempt(os.tcgetpgrp, 0)
sys.stdout.flush()
os.execve("/bin/sh", ["sh", "-c", "echo executed $NAME"], {"NAME": "value"})
