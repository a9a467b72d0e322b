# conformance: a Process subclass carries its state, run() and constructor arguments to the child
# methods: fork spawn forkserver
import multiprocessing as mp
import sys


def report(*args, **kwargs):
    print('target got', args, kwargs, flush=True)


Base = mp.get_context(sys.argv[1]).Process


class Worker(Base):
    kind = 'worker'

    def __init__(self, conn, items, **options):
        super().__init__(name='subclass', kwargs={'unused': 1})
        self.conn = conn
        self.items = items
        self.options = options
        self.total = 0

    def run(self):
        self.total = sum(self.items)
        self.conn.send((self.name, self.kind, self.items, self.options, self.total, self.helper()))
        self.conn.send(mp.current_process() is self)

    def helper(self):
        return len(self.items)


class Careful(Worker):
    def run(self):
        super().run()
        self.conn.send('and more')
        sys.exit(4)


if __name__ == '__main__':
    ctx = mp.get_context(sys.argv[1])
    here, there = ctx.Pipe()
    w = Worker(there, [1, 2, 3], colour='red')
    w.items.append(4)
    w.start()
    print(here.recv())
    print(here.recv())
    w.join()
    print(w.exitcode, w.total, 'the parent keeps its own state')

    w = Careful(there, [])
    w.late = 'set after construction'
    w.start()
    print(here.recv(), here.recv(), here.recv())
    w.join()
    print(w.exitcode)

    p = ctx.Process(target=report, args=(1, 'two'), kwargs={'three': 3})
    p.start()
    p.join()
    p = ctx.Process(target=report, args=[[1, 2]])
    p.start()
    p.join()
    p = ctx.Process()
    p.start()
    p.join()
    print('no target:', p.exitcode)
    print('run() in this process:', Worker(there, [5]).run(), here.recv()[4], here.recv())
