"""`re`: a match's `repr` names no module in GraalPy 25.0.3."""
# Needed while: import re; not repr(re.match("a", "a")).startswith("<re.")


def install(module):
    """Lets a match show itself as `re.Match`."""
    original = module.Match.__repr__

    def __repr__(self):
        return original(self).replace("<Match", "<re.Match", 1)

    module.Match.__repr__ = __repr__
    for name in "Match", "Pattern":
        getattr(module, name).__module__ = "re"
