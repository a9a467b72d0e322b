# conformance: sys.path[0] is the folder of the script, not the current one
# run: folder/script.py
# args: a
