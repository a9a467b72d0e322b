"""Serves a manager over TCP until a client shuts it down; prints its port."""

from multiprocessing.managers import SyncManager
import queue

tasks = queue.Queue()


class Manager(SyncManager):
    pass


Manager.register('tasks', callable=lambda: tasks)

server = Manager(address=('127.0.0.1', 0), authkey=b'the key').get_server()
print(server.address[1], flush=True)
server.serve_forever()
