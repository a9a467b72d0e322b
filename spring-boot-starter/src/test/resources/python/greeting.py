import os


def greet(name):
    return f"{os.environ['GREETING']}, {name}"
