# conformance: clocks by their ids
import threading
import time


def attempt(what, *args):
    try:
        print(what.__name__, "->", what(*args))
    except Exception as e:
        print(what.__name__, "->", type(e).__name__, e)


print(time.time() - 0.01 < time.clock_gettime(time.CLOCK_REALTIME) < time.time() + 0.01,
      time.monotonic_ns() - 1e7 < time.clock_gettime_ns(time.CLOCK_MONOTONIC) < time.monotonic_ns() + 1e7)
print(0 < time.clock_getres(time.CLOCK_MONOTONIC) < 0.1, time.clock_gettime(time.CLOCK_BOOTTIME) > 0)
before = time.clock_gettime(time.CLOCK_PROCESS_CPUTIME_ID), time.clock_gettime(time.CLOCK_THREAD_CPUTIME_ID)
sum(range(300000))
after = time.clock_gettime(time.CLOCK_PROCESS_CPUTIME_ID), time.clock_gettime(time.CLOCK_THREAD_CPUTIME_ID)
print(after[0] > before[0], after[1] > before[1])
clock = time.pthread_getcpuclockid(threading.get_ident())
print(clock < 0, time.clock_gettime(clock) >= after[1])
attempt(time.clock_gettime, 999)
attempt(time.clock_gettime, "x")
attempt(time.clock_settime, time.CLOCK_MONOTONIC, 1.0)
attempt(time.clock_settime_ns, time.CLOCK_MONOTONIC, 1.0)
print({"clock_gettime", "CLOCK_TAI"} <= set(dir(time)), time.clock_gettime.__module__, time.clock_gettime)
