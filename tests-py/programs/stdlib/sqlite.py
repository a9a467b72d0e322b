# conformance: a cursor that was dropped holds up no commit and no other connection; rows come as they are wanted
# timeout: 180
import os
import sqlite3
import tempfile

folder = tempfile.TemporaryDirectory()
path = os.path.join(folder.name, "x.db")


def other():
    """Writes as another process would: over a connection of its own."""
    another = sqlite3.connect(path, timeout=0)
    try:
        print("other", another.execute("select count(*) from t").fetchone())
        another.execute("insert into t values(100)")
        another.commit()
    except sqlite3.Error as e:
        print("other", type(e).__name__, e)
    another.close()


def attempt(function, *args):
    try:
        print(function(*args))
    except Exception as e:
        print(type(e).__name__, e)


connection = sqlite3.connect(path)
print(connection.execute("PRAGMA journal_mode=DELETE").fetchone())
connection.execute("PRAGMA journal_mode=DELETE")
connection.execute("CREATE TABLE t(k int)")
connection.commit()
other()
connection.execute("INSERT INTO t VALUES(1), (2), (3) RETURNING k")
connection.commit()
other()
connection.execute("SELECT k FROM t")
print(connection.execute("SELECT k FROM t ORDER BY k").fetchone())
connection.commit()
other()
with connection:
    connection.execute("INSERT INTO t VALUES(4)")
    connection.execute("SELECT k FROM t").fetchmany(2)
other()
connection.execute("SELECT k FROM t").fetchone()
connection.execute("DROP TABLE t")
connection.execute("CREATE TABLE t(k int)")
connection.execute("INSERT INTO t SELECT 5 UNION SELECT 6")
connection.commit()
connection.execute("SELECT * FROM t")
connection.close()
other()

connection = sqlite3.connect(path, isolation_level=None)
cursor = connection.cursor()
print(type(cursor), type(connection), sqlite3.Cursor, cursor.connection is connection)
attempt(lambda: cursor.execute("INSERT INTO t VALUES(7) RETURNING k, k + 1").fetchall())
cursor.execute("UPDATE t SET k = k + 10 RETURNING k")
print(cursor.description, next(cursor), cursor.fetchone(), cursor.fetchmany(1), cursor.fetchmany(), cursor.fetchall())
print(cursor.fetchone(), list(cursor), cursor.rowcount)
connection.row_factory = sqlite3.Row
for row in connection.execute("SELECT 1 AS one, 'x' AS two UNION SELECT 2, 'y'"):
    print(row.keys(), row["two"], row["ONE"], row[-1], tuple(row), dict(row), len(row))
print([dict(row) for row in connection.execute("SELECT 3 AS a").fetchall()], row == row, hash(row) == hash(row))
attempt(row.__getitem__, "none")
row = connection.execute("DELETE FROM t WHERE k > 16 RETURNING k AS name").fetchone()
print(row["name"], row.keys())
cursor.row_factory = lambda cursor, row: [row, cursor.description[0][0]]
print(list(cursor.execute("PRAGMA table_info(t)")))
print(cursor.execute("SELECT k FROM t WHERE k < 0").fetchone(), cursor.execute("SELECT max(k) FROM t").fetchall())
cursor.row_factory = None
endless = connection.execute("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n")
print([next(endless)[0] for _ in range(3)], [row[0] for row in endless.fetchmany(2)])
connection.execute("BEGIN")
connection.execute("INSERT INTO t VALUES(8)")
connection.execute("-- a remark\n /* another */ SELECT k FROM t")
connection.execute("COMMIT")
endless.close()
del endless
other()
cursor.execute("INSERT INTO t VALUES(9) RETURNING k")
cursor.close()
attempt(cursor.fetchone)
cursor = connection.cursor()
cursor.execute("INSERT INTO t VALUES(10) RETURNING k")
connection.close()
attempt(cursor.fetchone)
attempt(cursor.execute, "SELECT 1")
attempt(connection.execute, "SELECT 1")
attempt(sqlite3.connect, ":memory:", 5.0, 0, None, True, sqlite3.Connection, 100, "too", "many")


class Derived(sqlite3.Connection):
    pass


class Counting(sqlite3.Cursor):
    def fetchone(self):
        return "counted", super().fetchone()


derived = sqlite3.connect(":memory:", factory=Derived)
print(type(derived).__name__, derived.cursor(Counting).execute("SELECT 1").fetchone(), isinstance(derived, sqlite3.Connection))
attempt(lambda: derived.executescript("CREATE TABLE a(b); INSERT INTO a VALUES(1); SELECT 1;").fetchone())
attempt(lambda: derived.executemany("INSERT INTO a VALUES(?)", [(2,), (3,)]).rowcount)
attempt(derived.execute, "SELECT * FROM nothing")
attempt(derived.execute, 3)
attempt(lambda: [tuple(row) for row in derived.execute("VALUES(1, 'x'), (2, 'y')")])
for statement in derived.iterdump():
    print(statement)
derived.close()
derived.close()
attempt(derived.commit)
