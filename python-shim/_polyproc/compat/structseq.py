"""Struct sequences: tuples whose items have names, as `os.stat_result` is one."""
# Serves: the other files, for their results


def make(module, name, fields, doc=None, hidden=()):
    """A class of tuples; fields: the names of the items; hidden: attributes that are no items."""
    fields, hidden = tuple(fields), tuple(hidden)
    names = fields + hidden
    title = f"{module}.{name}"

    def __new__(cls, sequence, dict={}):
        values = tuple(sequence)
        least, most = len(fields), len(names)
        if not least <= len(values) <= most:
            if least == most:
                raise TypeError(f"{title}() takes a {least}-sequence ({len(values)}-sequence given)")
            word = "at least" if len(values) < least else "at most"
            raise TypeError(
                f"{title}() takes an {word} {least if len(values) < least else most}-sequence ({len(values)}-sequence given)"
            )
        self = tuple.__new__(cls, values[:least])
        if hidden:
            extra = {each: None for each in hidden}
            extra.update(zip(hidden, values[least:]))
            extra.update(dict)
            self.__dict__.update(extra)
        return self

    def __repr__(self):
        return f"{title}({', '.join(f'{each}={value!r}' for each, value in zip(fields, self))})"

    def __reduce__(self):
        return type(self), (tuple(self), {each: getattr(self, each) for each in hidden})

    def __setattr__(self, attribute, value):
        if attribute in names:
            raise AttributeError("readonly attribute")
        raise AttributeError(f"'{title}' object has no attribute '{attribute}'")

    def field(index):
        return property(lambda self: tuple.__getitem__(self, index))

    namespace = {
        "__new__": __new__,
        "__repr__": __repr__,
        "__reduce__": __reduce__,
        "__doc__": doc,
        "__setattr__": __setattr__,
        "__module__": module,
        "n_fields": len(names),
        "n_sequence_fields": len(fields),
        "n_unnamed_fields": 0,
        "__match_args__": fields,
    }
    namespace.update((each, field(index)) for index, each in enumerate(fields))
    if not hidden:
        namespace["__slots__"] = ()
    return _Final(name, (tuple,), namespace)


class _Final(type):
    """The class of struct sequences, of which no others are derived."""

    def __new__(cls, name, bases, namespace):
        for base in bases:
            if isinstance(base, _Final):
                raise TypeError(f"type '{base.__module__}.{base.__name__}' is not an acceptable base type")
        return super().__new__(cls, name, bases, namespace)
