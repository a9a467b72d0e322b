"""The program's modules in a forked child."""

import unittest

from test_snapshot_support import SnapshotTestCase, forked


class Modules(SnapshotTestCase):
    test_a_changed_module_does_not_run_again = forked(
        """
        import config
        config.x = 5
        config.extra = [1]
        config.items.append("added")
        del config.gone
        alias = config.items
        def child():
            assert config.x == 5 and config.extra == [1] and alias is config.items
            assert config.items == ["first", "added"] and not hasattr(config, "gone")
            assert open(config.__file__ + ".log").read() == "ran;"
            import config as again
            assert again is config and again.read() == 5
            config.x = 6
            assert config.read() == 6
            assert config.__name__ == "config" and config.__spec__.name == "config"
            import importlib
            assert importlib.import_module("config") is config
        """,
        {
            "config.py": """
        with open(__file__ + ".log", "a") as log:
            log.write("ran;")
        x, gone = 1, 2
        items = ["first"]
        def read():
            return x
        """
        },
    )

    test_submodules_that_were_imported_are_there = forked("""
        import concurrent.futures, importlib.util, logging.handlers, sys, xml.dom.minidom
        def child():
            assert importlib.util.find_spec("os") and logging.handlers.QueueHandler
            assert xml.dom.minidom.parseString("<a/>").documentElement.tagName == "a"
            assert concurrent.futures.Future and concurrent.futures.ProcessPoolExecutor
            for package in importlib, logging, xml, xml.dom, concurrent, concurrent.futures:
                try:
                    package.nobody
                except AttributeError as e:
                    assert str(e) == f"module {package.__name__!r} has no attribute 'nobody'", e
                else:
                    assert False, package
        """)

    test_only_the_programs_own_modules_travel_by_value = forked(
        """
        import sys, threading, queue, logging, decimal, multiprocessing.managers, random, json, tools
        from _polyproc.snapshot import modules as snapshot_modules
        mine = [own.key for own in snapshot_modules.by_value() if "test_snapshot" not in own.key]
        def child():
            assert mine == ["__main__", "tools"], mine
        """,
        {"tools.py": ""},
    )

    test_packages_and_relative_imports = forked(
        """
        import package.sub.deep
        from package import helper
        from package.sub.deep import Thing, numbers
        thing = Thing()
        def child():
            import sys
            assert package.sub.deep.Thing is Thing and type(thing) is Thing
            assert package.VALUE == "value" and helper.tell() == "value" and list(numbers()) == ["value"]
            assert sys.modules["package.sub"] is package.sub and package.sub.deep.top is package
            assert package.__path__ and package.sub.__package__ == "package.sub"
            exec("import package.late", globals())
            assert package.late.LATE == ("late", "value") and package.late is sys.modules["package.late"]
        """,
        {
            "package/__init__.py": "VALUE = 'value'\n",
            "package/helper.py": """
        from . import VALUE
        def tell():
            return VALUE
        """,
            "package/sub/__init__.py": "",
            "package/sub/deep.py": """
        import package as top
        from ..helper import tell
        class Thing:
            pass
        def numbers():
            yield tell()
        """,
            "package/late.py": "from . import VALUE\nLATE = 'late', VALUE\n",
        },
    )

    test_modules_share_objects = forked(
        """
        import one, two
        def child():
            assert one.shared is two.shared and one.two is two and two.one is one
            assert two.Sub().base_name() == "Base" and issubclass(two.Sub, one.Base)
            one.shared.append(1)
            assert two.count() == 1
        """,
        {
            "one.py": """
        shared = []
        class Base:
            def base_name(self):
                return Base.__name__
        import two
        """,
            "two.py": """
        import one
        from one import shared, Base
        class Sub(Base):
            def base_name(self):
                return super().base_name()
        def count():
            return len(shared)
        """,
        },
    )

    test_handmade_and_unregistered_modules = forked(
        """
        import importlib.util, os, sys, types
        settings = types.ModuleType("settings", "doc")
        settings.debug = True
        sys.modules["settings"] = settings
        loose = types.ModuleType("loose")
        exec("x = 1\\ndef f():\\n    return x", vars(loose))
        spec = importlib.util.spec_from_file_location("plugin", os.path.join(os.path.dirname(__file__), "plugin.py"))
        plugin = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(plugin)
        hook = plugin.hook
        class Fake:
            answer = 42
        sys.modules["fake"] = Fake()
        sys.modules["alias"] = plugin
        class Special(types.ModuleType):
            @property
            def live(self):
                return "live " + self.name
        special = Special("special")
        special.name = "n"
        sys.modules["special"] = special
        def child():
            import settings as again, fake, alias
            assert again is settings and settings.debug and settings.__doc__ == "doc"
            assert fake.answer == 42 and alias is plugin
            loose.x = 2
            assert loose.f() == 2 and loose.f.__globals__ is vars(loose) and "loose" not in sys.modules
            plugin.state = "changed"
            assert hook() == "changed" and "plugin" not in sys.modules
            assert type(special) is Special and special.live == "live n" and sys.modules["special"] is special
        """,
        {
            "plugin.py": """
        state = "initial"
        def hook():
            return state
        """
        },
    )

    test_an_imported_name_keeps_its_home = forked(
        """
        from tools import work, Tool, STATE
        import tools
        def child():
            assert work is tools.work and Tool is tools.Tool and work.__globals__ is vars(tools)
            assert work() == "tools" and STATE is tools.STATE
            tools.STATE["k"] = 1
            assert STATE == {"k": 1}
        """,
        {
            "tools.py": """
        STATE = {}
        class Tool:
            pass
        def work():
            return __name__
        """
        },
    )

    test_library_modules_come_by_name = forked("""
        import collections.abc, json, os.path as p, xml.etree.ElementTree as ET
        from concurrent import futures
        def child():
            import json.decoder
            assert json.loads("[1]") == [1] and p.join("a", "b") == "a/b"
            assert ET.fromstring("<a/>").tag == "a" and futures.Future
            assert collections.abc.Mapping
        """)

    test_a_program_without_a_spec_keeps_its_globals = forked('''
        """The program's text."""
        from __future__ import annotations
        count: int = 1
        def child():
            assert __doc__ == "The program's text." and __annotations__ == {"count": "int"}
            assert __file__.endswith("program.py") and __builtins__
            assert eval("count + 1") == 2
            exec("global added; added = 5", globals())
            assert added == 5
        ''')


if __name__ == "__main__":
    unittest.main()
