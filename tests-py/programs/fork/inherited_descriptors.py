# conformance: open files, os.pipe, sockets and connections of the parent work in a child
import multiprocessing as mp
import os
import socket
import sys

log = open('log.txt', 'w')
log.write('written by main before\n')
log.flush()
r, w = os.pipe()
a, b = socket.socketpair()
server = socket.create_server(('127.0.0.1', 0))
here, there = mp.Pipe()


def writes_to_file():
    log.write('written by the child\n')
    log.flush()


def writes_to_pipe():
    os.write(w, b'through os.pipe')


def writes_to_socket(sock):
    sock.sendall(b'through an argument')
    sock.shutdown(socket.SHUT_WR)


def accepts():
    connection, address = server.accept()
    connection.sendall(b'accepted in the child')
    connection.close()


def closes_the_other_end():
    here.close()
    try:
        while True:
            print('child received', there.recv())
    except EOFError:
        print('child sees EOF')


def run(target, *args):
    p = mp.Process(target=target, args=args)
    p.start()
    return p


p = run(writes_to_file)
p.join()
print('file:', p.exitcode)
log.write('written by main after\n')
log.close()
with open('log.txt') as f:
    print(f.read(), end='')

p = run(writes_to_pipe)
p.join()
print('pipe:', p.exitcode)
os.close(w)
print(os.read(r, 100))

p = run(writes_to_socket, b)
p.join()
print('socket:', p.exitcode, a.recv(100))

p = run(accepts)
client = socket.create_connection(server.getsockname())
print('server:', client.makefile().read())
p.join()
print(p.exitcode)

p = run(closes_the_other_end)
there.close()
here.send('one')
here.close()
p.join()
print('connection:', p.exitcode)
