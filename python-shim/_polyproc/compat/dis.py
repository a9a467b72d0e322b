"""What cloudpickle, in whatever package it comes, needs of `dis`: which global names a function's code uses.

GraalPy 25.0.3 has no bytecode that `dis` could show. Its code objects tell the names, though not whether one is a
global's or an attribute's; so a global that has the name of an attribute which the function uses counts as used, too.
"""
# Needed while: import dis; raises(lambda: list(dis.get_instructions(raises)))

import dis


def install():
    """Lets `dis.get_instructions` tell names, where it else raises NotImplementedError."""
    dis.get_instructions = get_instructions


def get_instructions(x, *, first_line=None, show_caches=False, adaptive=False):
    """Yields one instruction LOAD_GLOBAL, at no offset, for each name that a function or its code uses."""
    code = getattr(x, "__code__", x)
    number = dis.opmap["LOAD_GLOBAL"]
    for index, name in enumerate(code.co_names):
        yield dis.Instruction("LOAD_GLOBAL", number, index, name, name, None, code.co_firstlineno, False)
