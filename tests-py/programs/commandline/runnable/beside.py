value = 'in the folder'
