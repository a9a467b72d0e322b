# conformance: main waits for its non-daemonic children, output is flushed, exit handlers run
# methods: fork spawn
import atexit
import multiprocessing as mp
from multiprocessing import util
import sys
import threading
import time


def slow():
    atexit.register(print, 'atexit in the child: only in one that was not forked')
    util.Finalize(None, print, args=('finalizer in the child',), exitpriority=1)
    time.sleep(1)
    print('the child is done')
    sys.stdout.write('not flushed by hand\n')


def with_thread():
    threading.Thread(target=lambda: (time.sleep(0.5), print('thread in the child is joined'))).start()


if __name__ == '__main__':
    ctx = mp.get_context(sys.argv[1])
    p = ctx.Process(target=with_thread)
    p.start()
    p.join()
    print(p.exitcode)
    atexit.register(print, 'atexit registered in main', flush=True)
    util.Finalize(None, print, args=('finalizer of main',), exitpriority=-5)
    print('no newline at the end of main, ', end='')
    ctx.Process(target=slow).start()
    print('main ends', flush=True)
