# conformance: conversions of binascii, scrypt, symbol tables, class browser and some mathematics
import binascii
import hashlib
import math
import pyclbr
import symtable


def attempt(what, *args, **kwargs):
    try:
        print(what.__name__, "->", what(*args, **kwargs))
    except Exception as e:
        print(what.__name__, "->", type(e).__name__, e)


for data in (b"", b"a", b"ab", b"abc", bytes(range(45))):
    line = binascii.b2a_uu(data)
    print(line, binascii.a2b_uu(line) == data or data, binascii.b2a_uu(data, backtick=True))
attempt(binascii.b2a_uu, bytes(46))
attempt(binascii.a2b_uu, b"\xff\xff")
attempt(binascii.a2b_uu, b"!!!!!!!!")
for data in (b"plain", b"a=b", b"tab\t\nspace \nend ", b"\xff\x00.", b".\nx", b"x" * 100, b"line\r\nline\n", b"_ x"):
    for options in ({}, {"quotetabs": True}, {"istext": False}, {"header": True}):
        encoded = binascii.b2a_qp(data, **options)
        print(encoded, binascii.a2b_qp(encoded, header=options.get("header", False)))
for data in (b"=", b"==", b"=3", b"=3d", b"=\n", b"=\r\nx", b"=zz", b"a_b"):
    print(binascii.a2b_qp(data), binascii.a2b_qp(data, header=True))
print(hashlib.scrypt(b"", salt=b"", n=16, r=1, p=1).hex())
print(hashlib.scrypt(b"password", salt=b"NaCl", n=1024, r=8, p=16, dklen=20).hex())
for options in ({}, {"salt": b"s"}, {"salt": b"s", "n": 3, "r": 1, "p": 1}, {"salt": b"s", "n": 2, "r": 1, "p": 0},
                {"salt": b"s", "n": 2**20, "r": 8, "p": 1}, {"salt": b"s", "n": 2, "r": 1, "p": 1, "dklen": 0}):
    attempt(hashlib.scrypt, b"p", **options)
print(math.cbrt(27.0), math.cbrt(-2), math.exp2(10), math.exp2(0.5), math.exp2(-1100), math.cbrt(math.inf))
attempt(math.exp2, 5000)
attempt(math.cbrt, "x")

SOURCE = '''
import os.path as p, sys
x: int = 1
def outer(a, *args, b=2, **kwargs):
    global g
    c = a
    def inner():
        nonlocal c
        c += x + free
        return [y for y in args if y]
    free = lambda z: z + c
    return inner
class A(outer):
    __private = 1
    def method(self):
        return super().method(), __private
async def run():
    async with x as y: pass
    match y:
        case {"k": v, **rest}: pass
try: pass
except ValueError as e: pass
if (w := 3): pass
'''


def show(table, depth=0):
    print("  " * depth, table.get_type(), table.get_name(), table.get_lineno(), table.is_optimized(),
          table.is_nested(), table.has_children())
    for symbol in sorted(table.get_symbols(), key=lambda symbol: symbol.get_name()):
        facts = [fact[3:] for fact in (
            "is_referenced", "is_parameter", "is_global", "is_nonlocal", "is_declared_global", "is_local",
            "is_annotated", "is_free", "is_imported", "is_assigned", "is_namespace") if getattr(symbol, fact)()]
        print("  " * depth, "-", symbol.get_name(), *facts)
    for child in table.get_children():
        show(child, depth + 1)


show(symtable.symtable(SOURCE, "source", "exec"))
for wrong in ("def f(a, a): pass", "def f():\n x = 1\n global x", "nonlocal x", "def f():\n nonlocal x"):
    try:
        symtable.symtable(wrong, "source", "exec")
    except SyntaxError as e:
        print(e.msg)
attempt(symtable.symtable, "x", "source", "unknown")

with open("browsed.py", "w") as file:
    file.write("import json\nfrom collections import OrderedDict\n\n"
               "class Base(OrderedDict):\n    def m(self): pass\n\n\n"
               "class Derived(Base, json.JSONEncoder):\n    class Inner: pass\n"
               "    async def n(self):\n        def deep(): pass\n\n\n"
               "def f(): pass\n")


def browse(tree, depth=0):
    for name, found in tree.items():
        bases = [getattr(base, "name", base) for base in getattr(found, "super", ())]
        print("  " * depth, type(found).__name__, name, found.lineno, found.end_lineno, bases,
              getattr(found, "methods", ""), getattr(found, "is_async", ""))
        browse(found.children, depth + 1)


browse({name: found for name, found in pyclbr.readmodule_ex("browsed", ["."]).items() if name != "OrderedDict"})
print("OrderedDict" in pyclbr.readmodule("browsed", ["."]))
attempt(pyclbr.readmodule, "no_such_module")
