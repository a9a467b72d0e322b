"""How an interpreter begins, runs a main program and ends; Java calls `entry`.

install ──► warm_up, import_ahead ──┬── become ── run_main ──► main.run ──┐
finder: the shim, `compat`          │   (from an image)                   ├──► lifecycle.finish
                                    └── run_process ──► process.child ────┘    the exit status
"""
