"""The quoted-printable and uuencode conversions of `binascii`, which GraalPy 25.0.3 lacks."""
# Needed while: import binascii; not hasattr(binascii, "b2a_qp")

import binascii

from _polyproc.compat.libc import builtin

_module = builtin("binascii")
_HEX = b"0123456789ABCDEF"
_MAX_LINE = 76


def install(module):
    """Adds them."""
    for each in (a2b_qp, b2a_qp, a2b_uu, b2a_uu):
        setattr(module, each.__name__, each)


def _ascii(data):
    if isinstance(data, str):
        if not data.isascii():
            raise ValueError("string argument should contain only ASCII characters")
        return data.encode("ascii")
    return _content(data, "argument should be bytes, buffer or ASCII string, not %r")


def _content(data, message="a bytes-like object is required, not '%s'"):
    try:
        return bytes(memoryview(data))
    except TypeError:
        raise TypeError(message % type(data).__name__) from None


@_module
def a2b_qp(data, header=False):
    """Decode a string of qp-encoded data."""
    data = _ascii(data)
    out = bytearray()
    index, end = 0, len(data)
    while index < end:
        byte = data[index]
        if byte == 0x3D:
            index += 1
            if index >= end:
                break
            following = data[index : index + 1]
            if following in (b"\n", b"\r"):  # a soft line break
                while index < end and data[index] != 0x0A:
                    index += 1
                index += 1
            elif following == b"=":  # some encoders double it
                out.append(0x3D)
                index += 1
            elif _is_hex(data[index : index + 2]):
                out.append(int(data[index : index + 2], 16))
                index += 2
            else:
                out.append(0x3D)
        elif header and byte == 0x5F:
            out.append(0x20)
            index += 1
        else:
            out.append(byte)
            index += 1
    return bytes(out)


def _is_hex(pair):
    return len(pair) == 2 and all(byte in b"0123456789abcdefABCDEF" for byte in pair)


@_module
def b2a_qp(data, quotetabs=False, istext=True, header=False):
    """Encode a string using quoted-printable encoding.

    On encoding, when istext is set, newlines are not encoded, and white space at end of lines is.
    """
    data = _content(data)
    # Lines end as the first one does.
    first = data.find(b"\n")
    line_end = b"\r\n" if first > 0 and data[first - 1] == 0x0D else b"\n"
    out = bytearray()
    length, index, end = 0, 0, len(data)
    while index < end:
        byte = data[index]
        if _must_quote(data, index, length, quotetabs, istext, header):
            if length + 3 >= _MAX_LINE:
                out += b"=" + line_end
                length = 0
            out += bytes((0x3D, _HEX[byte >> 4], _HEX[byte & 15]))
            length += 3
            index += 1
        elif istext and (byte == 0x0A or data[index : index + 2] == b"\r\n"):
            length = 0
            # White space at the end of a line is protected.
            if out and out[-1] in b" \t":
                last = out.pop()
                out += bytes((0x3D, _HEX[last >> 4], _HEX[last & 15]))
            out += line_end
            index += 2 if byte == 0x0D else 1
        else:
            if index + 1 != end and data[index + 1] != 0x0A and length + 1 >= _MAX_LINE:
                out += b"=" + line_end
                length = 0
            length += 1
            out.append(0x5F if header and byte == 0x20 else byte)
            index += 1
    return bytes(out)


def _must_quote(data, index, length, quotetabs, istext, header):
    byte = data[index]
    following = data[index + 1 : index + 2]
    return (
        byte > 126
        or byte == 0x3D
        or header
        and byte == 0x5F
        or byte == 0x2E
        and length == 0
        and following in (b"", b"\n", b"\r", b"\0")
        or not istext
        and byte in b"\r\n"
        or byte in b"\t "
        and not following
        or byte < 33
        and byte not in b"\r\n"
        and (byte not in b"\t " or quotetabs)
    )


@_module
def a2b_uu(data, /):
    """Decode a line of uuencoded data."""
    data = _ascii(data)
    if not data:
        return bytes(32)
    length = data[0] - 0x20 & 0x3F
    out = bytearray()
    bits = count = 0
    index = 1
    while len(out) < length:
        byte = data[index] if index < len(data) else 0x0A
        index += 1
        if byte in b"\n\r" or index > len(data):
            value = 0  # spaces at the end may have been lost
        elif not 0x20 <= byte <= 0x60:
            raise binascii.Error("Illegal char")
        else:
            value = byte - 0x20 & 0x3F
        bits = bits << 6 | value
        count += 6
        if count >= 8:
            count -= 8
            out.append(bits >> count & 0xFF)
            bits &= (1 << count) - 1
    for byte in data[index:]:
        if byte not in b" `\n\r":
            raise binascii.Error("Trailing garbage")
    return bytes(out)


@_module
def b2a_uu(data, /, *, backtick=False):
    """Uuencode line of data."""
    data = _content(data)
    if len(data) > 45:
        raise binascii.Error("At most 45 bytes at once")

    def character(value):
        return 0x60 if backtick and not value else value + 0x20

    out = bytearray((character(len(data)),))
    for index in range(0, len(data), 3):
        group = int.from_bytes(data[index : index + 3].ljust(3, b"\0"), "big")
        out += bytes(character(group >> shift & 0x3F) for shift in (18, 12, 6, 0))
    return bytes(out + b"\n")
