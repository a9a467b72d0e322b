# conformance: SIGINT that a process sends itself is a KeyboardInterrupt right there
# methods: fork spawn forkserver
import multiprocessing as mp
import os
import signal
import sys


def interrupt():
    try:
        os.kill(os.getpid(), signal.SIGINT)
        print('late')
    except KeyboardInterrupt:
        print('at once', flush=True)


if __name__ == '__main__':
    for _ in range(3):
        interrupt()
    p = mp.get_context(sys.argv[1]).Process(target=interrupt)
    p.start()
    p.join()
    print(p.exitcode)
