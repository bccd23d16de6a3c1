"""What both sides of every behaviour use: sockets of the wire, observations, waiting."""

import errno
import fcntl
import os
import socket
import struct
import time
import zlib

NAME = "echo.sock"
FIONREAD = 0x541B
SO_MEMINFO = 55
LONGEST = 20.0


class Wire:
    """Which wire it is, and who is where on it."""

    def set(self, kind, host, client, port):
        self.kind = kind
        self.host = host
        self.client = client
        self.port = port
        self.family = {
            "unix": socket.AF_UNIX,
            "tcp6": socket.AF_INET6,
            "udp6": socket.AF_INET6,
        }.get(kind, socket.AF_INET)
        self.address = NAME if kind == "unix" else (host, port)

    def stream(self):
        return socket.socket(self.family, socket.SOCK_STREAM)

    def datagrams(self):
        return socket.socket(self.family, socket.SOCK_DGRAM)


wire = Wire()


class Say:
    """Prints an observation as one line, in one piece."""

    side = "?"

    def __call__(self, text):
        os.write(1, f"{self.side}: {text}\n".encode())


say = Say()


class Ready:
    """Tells the one who starts the client that the server can be reached; a cell looks by itself."""

    pipe = None

    def __call__(self):
        if self.pipe is not None:
            os.write(self.pipe, b"!")


ready = Ready()


def listen(backlog=16):
    listener = wire.stream()
    if wire.kind != "unix":
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(wire.address)
    listener.listen(backlog)
    ready()
    return listener


def accept_one():
    """The only connection of a server."""
    listener = listen()
    connection, _ = listener.accept()
    return connection


def connect():
    connection = wire.stream()
    connection.connect(wire.address)
    return connection


def bind_datagrams():
    bound = wire.datagrams()
    bound.bind(wire.address)
    ready()
    return bound


def pattern(length, start=0):
    """Bytes of which no two long stretches are alike."""
    line = b"".join(struct.pack("<I", (start + i) * 2654435761 % 2**32) for i in range(16384))
    return (line * (length // len(line) + 1))[:length]


def told(data):
    """Bytes in short: themselves, or how many and which."""
    if len(data) <= 40:
        return repr(bytes(data))
    return f"{len(data)} bytes with the checksum {zlib.crc32(data):08x}"


def name_of(error):
    if isinstance(error, TimeoutError) and error.errno is None:
        return "a timeout"
    return errno.errorcode.get(error.errno, str(error))


def observe(what, action, *arguments):
    """Prints what came of an action: its value, or the name of the error."""
    try:
        value = action(*arguments)
        text = told(value) if isinstance(value, (bytes, bytearray)) else str(value)
    except OSError as error:
        text = name_of(error)
    say(f"{what}: {text}")


def read_exactly(connection, length):
    data = bytearray()
    while len(data) < length:
        piece = connection.recv(min(65536, length - len(data)))
        if not piece:
            break
        data += piece
    return data


def observe_all(what, connection):
    """Reads to the end, and prints what came and how it ended."""
    data = bytearray()
    end = "the end"
    try:
        while piece := connection.recv(65536):
            data += piece
    except OSError as error:
        end = name_of(error)
    say(f"{what}: {told(data)}, then {end}")


def wait_until(what, condition, longest=LONGEST):
    """Waits for a condition that announces itself to nobody. True when it came."""
    end = time.monotonic() + longest
    while not condition():
        if time.monotonic() > end:
            say(f"waited in vain: {what}")
            return False
        time.sleep(0.001)
    return True


def unread(connection):
    answer = fcntl.ioctl(connection, FIONREAD, struct.pack("i", 0))
    return struct.unpack("i", answer)[0]


def wait_unread(connection, length):
    wait_until(f"{length} unread bytes", lambda: unread(connection) >= length)


def memory_in_use(bound):
    """How much memory of the kernel the unread datagrams of a socket take."""
    return struct.unpack("9I", bound.getsockopt(socket.SOL_SOCKET, SO_MEMINFO, 36))[0]


def close_with_reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
