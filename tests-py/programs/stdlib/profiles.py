# conformance: cProfile counts calls, and pstats reads what it has written
import cProfile
import io
import os
import pstats
import sys


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def twice(function):
    for _ in range(2):
        function(3)


class Thing:
    def method(self):
        return fib(5)


def report(statistics, names=("fib", "twice", "method")):
    for (file, line, name), (primitive, calls, own, cumulative, callers) in sorted(statistics.stats.items()):
        if name in names:
            print(name, line, primitive, calls, 0 <= own <= cumulative, os.path.basename(file),
                  sorted((caller[2], counts[:2]) for caller, counts in callers.items()))


profile = cProfile.Profile()
profile.enable()
fib(6)
twice(fib)
Thing().method()
sorted(range(1000))
profile.disable()
text = io.StringIO()
statistics = pstats.Stats(profile, stream=text).sort_stats("cumulative").print_stats(30)
print("function calls" in text.getvalue(), "primitive calls" in text.getvalue(), "(fib)" in text.getvalue())
report(statistics)
profile.dump_stats("x.prof")
statistics = pstats.Stats("x.prof")
print(statistics.total_calls > 40, statistics.prim_calls < statistics.total_calls)
report(statistics)
statistics.add("x.prof")
report(statistics, ("fib",))
print(profile.runcall(fib, 4), [entry.callcount for entry in profile.getstats() if getattr(entry.code, "co_name", "") == "fib"])
profile.clear()
print(profile.getstats())
with cProfile.Profile() as profile:
    try:
        fib(None)
    except TypeError as e:
        print(e)
report(pstats.Stats(profile), ("fib",))
stdout, sys.stdout = sys.stdout, io.StringIO()
cProfile.run("fib(3)", sort="calls")
text, sys.stdout = sys.stdout.getvalue(), stdout
print("fib" in text, "ncalls" in text)
