"""A pool and its workers.

    multiprocessing.pool.Pool ── tasks ──► dispatcher ── channel ──► worker_main, in each worker
                             ◄─ results ──           ◄─────────────

`dispatcher` is the pool's thread: it assigns the `tasks` of its `backlog` to `workers`, and takes their `results`. Both
sides speak `protocol`.
"""
