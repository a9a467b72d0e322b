"""`time.sleep`: GraalPy 25.0.3's spins in whole seconds, and no signal ends it."""
# Serves: `time.sleep`, whose waste no program can see

import time

from _polyproc.compat.builtin_functions import builtin

_sleep = time.sleep
_SLICE = 0.1


def install():
    """Replaces the function of `time`."""
    time.sleep = sleep


@builtin("time")
def sleep(module, seconds, /):
    """Delays execution for a given number of seconds, which may be a fraction."""
    # Whole seconds GraalPy counts by the clock's: it would wait, and spin, until the next one is over.
    left = float(seconds) if isinstance(seconds, (int, float)) else 0.0
    end = time.monotonic() + left if left > _SLICE else 0
    # No signal ends its sleep; handlers run in between.
    while left > _SLICE:
        _sleep(_SLICE)
        left = end - time.monotonic()
    if left > 0 or not end:
        _sleep(left if isinstance(seconds, (int, float)) else seconds)
