"""`_symtable`, which GraalPy 25.0.3 has no module for: the names of each scope of a source, and what they are.

The rules are those of the language reference, "Naming and binding"; numbers are CPython 3.12's.
"""
# Needed while: from importlib.util import find_spec; find_spec("_symtable") is None

import ast

DEF_GLOBAL = 1
DEF_LOCAL = 2
DEF_PARAM = 4
DEF_NONLOCAL = 8
USE = 16
DEF_FREE = 32
DEF_FREE_CLASS = 64
DEF_IMPORT = 128
DEF_ANNOT = 256
DEF_COMP_ITER = 512
DEF_TYPE_PARAM = 1024
DEF_COMP_CELL = 2048
DEF_BOUND = DEF_LOCAL | DEF_PARAM | DEF_IMPORT
SCOPE_OFF = 12
SCOPE_MASK = 15
LOCAL, GLOBAL_EXPLICIT, GLOBAL_IMPLICIT, FREE, CELL = 1, 2, 3, 4, 5
TYPE_FUNCTION, TYPE_CLASS, TYPE_MODULE = 0, 1, 2
TYPE_ANNOTATION, TYPE_TYPE_VAR_BOUND, TYPE_TYPE_ALIAS, TYPE_TYPE_PARAM = 3, 4, 5, 6


class Entry:
    """A scope: `symtable entry` in CPython."""

    def __init__(self, name, kind, lineno, outer):
        self.id = id(self)
        self.name = name
        self.type = kind
        self.lineno = lineno
        self.symbols = {}
        self.varnames = []
        self.children = []
        self.nested = 0 if outer is None else int(outer.nested or _is_function(outer))
        self._outer = outer
        if outer is not None:
            outer.children.append(self)

    def __repr__(self):
        return f"<symtable entry {self.name}({self.id}), line {self.lineno}>"


def _is_function(entry):
    return entry.type not in (TYPE_CLASS, TYPE_MODULE)


def symtable(source, filename, startstr, /):
    """Return symbol and scope dictionaries used internally by compiler."""
    if startstr not in ("exec", "eval", "single"):
        raise ValueError("symtable() arg 3 must be 'exec' or 'eval' or 'single'")
    tree = source if isinstance(source, ast.AST) else ast.parse(source, filename, startstr)
    top = Entry("top", TYPE_MODULE, 0, None)
    _Collector(top, filename).visit(tree)
    _resolve(top, set(), set(), set())
    return top


