# conformance: without a program on the command line, standard input is one
# run:
# stdin: print('from stdin', __name__)\nimport sys\nprint(sys.argv)\n
