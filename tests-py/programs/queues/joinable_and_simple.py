# conformance: JoinableQueue counts tasks, SimpleQueue passes items
# methods: fork spawn
import multiprocessing as mp
import sys
import time


def worker(tasks, results):
    while True:
        item = tasks.get()
        if item is None:
            tasks.task_done()
            return
        time.sleep(0.05)
        results.put(item * 2)
        tasks.task_done()


if __name__ == '__main__':
    ctx = mp.get_context(sys.argv[1])
    tasks, results = ctx.JoinableQueue(), ctx.SimpleQueue()
    print('empty:', results.empty(), tasks.empty())
    workers = [ctx.Process(target=worker, args=(tasks, results)) for _ in range(2)]
    for w in workers:
        w.start()
    for i in range(6):
        tasks.put(i)
    print('join:', tasks.join())
    print(sorted(results.get() for _ in range(6)), results.empty())
    for w in workers:
        tasks.put(None)
    tasks.join()
    for w in workers:
        w.join()
    print([w.exitcode for w in workers])
    try:
        tasks.task_done()
    except ValueError as error:
        print('ValueError:', error)
    results.put(None)
    results.put(['x'])
    print(results.get(), results.get(), results.close())
    try:
        results.put(1)
    except OSError as error:
        print('OSError:', error)
    try:
        results.get()
    except OSError as error:
        print('OSError:', error)
