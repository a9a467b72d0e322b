# conformance: -m with a module that is not there
# run: -m there_is_none
# exit: 1
# stderr: contains No module named there_is_none
