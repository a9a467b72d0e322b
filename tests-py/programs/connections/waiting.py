# conformance: connection.wait over connections, sockets and sentinels
# methods: fork spawn
import multiprocessing as mp
from multiprocessing.connection import wait
import socket
import sys


def sender(writer, word, turn):
    turn.wait()
    writer.send(word)
    writer.close()


if __name__ == '__main__':
    ctx = mp.get_context(sys.argv[1])
    print(wait([], 0), wait([], 0.05))
    readers, names, turns, processes = [], {}, {}, []
    for word in 'slow', 'quick':
        reader, writer = ctx.Pipe(duplex=False)
        readers.append(reader)
        names[reader], turns[word] = word, ctx.Event()
        p = ctx.Process(target=sender, args=(writer, word, turns[word]))
        p.start()
        writer.close()
        processes.append(p)
    print(wait(readers, 0.0))
    turns['quick'].set()
    order = []
    while readers:
        for ready in wait(readers):
            try:
                order.append(ready.recv())
            except EOFError:
                order.append('end of ' + names[ready])
                readers.remove(ready)
                turns['slow'].set()
    print(order)
    print(sorted(wait([p.sentinel for p in processes], 60)) != [])
    for p in processes:
        p.join()
    print(sorted(wait([p.sentinel for p in processes])) == sorted(p.sentinel for p in processes))
    a, b = socket.socketpair()
    print(wait([a, b], 0.05))
    a.sendall(b'x')
    print(wait([a, b]) == [b], wait([b.fileno()]) == [b.fileno()])
