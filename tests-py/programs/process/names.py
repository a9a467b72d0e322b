# conformance: names count per parent, nested ones too, and each process knows its parent
# methods: fork spawn
import multiprocessing as mp
import os
import sys


def where(label):
    me, parent = mp.current_process(), mp.parent_process()
    print(label, me.name, '<', parent.name, parent.pid == os.getppid(), parent.is_alive(),
          parent.exitcode, me.daemon, type(me).__name__, mp.active_children(), flush=True)


def level(depth):
    where('level %d:' % depth)
    if depth < 3:
        for _ in range(2 if depth == 2 else 1):
            p = mp.Process(target=level, args=(depth + 1,))
            p.start()
            p.join()
            assert p.exitcode == 0


if __name__ == '__main__':
    mp.set_start_method(sys.argv[1])
    unused = mp.Process()
    print(mp.current_process().name, unused.name, unused._identity)
    p = mp.Process(target=level, args=(1,))
    p.start()
    p.join()
    q = mp.Process(target=where, args=('named:',), name='a name of its own')
    q.start()
    q.join()
    print([x.name for x in (p, q, mp.Process())], p.exitcode, q.exitcode)
