# conformance: SharedMemory by name, ShareableList, and their end
# methods: fork spawn
import multiprocessing as mp
from multiprocessing import shared_memory
from multiprocessing.managers import SharedMemoryManager
import os
import pickle
import sys


def attempt(label, action):
    try:
        print(label, '->', action())
    except Exception as error:
        print(label, '->', type(error).__name__, str(error).split("'")[0].strip())


def child(name, listed, argument):
    memory = shared_memory.SharedMemory(name=name)
    memory.buf[:5] = b'child'
    print('child:', bytes(argument.buf[:5]), argument.name == name, listed[1], flush=True)
    memory.close()
    argument.close()
    listed[0] = 'set by child'
    listed[2] += 1
    listed.shm.close()


if __name__ == '__main__':
    ctx = mp.get_context(sys.argv[1])
    memory = shared_memory.SharedMemory(create=True, size=100)
    listed = shared_memory.ShareableList(['text that is long', 2.5, 3, None, True, b'bytes'])
    print(memory.name.startswith('psm_'), memory.size >= 100, type(memory.buf).__name__)
    print(os.path.exists('/dev/shm/' + memory.name), bytes(memory.buf[:3]))
    p = ctx.Process(target=child, args=(memory.name, listed, memory))
    p.start()
    p.join()
    print(p.exitcode, bytes(memory.buf[:6]), list(listed))

    print('-- list')
    print(len(listed), listed.count(None), listed.index(True), listed.format)
    attempt('too long', lambda: listed.__setitem__(0, 'x' * 1000))
    attempt('index', lambda: listed[10])
    attempt('value', lambda: listed.index('nothing'))
    again = pickle.loads(pickle.dumps(listed))
    print(again[2], again.shm.name == listed.shm.name)
    again.shm.close()
    listed.shm.close()
    listed.shm.unlink()

    print('-- end')
    second = shared_memory.SharedMemory(memory.name)
    memory.close()
    memory.close()
    print(bytes(second.buf[:5]))
    attempt('buf', lambda: memory.buf)
    second.close()
    second.unlink()
    attempt('gone', lambda: shared_memory.SharedMemory(memory.name))
    attempt('size', lambda: shared_memory.SharedMemory(create=True, size=0))
    attempt('negative', lambda: shared_memory.SharedMemory(create=True, size=-1))
    named = shared_memory.SharedMemory('polyproc-test-%d' % os.getpid(), True, 10)
    attempt('exists', lambda: shared_memory.SharedMemory(named.name, create=True, size=10))
    named.close()
    named.unlink()

    print('-- manager')
    with SharedMemoryManager() as m:
        a = m.SharedMemory(50)
        b = m.ShareableList([1, 'b'])
        name = a.name
        print(a.size >= 50, list(b), os.path.exists('/dev/shm/' + name))
        a.close()
        b.shm.close()
    print(os.path.exists('/dev/shm/' + name))
