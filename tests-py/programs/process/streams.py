# conformance: a child shares stdout and stderr, has /dev/null as stdin, and its output keeps its order
# methods: fork spawn
# stdin: what the parent reads\nand more\n
# stderr: recorded
import multiprocessing as mp
import os
import sys


def child():
    print('child reads', repr(sys.stdin.read()), sys.stdin.closed, flush=True)
    os.write(1, b'child by descriptor\n')
    print('child to stderr', file=sys.stderr)
    print('child by print', flush=True)
    sys.stdout.buffer.write('child in bytes: é\n'.encode())


if __name__ == '__main__':
    print('parent reads', repr(sys.stdin.readline()))
    print('parent before start')
    p = mp.get_context(sys.argv[1]).Process(target=child)
    p.start()
    p.join()
    print('parent after join', p.exitcode)
    print('parent reads', repr(sys.stdin.read()))