class _Collector(ast.NodeVisitor):
    """Notes what each scope does with each name."""

    def __init__(self, top, filename):
        self._entry = top
        self._filename = filename
        self._class = None

    def _error(self, message, node):
        error = SyntaxError(message)
        error.filename, error.lineno, error.offset = self._filename, node.lineno, node.col_offset + 1
        error.end_lineno, error.end_offset = node.end_lineno, node.end_col_offset + 1
        raise error

    def _mangled(self, name):
        if self._class is None or not name.startswith("__") or name.endswith("__") or "." in name:
            return name
        stripped = self._class.lstrip("_")
        return f"_{stripped}{name}" if stripped else name

    def _add(self, name, flag, entry=None):
        entry = entry or self._entry
        name = self._mangled(name)
        entry.symbols[name] = entry.symbols.get(name, 0) | flag
        if flag & DEF_PARAM:
            entry.varnames.append(name)
        elif flag & DEF_GLOBAL:
            top = entry
            while top._outer is not None:
                top = top._outer
            if top is not entry:
                top.symbols[name] = top.symbols.get(name, 0) | flag

    def _within(self, name, kind, node, visit):
        outer, outer_class = self._entry, self._class
        self._entry = Entry(name, kind, node.lineno, outer)
        if kind == TYPE_CLASS:
            self._class = name
        visit()
        entry, self._entry, self._class = self._entry, outer, outer_class
        return entry

    def _visit_all(self, *nodes):
        for node in nodes:
            if isinstance(node, list):
                self._visit_all(*node)
            elif node is not None:
                self.visit(node)

    # Names

    def visit_Name(self, node):
        self._add(node.id, USE if isinstance(node.ctx, ast.Load) else DEF_LOCAL)
        if node.id == "super" and _is_function(self._entry) and isinstance(node.ctx, ast.Load):
            self._add("__class__", USE)

    def _declare(self, node, flag, word):
        for name in node.names:
            known = self._entry.symbols.get(self._mangled(name), 0)
            if known & (DEF_PARAM | DEF_LOCAL | USE | DEF_ANNOT):
                problem = (
                    "is parameter and"
                    if known & DEF_PARAM
                    else "is assigned to before"
                    if known & DEF_LOCAL
                    else "annotated name can't be"
                    if known & DEF_ANNOT
                    else "is used prior to"
                )
                if known & DEF_ANNOT and not known & DEF_PARAM:
                    self._error(f"annotated name '{name}' can't be {word}", node)
                end = word if known & DEF_PARAM else f"{word} declaration"
                self._error(f"name '{name}' {problem} {end}", node)
            self._add(name, flag)

    def visit_Global(self, node):
        self._declare(node, DEF_GLOBAL, "global")

    def visit_Nonlocal(self, node):
        if self._entry.type == TYPE_MODULE:
            self._error("nonlocal declaration not allowed at module level", node)
        self._declare(node, DEF_NONLOCAL, "nonlocal")

    def visit_NamedExpr(self, node):
        entry = self._entry
        while getattr(entry, "_comprehension", False):
            # The name is one of the function around.
            self._add(node.target.id, DEF_GLOBAL if self._function_around(entry).type == TYPE_MODULE else DEF_NONLOCAL, entry)
            entry = entry._outer
        self._add(node.target.id, DEF_GLOBAL if entry.type == TYPE_MODULE and entry is not self._entry else DEF_LOCAL, entry)
        self.visit(node.value)

    @staticmethod
    def _function_around(entry):
        while getattr(entry, "_comprehension", False):
            entry = entry._outer
        return entry

    def visit_AnnAssign(self, node):
        if isinstance(node.target, ast.Name):
            if node.simple:
                self._add(node.target.id, DEF_ANNOT | DEF_LOCAL)
            elif node.value is not None:
                self._add(node.target.id, DEF_LOCAL)
        else:
            self.visit(node.target)
        self._visit_all(node.annotation, node.value)

    def _import(self, node):
        for alias in node.names:
            if alias.name == "*":
                if self._entry.type != TYPE_MODULE:
                    self._error("import * only allowed at module level", node)
                continue
            self._add(alias.asname or alias.name.partition(".")[0], DEF_IMPORT)

    visit_Import = visit_ImportFrom = _import

    def visit_ExceptHandler(self, node):
        self._visit_all(node.type)
        if node.name:
            self._add(node.name, DEF_LOCAL)
        self._visit_all(node.body)

    def visit_MatchAs(self, node):
        self._visit_all(node.pattern)
        if node.name:
            self._add(node.name, DEF_LOCAL)

    def visit_MatchStar(self, node):
        if node.name:
            self._add(node.name, DEF_LOCAL)

    def visit_MatchMapping(self, node):
        self._visit_all(node.keys, node.patterns)
        if node.rest:
            self._add(node.rest, DEF_LOCAL)

    # Scopes

    def _with_type_parameters(self, node, visit):
        parameters = getattr(node, "type_params", [])
        if not parameters:
            return visit()
        name = node.name.id if isinstance(node.name, ast.Name) else node.name

        def visit_inside():
            if isinstance(node, ast.ClassDef):
                self._add(".type_params", DEF_LOCAL)
                self._add(".type_params", USE)
                self._add(".generic_base", DEF_LOCAL)
                self._add(".generic_base", USE)
            for parameter in parameters:
                self._add(parameter.name, DEF_TYPE_PARAM | DEF_LOCAL)
                bound = getattr(parameter, "bound", None)
                if bound is not None:
                    self._within(parameter.name, TYPE_TYPE_VAR_BOUND, bound, lambda: self.visit(bound))
            visit()

        return self._within(name, TYPE_TYPE_PARAM, node, visit_inside)

    def visit_FunctionDef(self, node):
        self._add(node.name, DEF_LOCAL)
        arguments = node.args
        self._visit_all(arguments.defaults, arguments.kw_defaults, node.decorator_list)

        def visit():
            self._visit_all(
                [each.annotation for each in (*arguments.posonlyargs, *arguments.args)],
                arguments.vararg and arguments.vararg.annotation,
                arguments.kwarg and arguments.kwarg.annotation,
                [each.annotation for each in arguments.kwonlyargs],
                node.returns,
            )
            self._within(node.name, TYPE_FUNCTION, node, lambda: self._visit_function(arguments, node.body))

        self._with_type_parameters(node, visit)

    visit_AsyncFunctionDef = visit_FunctionDef

    def _visit_function(self, arguments, body):
        seen = set()
        for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg):
            if argument is not None:
                if argument.arg in seen:
                    self._error(f"duplicate argument '{argument.arg}' in function definition", argument)
                seen.add(argument.arg)
                self._add(argument.arg, DEF_PARAM)
        self._visit_all(body)

    def visit_Lambda(self, node):
        self._visit_all(node.args.defaults, node.args.kw_defaults)
        self._within("lambda", TYPE_FUNCTION, node, lambda: self._visit_function(node.args, [node.body]))

    def visit_ClassDef(self, node):
        self._add(node.name, DEF_LOCAL)
        self._visit_all(node.decorator_list)

        def visit():
            self._visit_all(node.bases, node.keywords)

            def visit_body():
                if getattr(node, "type_params", None):
                    self._add("__type_params__", DEF_LOCAL)
                    self._add(".type_params", USE)
                self._visit_all(node.body)

            self._within(node.name, TYPE_CLASS, node, visit_body)

        self._with_type_parameters(node, visit)

    def visit_TypeAlias(self, node):
        self.visit(node.name)
        self._with_type_parameters(
            node, lambda: self._within(node.name.id, TYPE_TYPE_ALIAS, node, lambda: self.visit(node.value))
        )

    def _comprehension(self, node, name, *values):
        first = node.generators[0]
        self.visit(first.iter)

        def visit():
            self._entry._comprehension = True
            self._entry._inlined = name != "genexpr"
            self._add(".0", DEF_PARAM)
            for index, generator in enumerate(node.generators):
                if index:
                    self.visit(generator.target)
                    self.visit(generator.iter)
                else:
                    self.visit(generator.target)
                self._visit_all(generator.ifs)
            self._visit_all(*values)

        self._within(name, TYPE_FUNCTION, node, visit)

    def visit_ListComp(self, node):
        self._comprehension(node, "listcomp", node.elt)

    def visit_SetComp(self, node):
        self._comprehension(node, "setcomp", node.elt)

    def visit_GeneratorExp(self, node):
        self._comprehension(node, "genexpr", node.elt)

    def visit_DictComp(self, node):
        self._comprehension(node, "dictcomp", node.key, node.value)


