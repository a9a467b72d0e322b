# conformance: several producers, one consumer: nothing is lost, each producer's order is kept
# methods: fork spawn
import multiprocessing as mp
import sys

COUNT = 300


def produce(q, who):
    for i in range(COUNT):
        q.put((who, i))


if __name__ == '__main__':
    ctx = mp.get_context(sys.argv[1])
    q = ctx.Queue(10)
    producers = [ctx.Process(target=produce, args=(q, who)) for who in 'ab']
    for p in producers:
        p.start()
    received = {'a': [], 'b': []}
    for _ in range(2 * COUNT):
        who, i = q.get(timeout=60)
        received[who].append(i)
    for p in producers:
        p.join()
    print([p.exitcode for p in producers], q.empty())
    print({who: numbers == list(range(COUNT)) for who, numbers in received.items()})
