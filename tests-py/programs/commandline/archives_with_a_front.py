# conformance: a zip archive runs whatever stands in front of it, and an exception shows whatever its class lacks
import os
import subprocess
import sys
import zipapp


def show(what, *arguments):
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True)
    print(what, done.returncode, repr(done.stdout), repr(done.stderr))


os.mkdir("app")
with open("app/__main__.py", "w") as file:
    file.write("import sys, helper\nprint('runs', helper.name, sys.argv[1:], __name__)\n")
with open("app/helper.py", "w") as file:
    file.write("name = __name__\n")
zipapp.create_archive("app", "plain.pyz")
zipapp.create_archive("app", "front.pyz", interpreter="/usr/bin/env python3")
with open("plain.pyz", "rb") as archive, open("program", "wb") as file:
    file.write(b"#!/bin/sh\n" + b"# more\n" * 1000 + archive.read())
for name in "plain.pyz", "front.pyz", "program":
    show(name, name, "x")

NAMELESS = """
namespace = {}
exec("E = type('E', (Exception,), {'__str__': lambda self: 1 / 0})", namespace)
raise namespace["E"]
"""
show("nameless", "-c", NAMELESS)
