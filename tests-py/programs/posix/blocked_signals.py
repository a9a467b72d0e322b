# conformance: blocked signals wait, are waited for, and have their effect when they are unblocked
import os
import signal
import subprocess
import sys
import threading
import time

got = []
USR1, USR2, TERM, ALRM = signal.SIGUSR1, signal.SIGUSR2, signal.SIGTERM, signal.SIGALRM


def attempt(what, *args):
    try:
        print(what.__name__, "->", what(*args))
    except Exception as e:
        print(what.__name__, "->", type(e).__name__, e)


signal.signal(USR1, lambda number, frame: got.append(number))
print(signal.pthread_sigmask(signal.SIG_BLOCK, [USR1, TERM]))
os.kill(os.getpid(), USR1)
os.kill(os.getpid(), TERM)
print(got, sorted(signal.sigpending()), sorted(signal.pthread_sigmask(signal.SIG_BLOCK, [])))
print(repr(signal.sigwait([TERM])), sorted(signal.sigpending()))
signal.pthread_sigmask(signal.SIG_UNBLOCK, [USR1])
print(got, signal.sigpending())

signal.pthread_sigmask(signal.SIG_SETMASK, [ALRM, USR2])
start = time.monotonic()
signal.setitimer(signal.ITIMER_REAL, 0.2)
info = signal.sigwaitinfo([ALRM, USR2])
print(info.si_signo == ALRM, time.monotonic() - start > 0.15, type(info).__name__)
print(signal.sigtimedwait([ALRM], 0.1), signal.sigtimedwait([ALRM], 0))
os.kill(os.getpid(), USR2)
info = signal.sigtimedwait([USR2], 5)
print(info.si_signo == USR2, info.si_pid == os.getpid(), info.si_uid == os.getuid(), info.si_code)
signal.signal(ALRM, lambda number, frame: got.append(number))
os.kill(os.getpid(), ALRM)
print(got)
signal.pthread_sigmask(signal.SIG_SETMASK, [])
print(got)

threading.Timer(0.2, os.kill, (os.getpid(), USR1)).start()
signal.pause()
print(got)
signal.pthread_kill(threading.get_ident(), USR1)
print(got, signal.pthread_kill(threading.get_ident(), 0))

thread_mask = []
signal.pthread_sigmask(signal.SIG_BLOCK, [USR2])
thread = threading.Thread(target=lambda: thread_mask.append((
    signal.pthread_sigmask(signal.SIG_BLOCK, []), signal.sigwait([USR2]))))
thread.start()
os.kill(os.getpid(), USR2)
thread.join()
print(thread_mask)

sys.stdout.flush()
child = os.posix_spawn("/bin/sh", ["sh", "-c", "grep SigBlk /proc/self/status"], os.environ)
os.waitpid(child, 0)
child = subprocess.Popen([sys.executable, "-c", "import signal\n"
                          "signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])\n"
                          "print('ready', flush=True)\nprint(signal.sigwait([signal.SIGTERM]))"],
                         stdout=subprocess.PIPE, text=True)
print(child.stdout.readline().strip())
child.terminate()
print(child.communicate()[0].strip(), child.returncode)

r, w = os.pipe()
os.set_blocking(w, False)
print(signal.set_wakeup_fd(w), signal.set_wakeup_fd(w) == w)
os.kill(os.getpid(), USR1)
signal.alarm(1)
signal.pause()
print(os.read(r, 10), signal.set_wakeup_fd(-1) == w)
os.set_blocking(w, True)
attempt(signal.set_wakeup_fd, 9999)
attempt(signal.pthread_sigmask, 77, [])
attempt(signal.pthread_sigmask, signal.SIG_BLOCK, [0])
attempt(signal.pthread_sigmask, signal.SIG_BLOCK, 5)
attempt(signal.sigwait, [99])
attempt(signal.sigtimedwait, [USR1], -1)
attempt(signal.setitimer, 99, 1)
attempt(signal.strsignal, 0)
attempt(signal.pidfd_send_signal, 9999, 0)
print(signal.strsignal(USR1), signal.getitimer(signal.ITIMER_REAL), signal.SIGCLD is signal.SIGCHLD)
print(signal.ItimerError, issubclass(signal.ItimerError, OSError), len(signal.valid_signals()), signal.SIGRTMAX)
