value = 'preloaded'
