# conformance: a child that sets a Value before it has read any reads what it has set
# methods: fork spawn forkserver
import multiprocessing as mp
import sys


def child(number, fraction, raw):
    number.value = 3
    print(number.value)
    fraction.value = 2.5
    print(fraction.value)
    raw.value = True
    print(raw.value)


if __name__ == '__main__':
    ctx = mp.get_context(sys.argv[1])
    shared = ctx.Value('i', -1), ctx.Value('d', 0), ctx.RawValue('b', 0)
    p = ctx.Process(target=child, args=shared)
    p.start()
    p.join()
    print(p.exitcode, [each.value for each in shared])
