# conformance: servers that fork serve: socketserver's, and one whose processes accept from one socket
# options: -W ignore::DeprecationWarning
import os
import socket
import socketserver
import threading


class Handler(socketserver.StreamRequestHandler):

    def handle(self):
        text = self.rfile.readline().decode().strip()
        self.wfile.write(f'{text} from a child: {os.getpid() != parent}'.encode())


class Server(socketserver.ForkingTCPServer):
    max_children = 3


def ask(address, text):
    with socket.create_connection(address) as connection:
        connection.sendall(text.encode() + b'\n')
        return connection.makefile().read()


parent = os.getpid()
with Server(('127.0.0.1', 0), Handler) as server:
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    for text in 'one', 'two', 'three':
        print(ask(server.server_address, text))
    server.shutdown()
    thread.join()

with socket.create_server(('127.0.0.1', 0)) as listener:
    workers = []
    for number in range(2):
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                for _ in range(2):
                    connection, _ = listener.accept()
                    with connection, connection.makefile() as lines:
                        text = lines.readline().strip()
                        connection.sendall(f'{text} from a worker: {os.getppid() == parent}'.encode())
                status = 0
            finally:
                os._exit(status)
        workers.append(pid)
    for number in range(4):
        print(ask(listener.getsockname(), str(number)))
    print([os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in workers])
