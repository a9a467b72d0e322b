# conformance: Listener and Client over AF_UNIX and AF_INET, with and without authkey
import multiprocessing as mp
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Listener, address_type
import os


def client(address, key, family=None):
    with Client(address, family=family, authkey=key) as conn:
        conn.send(('hello', conn.recv()))


def wrong(address):
    try:
        Client(address, authkey=b'wrong')
    except AuthenticationError as error:
        print('client:', error, flush=True)


if __name__ == '__main__':
    for address, family in (None, 'AF_UNIX'), (('localhost', 0), 'AF_INET'), (None, 'AF_INET'):
        with Listener(address, family, authkey=b'key') as listener:
            print(family, address_type(listener.address), type(listener.address).__name__,
                  listener.last_accepted)
            p = mp.Process(target=client, args=(listener.address, b'key'))
            p.start()
            with listener.accept() as conn:
                conn.send('welcome')
                print(conn.recv())
                try:
                    conn.recv()
                except EOFError:
                    print('end of file')
            p.join()
            print(p.exitcode)
    with Listener('by-name', authkey=b'key') as listener:
        print(listener.address, os.path.exists('by-name'))
        p = mp.Process(target=wrong, args=(listener.address,))
        p.start()
        try:
            listener.accept()
        except AuthenticationError as error:
            p.join()
            print('listener:', error)
    print(os.path.exists('by-name'))
    try:
        listener.accept()
    except OSError as error:
        print('OSError:', error)
    try:
        Client('by-name')
    except FileNotFoundError as error:
        print('FileNotFoundError:', error)
    try:
        Listener(authkey='text')
    except TypeError as error:
        print('TypeError:', error)
    try:
        Listener(family='AF_NONSENSE')
    except ValueError as error:
        print('ValueError:', error)
