"""`try … except*`, which GraalPy 25.0.3 parses and does not compile.

The statement is rewritten with plain `try` before it is compiled, in modules and scripts; not in what a program gives to
`compile` or `exec` itself. For

    try: BODY
    except* TYPE as name: HANDLER

that is

    try:
        _caught = None
        try: BODY
        except BaseException as _error:
            _caught = Caught(_error)
            if _caught.matches(TYPE):
                try:
                    try: raise _caught.matched
                    except BaseException as name:
                        _caught.restore(_caught.matched)
                        HANDLER
                except BaseException as _error_raised: _caught.keep(_error_raised)
        if _caught is not None and _caught.has_result():
            try: raise _caught.result
            except BaseException:
                _caught.restore(_caught.result)
                raise
    finally: del _caught
"""
# Needed while: raises(lambda: exec("try:\n  1 / 0\nexcept* ZeroDivisionError:\n  pass"))

import sys
import types

_BEGINNINGS = "except*", "except *", "except\t*", "except  *"
_BEGINNINGS_IN_BYTES = tuple(beginning.encode() for beginning in _BEGINNINGS)


def install():
    """Lets modules have the statement."""
    from importlib._bootstrap_external import SourceLoader

    original = SourceLoader.source_to_code

    def source_to_code(self, data, path, *, _optimize=-1):
        if self.name != "ast":  # which writes such statements, has none, and is needed to rewrite them
            data = rewritten(data, path)
        return original(self, data, path, _optimize=_optimize)

    SourceLoader.source_to_code = source_to_code


def rewritten(source, filename):
    """The source, or its tree if it may have such a statement.

    Raises SyntaxError as `compile` does.
    """
    if not isinstance(source, (str, bytes)):
        return source
    beginnings = _BEGINNINGS if isinstance(source, str) else _BEGINNINGS_IN_BYTES
    if not any(beginning in source for beginning in beginnings):
        return source
    import ast

    tree = ast.parse(source, filename)
    return _rewriter(ast, source, filename).visit(tree)


def _rewriter(ast, source, filename):
    def load(name):
        return ast.Name(name, ast.Load())

    def call(function, *arguments):
        return ast.Call(function, list(arguments), [])

    def handler(name, *body):
        return ast.ExceptHandler(load("BaseException"), name, list(body))

    class Rewriter(ast.NodeTransformer):
        depth = 0

        def visit_TryStar(self, node):
            self.depth += 1
            name = f"_caught_{self.depth}"
            error, raised = f"{name}_error", f"{name}_raised"

            def own(attribute):
                return ast.Attribute(load(name), attribute, ast.Load())

            def assign(value):
                return ast.Assign([ast.Name(name, ast.Store())], value)

            module = call(load("__import__"), ast.Constant(__name__), *[ast.Constant(None)] * 2, ast.Constant(("Caught",)))
            steps = [assign(call(ast.Attribute(module, "Caught", ast.Load()), load(error)))]
            for each in node.handlers:
                _refuse_to_leave(each.body, source, filename, ast)
                self.generic_visit(each)
                begin = ast.Expr(call(own("restore"), own("matched")))
                inner = ast.Try([ast.Raise(own("matched"))], [handler(each.name, begin, *each.body)], [], [])
                outer = ast.Try([inner], [handler(raised, ast.Expr(call(own("keep"), load(raised))))], [], [])
                steps.append(_placed(ast.If(call(own("matches"), each.type), [outer], []), each, ast))
            for part in "body", "orelse", "finalbody":
                setattr(node, part, [self.visit(each) for each in getattr(node, part)])
            end = handler(None, ast.Expr(call(own("restore"), own("result"))), ast.Raise())
            is_over = ast.BoolOp(ast.And(), [load(name), call(own("has_result"))])
            whole = [
                assign(ast.Constant(None)),
                ast.Try(node.body, [handler(error, *steps)], node.orelse, []),
                ast.If(is_over, [ast.Try([ast.Raise(own("result"))], [end], [], [])], []),
            ]
            self.depth -= 1
            last = [ast.Delete([ast.Name(name, ast.Del())]), *node.finalbody]
            return _placed(ast.Try(whole, [], [], last), node, ast)

    return Rewriter()


