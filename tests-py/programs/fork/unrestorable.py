# conformance: an object that cannot be rebuilt in the child is missing there, by its variable's name, and no other
# polyproc-only: CPython copies the process's memory
import multiprocessing as mp
import os

PARENT = os.getpid()


class Picky:
    def __init__(self, name):
        self.name = name

    def __reduce__(self):
        return make, (type(self), self.name)


class Stubborn:
    def __setstate__(self, state):
        raise ValueError("not in here")

    def __getstate__(self):
        return {"a": 1}


def make(cls, name):
    if os.getpid() != PARENT:
        raise LookupError(f"no {name} here")
    return cls(name)


class Late(dict):
    def __reduce__(self):
        return int, ("x",)


late = Late()
picky = Picky("one")
nested = {"list": [1, Picky("two"), 3]}
stubborn = Stubborn()
number = 42


def show():
    print(number, nested["list"][0], nested["list"][2])
    for get in (lambda: picky.name, lambda: nested["list"][1].name, lambda: stubborn.a, lambda: late.a):
        try:
            print(get())
        except Exception as e:
            print(type(e).__name__, e, flush=True)


if __name__ == "__main__":
    process = mp.Process(target=show)
    process.start()
    process.join()
    print(process.exitcode)
