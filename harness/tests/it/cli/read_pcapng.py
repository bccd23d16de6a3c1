"""Reads a pcapng file as its specification says and prints what is in it as JSON.

Written from draft-ietf-opsawg-pcapng alone, to read what sockgrade writes without any of its code.
Whatever the file states about itself is checked: lengths at both ends of a block, paddings, options
that end, times in the unit that the interface states.
"""

import json
import struct
import sys

SECTION, INTERFACE, STATISTICS, ENHANCED = 0x0A0D0D0A, 1, 5, 6


def blocks(data):
    at = 0
    while at < len(data):
        kind, length = struct.unpack_from("<II", data, at)
        assert length >= 12 and length % 4 == 0, f"a block of {length} bytes at {at}"
        assert at + length <= len(data), f"a block at {at} goes beyond the file"
        (again,) = struct.unpack_from("<I", data, at + length - 4)
        assert again == length, f"a block at {at} says {length} and then {again}"
        yield kind, data[at + 8 : at + length - 4]
        at += length


def options(body):
    """The options as pairs of code and value; there may be none."""
    found, at = [], 0
    while at < len(body):
        code, length = struct.unpack_from("<HH", body, at)
        at += 4
        if code == 0:
            assert length == 0 and at == len(body), "the options end before their block does"
            return found
        value = body[at : at + length]
        assert len(value) == length, "an option is cut short"
        padded = (length + 3) // 4 * 4
        assert not any(body[at + length : at + padded]), "a padding is not zero"
        found.append((code, value))
        at += padded
    assert not found, "the options do not end"
    return found


def text(options, code):
    return [value.decode("utf-8") for one, value in options if one == code]


def protocol(packet):
    """What a packet is, in words, with the flags of a TCP segment."""
    kind = struct.unpack_from("!H", packet, 12)[0]
    if kind == 0x0800:
        ip, rest = packet[14:], packet[14 + (packet[14] & 15) * 4 :]
        number = ip[9]
        assert struct.unpack_from("!H", ip, 2)[0] == len(ip), "an IPv4 packet has another length"
    elif kind == 0x86DD:
        number, rest = packet[20], packet[54:]
    else:
        return {"protocol": f"ethernet {kind:04x}"}
    if number == 6:
        names = ["FIN", "SYN", "RST", "PSH", "ACK"]
        flags = [name for bit, name in enumerate(names) if rest[13] >> bit & 1]
        return {"protocol": "TCP", "flags": flags, "data": len(rest) - (rest[12] >> 4) * 4}
    if number == 17:
        return {"protocol": "UDP", "flags": [], "data": len(rest) - 8}
    if number == 1:
        return {"protocol": "ICMP", "flags": [f"{rest[0]}/{rest[1]}"], "data": 0}
    return {"protocol": f"ip {number}"}


def read(data):
    file = {"section": None, "interfaces": [], "packets": [], "received": None, "dropped": None}
    for kind, body in blocks(data):
        if kind == SECTION:
            order, major, minor, _ = struct.unpack_from("<IHHq", body)
            assert (order, major, minor) == (0x1A2B3C4D, 1, 0), "another byte order or version"
            assert file["section"] is None, "a second section"
            file["section"] = text(options(body[16:]), 1)[0]
            continue
        assert file["section"] is not None, "the file does not begin with a section"
        if kind == INTERFACE:
            link, _, _ = struct.unpack_from("<HHI", body)
            more = options(body[8:])
            resolution = [value[0] for code, value in more if code == 9]
            file["interfaces"].append(
                {"link": link, "name": text(more, 2)[0], "resolution": resolution[0]}
            )
        elif kind == ENHANCED:
            interface, upper, lower, kept, full = struct.unpack_from("<IIIII", body)
            resolution = file["interfaces"][interface]["resolution"]
            assert resolution < 128, "a resolution in powers of two"
            packet = body[20 : 20 + kept]
            assert len(packet) == kept <= full, "a packet is longer than its block"
            padded = (kept + 3) // 4 * 4
            comments = text(options(body[20 + padded :]), 1)
            seconds = ((upper << 32) + lower) // 10**resolution
            nanoseconds = ((upper << 32) + lower) % 10**resolution * 10 ** (9 - resolution)
            file["packets"].append(
                {
                    "seconds": seconds,
                    "nanoseconds": nanoseconds,
                    "comment": "; ".join(comments),
                    **protocol(packet),
                }
            )
        elif kind == STATISTICS:
            numbers = {code: value for code, value in options(body[12:])}
            (file["received"],) = struct.unpack("<Q", numbers[4])
            (file["dropped"],) = struct.unpack("<Q", numbers[5])
        else:
            raise AssertionError(f"a block of kind {kind}")
    return file


with open(sys.argv[1], "rb") as source:
    json.dump(read(source.read()), sys.stdout)
