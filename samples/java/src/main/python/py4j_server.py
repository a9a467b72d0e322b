"""The Python side of Throughput's row for Py4J: the functions of echo.py, until standard input ends."""

import sys

import echo
from py4j.clientserver import ClientServer, JavaParameters, PythonParameters


class Functions:
    def echo(self, value):
        return value

    def fib(self, n):
        return echo.fib(n)

    class Java:
        implements = ["io.polyproc.sample.Py4j$Functions"]


server = ClientServer(JavaParameters(port=0), PythonParameters(port=0), python_server_entry_point=Functions())
print(server.get_callback_server().get_listening_port(), flush=True)
sys.stdin.read()
server.shutdown()
