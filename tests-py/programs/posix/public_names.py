# conformance: every public name of CPython's standard library is there, but for those that are listed with a reason
# timeout: 300
import importlib
import os
import sys
import warnings

warnings.simplefilter("ignore")
HERE = os.path.dirname(os.path.abspath(__file__))


def read(file):
    names = {}
    with open(os.path.join(HERE, file), encoding="utf-8") as lines:
        for line in lines:
            if not line.startswith("#"):
                module, _, found = line.partition(":")
                names[module] = set(found.split())
    return names


def names_of(module):
    try:
        return set(dir(importlib.import_module(module)))
    except ImportError as e:
        print(f"{module} cannot be imported: {e}")
        return set()


recorded = read("public_names.txt")
excepted = read("names_missing.txt") if sys.implementation.name != "cpython" else {}
for module, wanted in recorded.items():
    missing = wanted - names_of(module)
    unexpected = missing - excepted.get(module, set())
    if unexpected:
        print(f"{module} lacks {' '.join(sorted(unexpected))}")
    # GraalPy makes the one of `datetime` with the first module in native code, which an image may have.
    there = excepted.get(module, set()) - missing - {"datetime_CAPI"}
    if there:
        print(f"{module} has names that are listed as missing: {' '.join(sorted(there))}")
print(sum(map(len, recorded.values())), "names of", len(recorded), "modules were looked for")