def _placed(new, old, ast):
    """Gives what is new of a tree the place of what it stands for."""
    return ast.fix_missing_locations(ast.copy_location(new, old))


def _refuse_to_leave(body, source, filename, ast):
    """Raises SyntaxError for what would leave a handler in another way than by its end."""

    def look(node, in_loop):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            return
        if isinstance(node, ast.Return) or (isinstance(node, (ast.Break, ast.Continue)) and not in_loop):
            text = source if isinstance(source, str) else source.decode("utf-8", "replace")
            place = filename, node.lineno, node.col_offset + 1, text.splitlines()[node.lineno - 1]
            raise SyntaxError("'break', 'continue' and 'return' cannot appear in an except* block", place)
        for child in ast.iter_child_nodes(node):
            look(child, in_loop or isinstance(node, (ast.For, ast.AsyncFor, ast.While)))

    for statement in body:
        look(statement, False)


class Caught:
    """What the body of a `try` statement has raised, and what its handlers have left and raised.

    matched: the group for the handler that is next; result: what is raised at the end.
    """

    def __init__(self, error):
        self._error = error
        self._rest = error
        self.matched = None
        self.result = None
        self._raised = []
        self._places = {}

    def matches(self, wanted):
        """Whether a handler is to run; raises TypeError for what can't be caught."""
        for each in wanted if isinstance(wanted, tuple) else (wanted,):
            if not (isinstance(each, type) and issubclass(each, BaseException)):
                raise TypeError("catching classes that do not inherit from BaseException is not allowed")
            if issubclass(each, BaseExceptionGroup):
                raise TypeError("catching ExceptionGroup with except* is not allowed. Use except instead.")
        error, self.matched = self._rest, None
        if error is None:
            return False
        if isinstance(error, wanted):
            self.matched, self._rest = error, None
            if not isinstance(error, BaseExceptionGroup):
                self.matched = BaseExceptionGroup("", [error])
                self.matched.__traceback__ = _traceback_of(sys._getframe(1))
        elif isinstance(error, BaseExceptionGroup):
            self.matched, self._rest = error.split(wanted)
        return self._note(self.matched)

    def has_result(self):
        """Whether something is raised at the end."""
        self.result = self._combined([*self._raised, *([] if self._rest is None else [self._rest])])
        return self._note(self.result)

    def _note(self, error):
        if error is None:
            return False
        self._places[id(error)] = error.__traceback__, error.__context__
        return True

    def keep(self, error):
        """Notes what a handler has raised."""
        if id(error) in self._places:
            # GraalPy changes the context of one that is raised again, CPython does not.
            error.__context__ = self._places[id(error)][1]
        elif error.__context__ is self._error:
            error.__context__ = self.matched
        self._raised.append(error)

    def restore(self, error):
        """Takes back what raising it has noted in an exception."""
        error.__traceback__, error.__context__ = self._places[id(error)]

    def _combined(self, errors):
        if not errors:
            return None
        if not isinstance(self._error, BaseExceptionGroup):
            return errors[0]
        raised = [error for error in errors if not self._is_part(error)]
        leaves = {id(leaf) for error in errors if self._is_part(error) for leaf in _leaves(error)}
        left = self._error.subgroup(lambda error: id(error) in leaves) if leaves else None
        if left is not None:
            raised.append(left)
        return raised[0] if len(raised) == 1 else BaseExceptionGroup("", raised)

    def _is_part(self, error):
        """Whether it is what was caught, or a part of that, raised again."""
        whole = self._error
        return (
            isinstance(error, BaseExceptionGroup)
            and error.__traceback__ is whole.__traceback__
            and error.__context__ is whole.__context__
            and error.__cause__ is whole.__cause__
            and getattr(error, "__notes__", None) == getattr(whole, "__notes__", None)
        )


def _traceback_of(frame):
    try:
        return types.TracebackType(None, frame, frame.f_lasti, frame.f_lineno)
    except (TypeError, ValueError):
        return None


def _leaves(error):
    if isinstance(error, BaseExceptionGroup):
        for each in error.exceptions:
            yield from _leaves(each)
    else:
        yield error
