"""State of the interpreter in a forked child."""

import unittest

from test_snapshot_support import SnapshotTestCase, forked


class State(SnapshotTestCase):
    test_path_and_arguments = forked("""
        import sys
        sys.argv[:] = ["prog", "a", "b"]
        sys.path.append("/somewhere/else")
        limit = sys.getrecursionlimit() + 50
        sys.setrecursionlimit(limit)
        def child():
            assert sys.argv == ["prog", "a", "b"] and sys.path[-1] == "/somewhere/else"
            assert sys.getrecursionlimit() == limit
            finish()
        def finish():
            sys.setrecursionlimit(limit - 50)
        """)

    test_hooks_and_replaced_streams = forked("""
        import io, sys, threading
        def hook(*info):
            seen.append(info[0])
        seen = []
        saved = sys.stdout, sys.excepthook, threading.excepthook
        sys.excepthook = hook
        threading.excepthook = lambda info: seen.append(info.exc_type)
        thread_hook = threading.excepthook
        class Tee(io.TextIOBase):
            def write(self, text):
                seen.append(text)
                return len(text)
        sys.stdout = Tee()
        def finish():
            sys.stdout, sys.excepthook, threading.excepthook = saved
        def child():
            try:
                print("hello", end="")
                assert "hello" in seen and type(sys.stdout) is Tee
                assert sys.excepthook is hook and threading.excepthook is thread_hook
            finally:
                finish()
        """)

    test_warnings = forked("""
        import warnings
        class MyWarning(UserWarning):
            pass
        warnings.simplefilter("error", MyWarning)
        warnings.filterwarnings("ignore", message="quiet.*")
        def finish():
            warnings.resetwarnings()
        def child():
            try:
                warnings.warn("loud", MyWarning)
            except MyWarning:
                pass
            else:
                assert False
            warnings.warn("quiet please", MyWarning)
        """)

    test_signal_handlers = forked("""
        import os, signal
        def handler(number, frame):
            caught.append(number)
        caught = []
        signal.signal(signal.SIGUSR2, handler)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        def finish():
            signal.signal(signal.SIGUSR2, signal.SIG_DFL)
            signal.signal(signal.SIGHUP, signal.SIG_DFL)
        def child():
            assert signal.getsignal(signal.SIGUSR2) is handler
            assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
            os.kill(os.getpid(), signal.SIGHUP)
            os.kill(os.getpid(), signal.SIGUSR2)
            import time
            end = time.monotonic() + 5
            while not caught and time.monotonic() < end:
                time.sleep(0.01)
            assert caught == [signal.SIGUSR2]
        """)

    test_decimal_locale_and_timeouts = forked("""
        import decimal, socket
        decimal.getcontext().prec = 5
        decimal.getcontext().rounding = decimal.ROUND_DOWN
        socket.setdefaulttimeout(7)
        def child():
            assert str(decimal.Decimal(2) / 3) == "0.66666"
            assert socket.getdefaulttimeout() == 7
            finish()
        def finish():
            socket.setdefaulttimeout(None)
            decimal.setcontext(decimal.Context())
        """)

    test_logging_levels = forked("""
        import logging
        logging.addLevelName(25, "NOTICE")
        logging.basicConfig(level=logging.INFO, format="%(message)s")
        logging.getLogger("lib").setLevel(25)
        logging.disable(logging.DEBUG)
        class MyLogger(logging.Logger):
            def notice(self, text):
                self.log(25, text)
        logging.setLoggerClass(MyLogger)
        mine = logging.getLogger("mine.own")
        handler = logging.root.handlers[0]
        def child():
            import sys
            assert logging.root.level == logging.INFO and logging.root.handlers == [handler]
            assert handler.stream is sys.stderr
            assert logging.getLogger("lib").level == 25 and logging.getLevelName(25) == "NOTICE"
            assert not logging.root.isEnabledFor(logging.DEBUG) and logging.root.isEnabledFor(logging.INFO)
            assert type(mine) is MyLogger and logging.getLogger("mine.own") is mine
            assert type(logging.getLogger("another.one")) is MyLogger
            finish()
        def finish():
            logging.root.removeHandler(handler)
            logging.root.setLevel(logging.WARNING)
            logging.disable(logging.NOTSET)
            logging.setLoggerClass(logging.Logger)
        """)

    test_import_hooks_and_builtins = forked("""
        import builtins, importlib.abc, importlib.machinery, sys
        class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
            def find_spec(self, name, path=None, target=None):
                if name == "virtual":
                    return importlib.machinery.ModuleSpec(name, self)
            def exec_module(self, module):
                module.answer = ANSWER
        ANSWER = 42
        finder = Finder()
        sys.meta_path.insert(0, finder)
        builtins.shout = lambda text: text.upper()
        def child():
            assert sys.meta_path[0] is finder
            sys.meta_path.remove(finder)
            sys.meta_path.insert(0, finder)
            import virtual
            assert virtual.answer == 42 and shout("a") == "A"
            finish()
            del sys.modules["virtual"]
        def finish():
            sys.meta_path.remove(finder)
            del builtins.shout
        """)

    test_patches_of_library_modules = forked("""
        import shlex, textwrap
        saved = shlex.quote, textwrap.TextWrapper
        def my_quote(text):
            return MARK + text
        MARK = "mine:"
        class Wrapper(textwrap.TextWrapper):
            pass
        shlex.quote, textwrap.TextWrapper = my_quote, Wrapper
        def child():
            try:
                assert shlex.quote("a") == "mine:a" and shlex.quote is my_quote
                assert textwrap.TextWrapper is Wrapper
            finally:
                finish()
        def finish():
            shlex.quote, textwrap.TextWrapper = saved
        """)

    test_random_reseeds_as_after_a_fork = forked("""
        import random
        random.seed(1)
        state = random.getstate()
        def child():
            assert random.getstate() != state
        """)

    test_source_text_without_a_file = forked("""
        import linecache, traceback
        text = "def f():\\n    return 1 / 0  # no file\\n"
        linecache.cache["<made>"] = (len(text), None, text.splitlines(True), "<made>")
        exec(compile(text, "<made>", "exec"))
        def child():
            try:
                f()
            except ZeroDivisionError:
                assert "# no file" in traceback.format_exc()
        """)


if __name__ == "__main__":
    unittest.main()
