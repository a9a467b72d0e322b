"""Serves a manager until a client shuts it down; prints its address.

server.py tcp | server.py PATH
"""

from multiprocessing.managers import BaseProxy, SyncManager
import queue
import sys

tasks = queue.Queue()


class Account:
    """A shared object of the program's own: one a call, with a method that no client may call."""

    def __init__(self, owner, amount=0):
        self.owner, self.amount = owner, amount

    def deposit(self, amount):
        if amount <= 0:
            raise ValueError(f'not an amount: {amount}')
        self.amount += amount
        return self.amount

    def history(self):
        return {'owner': self.owner, 'amount': self.amount}

    def secret(self):
        return 'not exposed'


class AccountProxy(BaseProxy):
    _exposed_ = ('deposit', 'history')

    def deposit(self, amount):
        return self._callmethod('deposit', (amount,))

    def history(self):
        return self._callmethod('history')


class Manager(SyncManager):
    pass


Manager.register('tasks', callable=lambda: tasks)
Manager.register('Account', Account, exposed=('deposit', 'history'), method_to_typeid={'history': 'dict'})
Manager.register('OwnProxy', Account, proxytype=AccountProxy)

if __name__ == '__main__':
    address = ('127.0.0.1', 0) if sys.argv[1] == 'tcp' else sys.argv[1]
    server = Manager(address=address, authkey=b'the key').get_server()
    print(server.address if isinstance(server.address, str) else server.address[1], flush=True)
    server.serve_forever()
