# conformance: BaseManager.register: shared objects, exposed methods, proxies of results, own proxy types
# methods: fork spawn
import multiprocessing as mp
from multiprocessing.managers import BaseManager, BaseProxy, NamespaceProxy
import sys


class Account:
    def __init__(self, owner, balance=0):
        self.owner = owner
        self.balance = balance

    def deposit(self, amount):
        if amount < 0:
            raise ValueError('negative amount')
        self.balance += amount
        return self.balance

    def get_balance(self):
        return self.balance

    def sub_account(self, name):
        return Account(name)

    def _private(self):
        return 'private'

    def __repr__(self):
        return 'Account(%r)' % self.owner


def numbers(n):
    for i in range(n):
        yield i


class IteratorProxy(BaseProxy):
    _exposed_ = ['__next__']

    def __iter__(self):
        return self

    def __next__(self):
        return self._callmethod('__next__')


class Bank(BaseManager):
    pass


Bank.register('Account', Account, method_to_typeid={'sub_account': 'Sub'})
Bank.register('Sub', Account, exposed=('get_balance', '_private'))
Bank.register('numbers', numbers, proxytype=IteratorProxy)
Bank.register('Attributes', Account, proxytype=NamespaceProxy)


def child(account, sub):
    print('child:', account.deposit(5), account, sub.get_balance(), flush=True)


def attempt(label, action):
    try:
        print(label, '->', action())
    except Exception as error:
        print(label, '->', type(error).__name__, str(error).strip().splitlines()[0])


if __name__ == '__main__':
    ctx = mp.get_context(sys.argv[1])
    bank = Bank(ctx=ctx)
    attempt('not started', lambda: bank.Account('x'))
    bank.start()
    account = bank.Account('bob', balance=10)
    sub = account.sub_account('sub')
    p = ctx.Process(target=child, args=(account, sub))
    p.start()
    p.join()
    print(p.exitcode, account.get_balance(), type(account).__name__, type(sub).__name__)
    print(account, repr(account).split(',')[0], account._getvalue().balance)
    attempt('error in the server', lambda: account.deposit(-1))
    attempt('not exposed', lambda: account.balance)
    attempt('private', lambda: account._private())
    attempt('exposed', lambda: sub._private())
    attempt('exposed only', lambda: sub.deposit(1))
    print(list(bank.numbers(4)))
    attributes = bank.Attributes('ann', 7)
    attributes.balance += 1
    print(attributes.balance, attributes.owner, attributes)
    attempt('missing attribute', lambda: attributes.nothing)
    attempt('start twice', bank.start)
    bank.shutdown()
    try:
        account.deposit(1)
    except (OSError, EOFError):
        print('nobody serves after shutdown')
    with Bank(ctx=ctx) as other:
        print(other.Account('with').get_balance())
