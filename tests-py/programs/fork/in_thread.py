# conformance: a thread that forks is the child's main thread, and the child ends with its last thread
# options: -W ignore::DeprecationWarning
import os
import sys
import threading


def forks():
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        print(threading.current_thread() is threading.main_thread(), threading.active_count(), flush=True)
        another = threading.Thread(target=lambda: print('another thread', flush=True))
        another.start()
        another.join()
        nested = os.fork()
        if nested == 0:
            return
        print('nested', os.waitstatus_to_exitcode(os.waitpid(nested, 0)[1]), flush=True)
        return
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


thread = threading.Thread(target=forks)
thread.start()
thread.join()
print('the parent goes on', threading.active_count())


def forks_often(results):
    for number in range(5):
        pid = os.fork()
        if pid == 0:
            os._exit(number)
        results.append(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


all_results = [[] for _ in range(3)]
threads = [threading.Thread(target=forks_often, args=(results,)) for results in all_results]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print('three threads at once', all_results)
