# conformance: a child has every descriptor that its parent has opened, the first ones too
import multiprocessing as mp
import os


def child(ends):
    for number, (read, write) in enumerate(ends):
        os.write(write, b'%d' % number)
    print([os.read(read, 10) for read, _ in ends], flush=True)


if __name__ == '__main__':
    ends = [os.pipe() for _ in range(4)]
    p = mp.Process(target=child, args=(ends,))
    p.start()
    p.join()
    print(p.exitcode)
    for number, (read, write) in enumerate(ends):
        os.write(write, b'more %d' % number)
    p = mp.Process(target=child, args=(ends,))
    p.start()
    p.join()
    print(p.exitcode)
