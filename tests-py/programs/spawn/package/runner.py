import multiprocessing as mp
import sys

from . import tasks
from .tasks import Task


def in_main(conn):
    conn.send((__name__, __package__, getattr(sys.modules['__main__'].__spec__, 'name', None)))


if __name__ == '__main__':
    ctx = mp.get_context(sys.argv[1])
    here, there = ctx.Pipe()
    for target, args in (tasks.work, (there, Task(21))), (in_main, (there,)):
        p = ctx.Process(target=target, args=args)
        p.start()
        print(here.recv())
        p.join()
        print(p.exitcode)
