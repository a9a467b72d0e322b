"""Pages link to what is there, and name tests, packages and files that exist."""

import glob
import os
import re
import unittest

_ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
_PAGES = ("*.md", "docs/*.md", "docs/adr/*.md", "tests-py/README.md", "samples/*/README.md")
_EXAMPLES = ("my_case", "my_module", "src/main/resources/python/")
"""Parts of the names of files that a page tells its reader to write."""


def _pages():
    """The path and the text of each page."""
    for pattern in _PAGES:
        for path in sorted(glob.glob(os.path.join(_ROOT, pattern))):
            with open(path, encoding="utf-8") as file:
                yield path, file.read()


def _anchors(text):
    """What headings of a page are called in links to them."""
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    }


def _names():
    """The names of all Java files, without endings."""
    return {
        os.path.splitext(file)[0]
        for folder, _, files in os.walk(_ROOT)
        if os.sep + "target" not in folder
        for file in files
        if file.endswith(".java")
    }


def _is_in_java(dotted):
    """Whether `io.polyproc.sync` or `io.polyproc.sync.TaskClaims` is there, or what such a name begins with."""
    parts = dotted.split(".")
    paths = [os.path.join(_ROOT, "src/main/java", *parts[:count]) for count in range(2, len(parts) + 1)]
    return os.path.isdir(paths[-1]) or any(os.path.exists(path + ".java") for path in paths)


class Documentation(unittest.TestCase):
    def test_links_lead_somewhere(self):
        texts = {os.path.realpath(path): text for path, text in _pages()}
        for path, text in _pages():
            for target, anchor in re.findall(r"\]\(([^)#\s]*)(?:#([^)\s]*))?\)", text):
                if ":" in target:
                    continue
                with self.subTest(page=path, link=target, anchor=anchor):
                    file = os.path.realpath(os.path.join(os.path.dirname(path), target)) if target else os.path.realpath(path)
                    self.assertTrue(os.path.exists(file))
                    if anchor and file in texts:
                        self.assertIn(anchor, _anchors(texts[file]))

    def test_what_is_named_is_there(self):
        names = _names()
        for path, text in _pages():
            for name in re.findall(r"`([\w./*-]+)`", text):
                with self.subTest(page=path, name=name):
                    if re.fullmatch(r"[A-Z]\w+(Test|IT)", name):
                        self.assertIn(name, names)
                    elif re.fullmatch(r"io\.polyproc(\.[a-z]+)+(\.[A-Z]\w*)*", name):
                        self.assertTrue(_is_in_java(name))
                    elif (
                        re.match(r"(src|python-shim|tests-py|docs)/", name)
                        and "samples" not in path
                        and not any(example in name for example in _EXAMPLES)
                    ):
                        self.assertTrue(glob.glob(os.path.join(_ROOT, name)))


if __name__ == "__main__":
    unittest.main()
