# conformance: a program comes from standard input
# run: -
# stdin: {source}
# args: a b
import sys
print(sys.argv, repr(sys.path[0]), __name__)
def f(x):
    return x * 2
class C:
    value = f(3)
print(C().value, [f(i) for i in range(3)])
from multiprocessing import Process
p = Process(target=print, args=('child', f(4)))
p.start()
p.join()
print(p.exitcode, repr(sys.stdin.read()))
