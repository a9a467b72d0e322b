# conformance: -c runs its text with the arguments that follow
# run: -c {source}
# args: a -b "c d"
import sys
print(sys.argv, repr(sys.path[0]), __name__, '__file__' in globals())
import multiprocessing as mp
def f(x):
    return x * 2
p = mp.Process(target=lambda: print('child', f(21), __name__, flush=True))
p.start()
p.join()
print(p.exitcode)
