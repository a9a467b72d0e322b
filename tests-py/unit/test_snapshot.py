"""Runs all tests of the `fork` snapshot: python tests-py/unit/test_snapshot.py"""

import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from test_snapshot_classes import Classes
from test_snapshot_functions import Functions
from test_snapshot_library import Library
from test_snapshot_modules import Modules
from test_snapshot_placeholders import Placeholders
from test_snapshot_state import State

if __name__ == "__main__":
    unittest.main()
