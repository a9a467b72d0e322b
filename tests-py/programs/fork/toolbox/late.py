with open('imports.txt', 'a') as f:
    f.write('toolbox.late\n')

where = 'imported late'
