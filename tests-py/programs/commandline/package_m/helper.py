value = 'relative import'
