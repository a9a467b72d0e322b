"""Constants of `mmap` that GraalPy 25.0.3 lacks: Linux's, which are the same on x86-64 and AArch64."""
# Needed while: import mmap; not hasattr(mmap, "MADV_NORMAL")

_CONSTANTS = {
    "MADV_NORMAL": 0, "MADV_RANDOM": 1, "MADV_SEQUENTIAL": 2, "MADV_WILLNEED": 3, "MADV_DONTNEED": 4, "MADV_FREE": 8,
    "MADV_REMOVE": 9, "MADV_DONTFORK": 10, "MADV_DOFORK": 11, "MADV_MERGEABLE": 12, "MADV_UNMERGEABLE": 13,
    "MADV_HUGEPAGE": 14, "MADV_NOHUGEPAGE": 15, "MADV_DONTDUMP": 16, "MADV_DODUMP": 17, "MADV_HWPOISON": 100,
    "MAP_ANON": 0x20, "MAP_POPULATE": 0x8000, "MAP_STACK": 0x20000}


def install(module):
    """Adds them."""
    vars(module).update(_CONSTANTS)
    module.error = OSError
