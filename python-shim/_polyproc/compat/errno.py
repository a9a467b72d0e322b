"""`errno.ENOTSUP`, which GraalPy 25.0.3 lacks: Linux's value, which `EOPNOTSUPP` has too."""

ENOTSUP = 95
