"""`sqlite3`: what CPython ends when its last reference goes. GraalPy 25.0.3 does so after a collection, some time.

Until then a cursor that was dropped keeps its statement open. A statement that writes, such as `PRAGMA journal_mode`,
holds up every commit that way, without an error; one that reads keeps a lock of the file, which other programs meet.

So the rows of a statement that may write are fetched when it is executed. Those of a `SELECT` are fetched when they
are wanted, as there may be no end of them; a collection finds cursors that were dropped: before a commit, and after an
error that tells of a lock, where a cursor has more rows that was not found to be there just before.
"""
# Needed while: import weakref; dropped = weakref.ref(type("Cursor", (), {})()); dropped() is not None

import collections
import gc
import re
import time
import weakref

from _polyproc.compat.builtin_functions import BuiltinFunction

_KEYWORD = re.compile(r"(?:\s+|--[^\n]*(?:\n|$)|/\*.*?\*/|\()*(\w+)", re.DOTALL)
_READING = frozenset(("SELECT", "VALUES", "EXPLAIN"))
_WRITING = re.compile(r"\b(?:insert|update|delete|replace)\b", re.IGNORECASE)
_ENDING = frozenset(("COMMIT", "END", "ROLLBACK", "RELEASE", "VACUUM", "DETACH"))
_LOCKED = re.compile(r"locked|in progress")
_BETWEEN_COLLECTIONS = 2.0
"""Seconds until a cursor that was there is looked for again: a program that commits for each of its rows waits seldom."""

_MANY = 1000
"""Statements that a connection may have open before it looks which of them are still wanted."""


