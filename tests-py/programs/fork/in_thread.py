# conformance: a thread that forks is the child's main thread, and the child ends with its last thread
import os
import sys
import threading


def forks():
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        print(threading.current_thread() is threading.main_thread(), threading.active_count(), flush=True)
        threading.Thread(target=lambda: print('another thread', flush=True)).start()
        return
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


thread = threading.Thread(target=forks)
thread.start()
thread.join()
print('the parent goes on', threading.active_count())
