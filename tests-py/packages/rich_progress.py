# package: rich
"""A progress bar over a pool's tasks, a table, a tree, a log handler and a traceback, as rich draws them."""

import io
import logging
import multiprocessing

from rich.console import Console
from rich.logging import RichHandler
from rich.markdown import Markdown
from rich.panel import Panel
from rich.pretty import pretty_repr
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.syntax import Syntax
from rich.table import Table
from rich.tree import Tree


def work(number):
    return number, number ** 2


def main():
    console = Console(file=io.StringIO(), width=72, force_terminal=True, color_system="truecolor")
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    table = Table("number", "square", title="Squares")
    with multiprocessing.Pool(2) as pool, Progress(*columns, console=console, auto_refresh=False) as progress:
        task = progress.add_task("computing", total=6)
        for number, square in pool.imap(work, range(6)):
            table.add_row(str(number), f"[bold]{square}[/]")
            progress.advance(task)
        progress.refresh()
    lines = [line for line in console.file.getvalue().splitlines() if "6/6" in line]
    print(repr(lines[-1]))

    console = Console(width=72, force_terminal=False, color_system=None)
    console.print(table)
    tree = Tree("root")
    tree.add("left").add("leaf")
    tree.add("right :snake:")
    console.print(Panel(tree, title="tree", expand=False))
    console.print(Markdown("# Title\n\n* one\n* `two`"))
    console.print(Syntax("def f(x):\n    return x + 1", "python", line_numbers=True))
    console.print(pretty_repr({"key": list(range(30)), "other": {"nested": ("a", "b")}}, max_width=40))
    handler = RichHandler(console=console, show_time=False, show_path=False)
    logger = logging.getLogger("rich")
    logger.addHandler(handler)
    logger.warning("something %s", "happened")
    try:
        work("x" + 1)
    except TypeError:
        console.print_exception(show_locals=False, width=72, extra_lines=0)


if __name__ == "__main__":
    main()
