# conformance: put never waits for a full pipe, keeps each producer's order, and close flushes
# methods: fork spawn forkserver
import multiprocessing as mp
import sys
import threading

COUNT = 4000


def produce(q, name, size):
    for number in range(COUNT):
        q.put((name, number, 'x' * (size if number % 100 else 20 * size)))
    q.close()
    q.join_thread()


def produce_in_threads(q):
    threads = [threading.Thread(target=produce_some, args=(q, name)) for name in 'ab']
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def produce_some(q, name):
    for number in range(COUNT):
        q.put((name, number, ''))


def in_order(q, producers):
    """Takes all items; whether each producer's came in its order."""
    last = {}
    for _ in range(producers * COUNT):
        name, number, _ = q.get()
        if number != last.get(name, -1) + 1:
            return False
        last[name] = number
    return last == dict.fromkeys(last, COUNT - 1)


if __name__ == '__main__':
    ctx = mp.get_context(sys.argv[1])
    q = ctx.Queue()
    for number in range(COUNT):
        q.put(('self', number, 'y' * 100))
    print('put without a reader:', q.qsize() == COUNT)
    print('in order:', in_order(q, 1))

    q = ctx.Queue()
    processes = [ctx.Process(target=produce, args=(q, str(i), 50 * i)) for i in range(2)]
    for process in processes:
        process.start()
    print('two processes, in order:', in_order(q, 2))
    for process in processes:
        process.join()
    print('exit codes:', [process.exitcode for process in processes])

    process = ctx.Process(target=produce_in_threads, args=(q,))
    process.start()
    print('two threads, in order:', in_order(q, 2))
    process.join()

    q.put('x' * 1000000)
    q.put('last')
    q.close()
    try:
        q.put(1)
    except ValueError as e:
        print(type(e).__name__, str(e).partition(' at ')[0])
    q.cancel_join_thread()
    print('end')
