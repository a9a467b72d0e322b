# conformance: functions of `atexit` run in order, and what one raises is reported and changes nothing
# env: POLYPROC_IMAGE=off
# variants: raises hook fails
# exit: fails=1 0
# compare: addresses
# stderr: recorded
import atexit
import multiprocessing as mp
import sys
import weakref


class Account:
    def __init__(self, name):
        self.name = name

    def close(self):
        print("close", self.name, flush=True)

    def __eq__(self, other):
        return isinstance(other, Account) and self.name == other.name

    __hash__ = None


def say(*args, **kwargs):
    print("say", args, sorted(kwargs.items()), flush=True)


def fail():
    raise ValueError("raised at exit")


def late():
    atexit.register(say, "registered too late")
    atexit.unregister(say)
    print("late", atexit._ncallbacks(), flush=True)


def report(unraisable):
    print(unraisable.err_msg, unraisable.object.__name__, unraisable.exc_type.__name__,
          str(unraisable.exc_value) or None, unraisable.exc_traceback is not None, flush=True)


def in_child():
    atexit.register(say, "in the child")


def main():
    assert atexit.register(say, 1, b=2, a=3) is say
    atexit.register(late)
    kept, given_up = Account("kept"), Account("given up")
    atexit.register(kept.close)
    atexit.register(given_up.close)
    atexit.unregister(given_up.close)
    atexit.unregister(print)
    atexit.register(fail)
    atexit.register(sys.exit, 7)

    @atexit.register
    def again():
        print("again", flush=True)
        raise KeyboardInterrupt

    weakref.finalize(kept, print, "finalized", flush=True)
    for wrong in ((), (3,)):
        try:
            atexit.register(*wrong)
        except TypeError as e:
            print(e)
    print(atexit._ncallbacks())
    child = mp.Process(target=in_child)
    child.start()
    child.join()
    print(child.exitcode, flush=True)
    if "hook" in sys.argv:
        sys.unraisablehook = report
    if "fails" in sys.argv:
        raise LookupError("main's own")


if __name__ == "__main__":
    main()
