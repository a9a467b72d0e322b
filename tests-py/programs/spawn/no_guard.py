# conformance: starting a child of a main without guard is CPython's bootstrapping RuntimeError in the child
# methods: spawn forkserver
# stderr: contains RuntimeError:
# stderr: contains An attempt has been made to start a new process before the
# stderr: contains current process has finished its bootstrapping phase.
# stderr: contains if __name__ == '__main__':
# stderr: contains freeze_support()
import multiprocessing as mp
import sys


def target():
    print('never runs')


p = mp.get_context(sys.argv[1]).Process(target=target)
p.start()
p.join()
print('exitcode', p.exitcode)
