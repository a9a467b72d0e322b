# conformance: a folder with a __main__.py is a program
# run: runnable
# args: a b
