# conformance: Pipe: duplex and one-way, poll, bytes, end of file, misuse
# methods: fork spawn forkserver
import multiprocessing as mp
import os
import sys
import time


def attempt(label, action):
    try:
        print(label, '->', action())
    except Exception as error:
        print(label, '->', type(error).__name__, error)


def echo(conn, other):
    other.close()
    while True:
        try:
            item = conn.recv()
        except EOFError:
            break
        conn.send(('echo', item))
    conn.close()


def one_way(writer):
    writer.send_bytes(b'0123456789', 2, 5)
    writer.send_bytes(bytearray(b'array'))
    writer.send_bytes(memoryview(b'long message for a short buffer'))
    writer.send_bytes(b'')
    writer.send('object')
    writer.send_bytes(b'x' * 1_000_000)


if __name__ == '__main__':
    ctx = mp.get_context(sys.argv[1])
    print('-- duplex')
    here, there = ctx.Pipe()
    print(type(here).__name__, here.readable, here.writable, here.closed, here.fileno() > 2)
    p = ctx.Process(target=echo, args=(there, here))
    p.start()
    there.close()
    print(here.poll(), here.poll(0.1))
    for item in [1, None, 'text', b'bytes', [1, (2, {3: 4.5})], {1, 2}, ValueError('sent')]:
        here.send(item)
        print(here.poll(60), repr(here.recv()))
    here.close()
    p.join()
    print(p.exitcode)
    attempt('send', lambda: here.send(1))
    attempt('recv', here.recv)
    attempt('poll', here.poll)
    attempt('fileno', here.fileno)
    print(here.closed, here.close())

    print('-- one way')
    reader, writer = ctx.Pipe(duplex=False)
    print(reader.readable, reader.writable, writer.readable, writer.writable)
    p = ctx.Process(target=one_way, args=(writer,))
    p.start()
    writer.close()
    print(reader.recv_bytes())
    buffer = bytearray(b'..........')
    print(reader.recv_bytes_into(buffer, 3), buffer)
    attempt('too short', lambda: reader.recv_bytes_into(bytearray(5)))
    print(reader.recv_bytes(), reader.recv(), len(reader.recv_bytes(maxlength=2_000_000)))
    p.join()
    attempt('after the writer', reader.recv)
    print(reader.poll(), reader.poll(1))

    print('-- misuse')
    reader, writer = ctx.Pipe(False)
    attempt('send', lambda: reader.send(1))
    attempt('recv', writer.recv)
    attempt('poll', writer.poll)
    attempt('offset', lambda: writer.send_bytes(b'abc', 4))
    attempt('size', lambda: writer.send_bytes(b'abc', 1, 3))
    attempt('negative', lambda: writer.send_bytes(b'abc', -1))
    attempt('negative', lambda: reader.recv_bytes(-1))
    attempt('buffer', lambda: reader.recv_bytes_into(bytearray(3), 4))
    attempt('text', lambda: writer.send_bytes('text'))
    attempt('unpicklable', lambda: writer.send(i for i in ()))
    writer.send_bytes(b'too long')
    attempt('maxlength', lambda: reader.recv_bytes(3))
    with ctx.Pipe()[0] as c:
        print(c.closed)
    print(c.closed)
    a, b = ctx.Pipe()
    b.close()
    attempt('no reader', lambda: a.send(1))
