# conformance: SIGURG is the program's to handle, to ignore or to leave alone
import os
import signal

print(signal.getsignal(signal.SIGURG))
os.kill(os.getpid(), signal.SIGURG)
print(signal.signal(signal.SIGURG, signal.SIG_IGN))
os.kill(os.getpid(), signal.SIGURG)
print(signal.getsignal(signal.SIGURG))


received = set()  # an observer of this process sends the signal, too


def urgent(number, frame):
    received.add(signal.Signals(number).name)


print(signal.signal(signal.SIGURG, urgent))
os.kill(os.getpid(), signal.SIGURG)
print(*received)
print(signal.getsignal(signal.SIGURG) is urgent)
print(signal.signal(signal.SIGURG, signal.SIG_DFL) is urgent)
os.kill(os.getpid(), signal.SIGURG)
print(signal.getsignal(signal.SIGURG))
