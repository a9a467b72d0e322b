with open('imports.txt', 'a') as f:
    f.write('toolbox.counting\n')

_count = 0


def count():
    global _count
    _count += 1
    return _count


def reset(to):
    global _count
    _count = to
