def greet(name):
    return "Grüße, " + name


def fail():
    raise ValueError("no greeting")
