value = 'beside the script'
