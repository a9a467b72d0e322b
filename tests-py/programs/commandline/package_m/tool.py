import os
import sys

from . import helper
from .helper import value

print(__name__, __package__, __spec__.name, value, helper.__name__)
print(os.path.basename(sys.argv[0]), sys.argv[1:], sys.path[0] == os.getcwd())
