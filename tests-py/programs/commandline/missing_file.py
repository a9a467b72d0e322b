# conformance: a script that is not there is status 2 and one line on stderr
# run: there_is_none.py
# exit: 2
# stderr: contains can't open file
# stderr: contains there_is_none.py
# stderr: contains No such file or directory
