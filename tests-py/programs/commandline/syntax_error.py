# conformance: a syntax error in the script is shown with its line, and status 1
# exit: 1
# stderr: recorded
print('never printed')


x = = 1