def install(module):
    """Puts types derived from the module's into their place."""
    base_connection, base_cursor, base_connect = module.Connection, module.Cursor, module.connect
    operational_error, error = module.OperationalError, module.Error

    class Cursor(base_cursor):
        __doc__ = base_cursor.__doc__
        _fetched = None
        _reader = None
        """The cursor of a statement that reads; its connection has it, too, and ends it once this one has gone."""
        _ahead = None
        """The reader's next row, so that it is known when there is none: nothing is open then."""

        def execute(self, sql, parameters=(), /):
            """Executes an SQL statement."""
            self._end()
            keyword = _keyword(sql)
            if keyword in _ENDING:
                _end_dropped(self.connection)
            if keyword in _READING or keyword == "WITH" and not _WRITING.search(sql):
                connection = self.connection
                if isinstance(connection, Connection):
                    self._read(connection, sql, parameters)
                    return self
            _retry(self.connection, base_cursor.execute, self, sql, parameters)
            if base_cursor.description.__get__(self) is not None:
                _fetch(self)
            return self

        def _read(self, connection, sql, parameters):
            base_cursor.fetchmany(self, 1)  # is an error where the cursor or the connection was closed
            reader = base_connection.cursor(connection, base_cursor)
            _retry(connection, base_cursor.execute, reader, sql, parameters)
            reader.row_factory = None
            self._reader = reader
            self._ahead = next(reader, None)
            if self._ahead is None:
                return
            if connection._open is None:
                connection._open = {}
            elif len(connection._open) > _MANY:
                _collect(connection)
            connection._open[weakref.ref(self)] = reader

        def _end(self):
            self._fetched = self._ahead = None
            if self._reader is not None:
                _end_statement(self._reader)
                self._forget_reader()
                self._reader = None

        def _forget_reader(self):
            readers = self.connection._open
            if readers:
                readers.pop(weakref.ref(self), None)

        description = property(lambda self: self._reader and self._reader.description or base_cursor.description.__get__(self))
        rowcount = property(lambda self: -1 if self._reader is not None else base_cursor.rowcount.__get__(self))

        def executemany(self, sql, seq_of_parameters, /):
            """Repeatedly executes an SQL statement."""
            self._end()
            return base_cursor.executemany(self, sql, seq_of_parameters)

        def executescript(self, sql_script, /):
            """Executes multiple SQL statements at once."""
            self._end()
            _end_dropped(self.connection)
            return _retry(self.connection, base_cursor.executescript, self, sql_script)

        def fetchone(self):
            """Fetches one row from the resultset."""
            return next(self, None)

        def fetchmany(self, size=None):
            """Fetches several rows from the resultset."""
            size = self.arraysize if size is None else size
            rows = []
            while size <= 0 or len(rows) < size:
                row = next(self, rows)
                if row is rows:
                    break
                rows.append(row)
            return rows

        def fetchall(self):
            """Fetches all rows from the resultset."""
            if self._reader is not None and self.row_factory is None:
                base_cursor.fetchmany(self, 1)
                if self._ahead is None:
                    return []
                rows = [self._ahead, *self._reader.fetchall()]
                self._ahead = None
                self._forget_reader()
                return rows
            return list(self)

        def close(self):
            """Closes the cursor."""
            self._end()
            base_cursor.close(self)

        def __iter__(self):
            return self

        def __next__(self):
            base_cursor.fetchmany(self, 1)  # is an error where the cursor or the connection was closed
            if self._reader is not None:
                row = self._ahead
                if row is None:
                    raise StopIteration
                self._ahead = next(self._reader, None)
                if self._ahead is None:
                    self._forget_reader()
            elif self._fetched:
                row = self._fetched.popleft()
            else:
                raise StopIteration
            factory = self.row_factory
            if factory is None:
                return row
            # A `Row` has the names of the cursor that has executed the statement, and looks into its memory.
            is_native = isinstance(factory, type) and issubclass(factory, module.Row)
            return factory(self._reader or self if is_native else self, row)

    class Connection(base_connection):
        __doc__ = base_connection.__doc__
        _open = None
        """The readers of its cursors that may have more rows, by weak references to these."""
        _found = frozenset()
        _looked = 0.0
        """Which of these cursors there were at the last collection, and when that was."""

        def cursor(self, factory=Cursor):
            """Return a cursor for the connection."""
            return base_connection.cursor(self, factory)

        def execute(self, sql, parameters=(), /):
            """Executes an SQL statement."""
            return base_connection.cursor(self, Cursor).execute(sql, parameters)

        def executemany(self, sql, parameters, /):
            """Repeatedly executes an SQL statement."""
            return base_connection.cursor(self, Cursor).executemany(sql, parameters)

        def executescript(self, sql_script, /):
            """Executes multiple SQL statements at once."""
            return base_connection.cursor(self, Cursor).executescript(sql_script)

        def commit(self):
            """Commit any pending transaction to the database."""
            _end_dropped(self)
            _retry(self, base_connection.commit, self)

        def rollback(self):
            """Roll back to the start of any pending transaction."""
            _end_dropped(self)
            base_connection.rollback(self)

        def __exit__(self, *exc_info):
            _end_dropped(self)
            return _retry(self, base_connection.__exit__, self, *exc_info)

        def close(self):
            """Close the database connection."""
            for reader in (self._open or {}).values():
                _end_statement(reader)
            self._open = None
            try:
                if base_connection.in_transaction.__get__(self):
                    # A statement that was not freed yet would keep the transaction open.
                    base_connection.rollback(self)
            except error:
                pass  # the next call reports it, but that the connection is closed already
            base_connection.close(self)

    def _fetch(cursor):
        factory = cursor.row_factory
        cursor.row_factory = None  # it is called for a row when that is wanted
        try:
            cursor._fetched = collections.deque(base_cursor.fetchall(cursor))
        finally:
            cursor.row_factory = factory

    def _end_statement(reader):
        try:
            reader.close()
        except error:
            pass  # it belongs to another thread, or the connection is closed

    def _end_dropped(connection):
        """Ends the statements of cursors without references."""
        readers = getattr(connection, "_open", None)
        if readers and (
            time.monotonic() - connection._looked > _BETWEEN_COLLECTIONS or not readers.keys() <= connection._found
        ):
            _collect(connection)

    def _collect(connection):
        gc.collect()
        connection._looked = time.monotonic()
        connection._open, former = {}, connection._open or {}
        for reference, reader in former.items():
            cursor = reference()
            if cursor is None:
                _end_statement(reader)
            elif cursor._reader is reader:
                connection._open[reference] = reader
        connection._found = frozenset(connection._open)

    def _retry(connection, function, *args):
        try:
            return function(*args)
        except operational_error as e:
            if not _LOCKED.search(str(e)) or not getattr(connection, "_open", None):
                raise
            _collect(connection)
        return function(*args)

    def connect(*args, **kwargs):
        if len(args) < 6:
            kwargs.setdefault("factory", Connection)
        return base_connect(*args, **kwargs)

    for kind, base in ((Cursor, base_cursor), (Connection, base_connection)):
        kind.__module__, kind.__qualname__ = base.__module__, base.__qualname__
    connect.__qualname__, connect.__doc__ = "connect", base_connect.__doc__.partition("--\n\n")[2]
    module.Cursor, module.Connection = Cursor, Connection
    module.connect = BuiltinFunction("_sqlite3", connect)


def _keyword(sql):
    found = _KEYWORD.match(sql) if isinstance(sql, str) else None
    return found[1].upper() if found else ""
