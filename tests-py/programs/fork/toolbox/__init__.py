import os

with open('imports.txt', 'a') as f:
    f.write('toolbox\n')

from .counting import count, reset

settings = {'verbose': False}
version = '1.0'
plugins = []


def register(name):
    plugins.append(name)
    return plugins
