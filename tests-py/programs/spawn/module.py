# conformance: children of a program started by -m find its modules
# methods: spawn forkserver fork
# run: -m package.runner
