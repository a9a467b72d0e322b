# conformance: an exception in -c text is a traceback and status 1
# run: -c {source}
# exit: 1
# stderr: recorded
def f():
    raise ValueError('from -c')
f()
