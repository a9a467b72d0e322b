# conformance: a handler installed in the child decides what terminate() does
# methods: fork spawn
import multiprocessing as mp
import signal
import sys
import time


def handler(number, frame):
    print('handler:', signal.Signals(number).name, flush=True)
    sys.exit(5)


def waits(conn, how, queue, lock, event):
    signal.signal(signal.SIGTERM, handler)
    conn.send('ready')
    if how == 'sleep':
        time.sleep(600)
    elif how == 'queue':
        queue.get()
    elif how == 'lock':
        lock.acquire()
    elif how == 'event':
        event.wait()
    elif how == 'recv':
        conn.recv()
    elif how == 'ignore':
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        conn.send('ignores')
        conn.recv()


if __name__ == '__main__':
    ctx = mp.get_context(sys.argv[1])
    queue, lock, event = ctx.Queue(), ctx.Lock(), ctx.Event()
    lock.acquire()
    for how in ['sleep', 'queue', 'lock', 'event', 'recv']:
        here, there = ctx.Pipe()
        p = ctx.Process(target=waits, args=(there, how, queue, lock, event))
        p.start()
        here.recv()
        time.sleep(0.3)
        p.terminate()
        p.join(30)
        print(how, p.exitcode)
        p.kill()
    here, there = ctx.Pipe()
    p = ctx.Process(target=waits, args=(there, 'ignore', queue, lock, event))
    p.start()
    print(here.recv(), here.recv())
    p.terminate()
    p.join(0.5)
    print('ignored:', p.exitcode)
    here.send('go')
    p.join(30)
    print(p.exitcode)
