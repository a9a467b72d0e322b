"""`errno.ENOTSUP`, which GraalPy 25.0.3 lacks: Linux's value, which `EOPNOTSUPP` has too."""
# Needed while: import errno; not hasattr(errno, "ENOTSUP")

ENOTSUP = 95
