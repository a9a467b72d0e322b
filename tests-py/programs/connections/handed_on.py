# conformance: connections and sockets travel through pipes, queues and arguments
# methods: fork spawn
import multiprocessing as mp
import socket
import sys


def first(conn, q):
    received = conn.recv()
    received.send('first got a connection')
    sock = conn.recv()
    sock.sendall(b'first got a socket')
    sock.close()
    q.get().send('from the queue')
    conn.send('done')


if __name__ == '__main__':
    ctx = mp.get_context(sys.argv[1])
    here, there = ctx.Pipe()
    q = ctx.Queue()
    p = ctx.Process(target=first, args=(there, q))
    p.start()
    a, b = ctx.Pipe()
    here.send(b)
    print(a.recv())
    s, t = socket.socketpair()
    here.send(t)
    t.close()
    print(s.makefile('rb').read())
    c, d = ctx.Pipe(False)
    q.put(d)
    print(c.recv())
    print(here.recv())
    p.join()
    print(p.exitcode)
