# conformance: what is one object in the parent is one object in the child
import multiprocessing as mp

lock = mp.Lock()
queue = mp.Queue()
value = mp.Value('i', 0)
shared_list = [1]
alias = shared_list
cycle = []
cycle.append(cycle)


class Node:
    def __init__(self):
        self.parent = None
        self.lock = lock
        self.children = []

    def add(self, child):
        child.parent = self
        self.children.append(child)
        return child


root = Node()
leaf = root.add(Node())
SENTINEL = object()
registry = {'node': leaf, SENTINEL: 'sentinel', Node: 'class', len: 'builtin'}


def target(lock_argument, list_argument, node, sentinel, default=SENTINEL, *, cls=Node):
    print('lock:', lock_argument is lock, node.lock is lock)
    print('list:', list_argument is shared_list is alias, closure_list() is shared_list)
    print('nodes:', node is leaf, node.parent is root, root.children[0] is leaf)
    print('sentinel:', sentinel is SENTINEL, default is SENTINEL, registry[sentinel])
    print('class:', cls is Node, type(node) is Node, registry[Node], registry[len])
    print('cycle:', cycle[0] is cycle)
    print('queue:', registry_of_queues['q'] is queue)
    print('function:', target is functions['target'], functions['self'] is functions)
    print('acquired:', lock.acquire(False), lock_argument.acquire(False))
    value.value += 1
    alias.append(2)
    print(shared_list)
    queue.put('one')
    registry_of_queues['q'].put('two')


def make():
    captured = shared_list
    return lambda: captured


closure_list = make()
registry_of_queues = {'q': queue}
functions = {'target': target}
functions['self'] = functions

p = mp.Process(target=target, args=(lock, shared_list, leaf, SENTINEL))
p.start()
p.join()
print(p.exitcode, value.value, shared_list)
print(queue.get(), queue.get())
