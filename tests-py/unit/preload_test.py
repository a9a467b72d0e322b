"""Modules that are imported ahead of need; runs under polyproc."""

import os
import subprocess
import sys
import tempfile
import textwrap
import unittest

_SHIM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../python-shim/_polyproc")
_PROLOGUE = f"""
import importlib, importlib.util, os, sys
spec = importlib.util.spec_from_file_location("preload", {os.path.join(_SHIM, "warmup", "preload.py")!r})
preload = importlib.util.module_from_spec(spec)
spec.loader.exec_module(preload)

class Finder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        return preload.find_spec(name)

sys.meta_path.insert(0, Finder)

def fill(*names):
    before = set(sys.modules)
    preload._NAMES = iter(names)
    while preload.step():
        pass
    now = set(name for name in sys.modules if name in before or not name.startswith("_polyproc.compat."))
    assert now == before, now ^ before  # what adds to a module is no module of the program's
    for name in names:
        assert preload.module(name) is not None, name
"""


class Preload(unittest.TestCase):
    def run_program(self, text, files=()):
        with tempfile.TemporaryDirectory() as folder:
            os.mkdir(os.path.join(folder, "own"))
            for name, content in dict(files).items():
                with open(os.path.join(folder, "own", name), "w") as file:
                    file.write(content)
            script = os.path.join(folder, "main.py")
            with open(script, "w") as file:
                file.write(_PROLOGUE + textwrap.dedent(text))
            ran = subprocess.run([sys.executable, script], capture_output=True, text=True)
            self.assertEqual(ran.returncode, 0, ran.stderr)

    def test_a_package_comes_without_a_submodule_that_it_does_not_import(self):
        self.run_program("""
            fill("xml.etree.ElementTree", "concurrent.futures.thread")
            import xml
            assert "xml.etree" not in sys.modules and not hasattr(xml, "etree")
            import xml.etree.ElementTree
            assert xml.etree.ElementTree.Element("a").tag == "a" and xml.etree.ElementTree.ElementPath
            import concurrent.futures
            assert concurrent.futures._base.Future is concurrent.futures.Future
            assert "concurrent.futures.thread" not in sys.modules
            assert concurrent.futures.ThreadPoolExecutor.__module__ == "concurrent.futures.thread"
            """)

    def test_a_module_comes_preloaded_as_if_it_were_new(self):
        self.run_program("""
            fill("xml.dom.minidom", "fractions")
            kept = preload.module("fractions")
            import fractions
            assert fractions is kept and preload.module("fractions") is None
            assert fractions.__spec__.name == "fractions" and fractions.__spec__.loader is fractions.__loader__
            assert fractions.Fraction(1, 2) + fractions.Fraction(1, 3) == fractions.Fraction(5, 6)
            again = importlib.reload(fractions)
            assert again is fractions
            """)

    def test_a_module_that_is_preloaded_has_every_attribute_that_a_fresh_one_has(self):
        self.run_program("""
            import importlib, importlib.util, inspect, pkgutil, types, warnings
            def show(name):
                found = importlib.util.find_spec(name)
                # What `-m` and `inspect` ask of a module that is not imported yet.
                code = found.loader.get_code(name) if hasattr(found.loader, "get_code") else None
                lines = [f"{type(found).__name__} {found.origin} {found.cached} {found.has_location} "
                         f"{found.submodule_search_locations} {found.parent} {found.loader_state} "
                         f"{isinstance(found.loader, importlib.machinery.SourceFileLoader)} "
                         f"{code and code.co_filename} {pkgutil.get_loader(name) is not None}"]
                module = importlib.import_module(name)
                for key, value in sorted(vars(module).items()):
                    if key == "__loader__":
                        value = type(value), None if inspect.isclass(value) else vars(value)
                    elif key == "__spec__":
                        value = (type(value), value.name, value.origin, value.cached, value.has_location,
                                 type(value.loader), value.submodule_search_locations,
                                 value.loader is module.__loader__)
                    elif key == "__builtins__":
                        value = type(value)
                    elif isinstance(value, types.ModuleType) and value.__name__ == f"{name}.{key}":
                        continue  # there as soon as the submodule was imported: see the test of that
                    elif isinstance(value, types.ModuleType):
                        value = (value.__name__, value is sys.modules.get(value.__name__))
                    elif type(value) not in (str, int, float, bool, bytes, type(None), tuple):
                        value = (type(value).__module__, type(value).__qualname__, getattr(value, "__module__", None),
                                 getattr(value, "__qualname__", None))
                    lines.append(f"{key} {value}")
                lines.append(str((module.__spec__ is sys.modules[name].__spec__, inspect.getsourcefile(module))))
                return chr(10).join(lines).encode("ascii", "backslashreplace").decode()
            def show_in_child(name):
                readable, writable = os.pipe()
                if os.fork() == 0:
                    with open(writable, "w") as pipe:
                        pipe.write(show(name))
                    os._exit(0)
                os.close(writable)
                with open(readable) as pipe:
                    return pipe.read()
            warnings.simplefilter("ignore")
            fresh = {name: show_in_child(name) for name in preload._USUAL if importlib.util.find_spec(name)}
            preload._NAMES = iter(preload._USUAL)
            while preload.step():
                pass
            names = list(preload._preloaded)
            assert len(names) > 100
            for name in [name for name in preload._USUAL if name in names]:
                if preload.module(name) is None:
                    continue  # it came along with another
                differing = set(show(name).splitlines()) ^ set(fresh[name].splitlines())
                assert not differing, (name, differing)
            """)

    def test_what_it_has_imported_comes_along(self):
        self.run_program("""
            fill("http.client")
            assert "email.message" not in sys.modules
            import http.client
            assert "email.message" in sys.modules and sys.modules["http"].client is http.client
            import email
            assert email.message is sys.modules["email.message"]
            """)

    def test_a_submodule_is_no_attribute_before_it_is_imported(self):
        self.run_program("""
            import xml
            assert not hasattr(xml, "dom")
            fill("xml.dom.minidom")
            assert not hasattr(xml, "dom")
            import xml.dom.minidom
            assert xml.dom.minidom.parseString("<a/>").documentElement.tagName == "a"
            """)

    def test_a_module_of_the_program_comes_first(self):
        self.run_program(
            """
            fill("fractions", "statistics")
            sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "own"))
            import fractions
            assert fractions.mine
            """,
            {"fractions.py": "mine = True"},
        )

    def test_one_that_a_kept_module_would_have_imported_comes_first_too(self):
        self.run_program(
            """
            fill("statistics")
            sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "own"))
            import statistics
            assert statistics.Fraction == "mine"
            """,
            {"fractions.py": "Fraction = 'mine'"},
        )

    def test_a_module_that_is_blocked_or_replaced_is_not_what_a_kept_one_has_found(self):
        self.run_program("""
            import heapq, types
            fill("difflib")
            fake = sys.modules["heapq"] = types.ModuleType("heapq")
            fake.nlargest = "fake"
            import difflib
            assert difflib._nlargest == "fake"
            """)

    def test_a_module_that_was_removed_is_imported_anew(self):
        self.run_program("""
            fill("fractions")
            import fractions
            first = sys.modules.pop("fractions")
            import fractions
            assert fractions is not first
            """)


if __name__ == "__main__":
    unittest.main()
