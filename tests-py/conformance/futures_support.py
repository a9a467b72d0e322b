"""`test.test_concurrent_futures` in the runner's package `test`: CPython 3.13's, on 3.12's `test.support`.

CPython 3.12.0 to 3.12.2 were installed without these tests. Those of 3.13 are the same but for what is added
here to 3.12's `test.support`, and for `NEWER`.
"""

from test import support

NEWER = ("test_python_finalization_error", "FailingInitializerResourcesTest")
"""Tests, and classes of them, of what 3.12 does not have: CPython 3.12 fails them."""


def _without_sanitizer_of_threads(function):
    def wrapper(*args, thread=False, **options):
        return function(*args, **options) if args or options else False

    return wrapper


if not hasattr(support, "Py_GIL_DISABLED"):
    support.Py_GIL_DISABLED = False
    support.requires_gil_enabled = lambda reason: lambda test: test
    support.check_sanitizer = _without_sanitizer_of_threads(support.check_sanitizer)
    support.skip_if_sanitizer = lambda *reason, **sanitizers: lambda test: test
