# conformance: Condition, Event and Barrier between processes
# methods: fork spawn forkserver
import multiprocessing as mp
import sys
import threading
import time


def child(cond, event, barrier, breaking, state, log):
    event.wait()
    log.put('event')
    with cond:
        state.value += 1
        cond.notify_all()
        cond.wait_for(lambda: state.value >= 100)
    log.put(('condition', state.value))
    for _ in range(2):
        log.put(('barrier', barrier.wait() in range(3)))
    try:
        breaking.wait()
    except threading.BrokenBarrierError as error:
        log.put(('broken', type(error).__name__, breaking.broken))


def passed():
    print('all are here', flush=True)


if __name__ == '__main__':
    ctx = mp.get_context(sys.argv[1])
    cond, event, log = ctx.Condition(), ctx.Event(), ctx.Queue()
    barrier, breaking = ctx.Barrier(3, timeout=60), ctx.Barrier(3)
    state = ctx.Value('i', 0, lock=False)
    children = [ctx.Process(target=child, args=(cond, event, barrier, breaking, state, log))
                for _ in range(2)]
    for p in children:
        p.start()
    print('nobody has passed:', log.empty(), event.is_set())
    event.set()
    print([log.get(timeout=60) for _ in children])
    with cond:
        print('wait_for:', cond.wait_for(lambda: state.value == 2, timeout=60))
        state.value = 100
        cond.notify(2)
    print([log.get(timeout=60) for _ in children])
    for _ in range(2):
        print(barrier.wait() in range(3))
    print(sorted(log.get(timeout=60) for _ in range(4)), barrier.n_waiting, barrier.broken)
    while breaking.n_waiting < 2:
        time.sleep(0.01)
    breaking.abort()
    print(sorted(log.get(timeout=60) for _ in children))
    for p in children:
        p.join()
    print([p.exitcode for p in children])