def _inline(entry, child, scopes):
    """Makes the names of a comprehension names of the scope around (PEP 709)."""
    for name, flags in child.symbols.items():
        if not flags & DEF_PARAM and name not in entry.symbols:
            entry.symbols[name] = flags & (1 << SCOPE_OFF) - 1
            scopes[name] = flags >> SCOPE_OFF & SCOPE_MASK


def _resolve(entry, bound, free, global_names):
    """Finds out where each name of a scope is: the analysis of CPython's compiler.

    bound: names that functions around bind; free: gets the names that are free here; global_names: those declared
    global around.
    """
    scopes, local, own_free = {}, set(), set()
    bound, global_names = set(bound), set(global_names)
    inner_bound = set(bound) if entry.type == TYPE_CLASS else set()
    inner_global = set(global_names) if entry.type == TYPE_CLASS else set()
    for name, flags in entry.symbols.items():
        if flags & DEF_GLOBAL:
            if flags & DEF_NONLOCAL:
                raise SyntaxError(f"name '{name}' is nonlocal and global")
            scopes[name] = GLOBAL_EXPLICIT
            global_names.add(name)
            bound.discard(name)
        elif flags & DEF_NONLOCAL:
            if name not in bound:
                raise SyntaxError(f"no binding for nonlocal '{name}' found")
            scopes[name] = FREE
            own_free.add(name)
        elif flags & DEF_BOUND:
            scopes[name] = LOCAL
            local.add(name)
            global_names.discard(name)
        elif name in bound:
            scopes[name] = FREE
            own_free.add(name)
        elif name in global_names:
            scopes[name] = GLOBAL_IMPLICIT
        else:
            scopes[name] = GLOBAL_IMPLICIT
    if entry.type != TYPE_CLASS:
        inner_bound = bound | local if _is_function(entry) else set(bound)
        inner_global = set(global_names)
    else:
        inner_bound.add("__class__")
        inner_bound.add("__classdict__")
    child_free = set()
    children = []
    for child in entry.children:
        _resolve(child, inner_bound, child_free, inner_global)
        if getattr(child, "_inlined", False):
            children += child.children
            _inline(entry, child, scopes)
        else:
            children.append(child)
    entry.children[:] = children
    if _is_function(entry):
        for name in child_free & local:
            scopes[name] = CELL
            child_free.discard(name)
    elif entry.type == TYPE_CLASS:
        child_free.discard("__class__")
        child_free.discard("__classdict__")
    for name, scope in scopes.items():
        entry.symbols[name] |= scope << SCOPE_OFF
    for name in child_free:
        if name in entry.symbols:
            if entry.type == TYPE_CLASS and entry.symbols[name] & (DEF_BOUND | DEF_GLOBAL):
                entry.symbols[name] |= DEF_FREE_CLASS
        elif name in bound or not bound:
            entry.symbols[name] = FREE << SCOPE_OFF
    free |= own_free | child_free
