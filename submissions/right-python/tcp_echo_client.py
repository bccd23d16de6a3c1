"""TCP echo client: sends a text and waits until all of it is back."""
import socket
import sys

HOST = "127.0.0.1"
PORT = 50007
MESSAGE = b"Hello, world"


def receive_exactly(sock, length):
    """recv may return less than was asked for, so it is called until all is there."""
    data = b""
    while len(data) < length:
        part = sock.recv(length - len(data))
        if not part:
            raise ConnectionError(f"the server ended after {len(data)} of {length} bytes")
        data += part
    return data


def main():
    host = sys.argv[1] if len(sys.argv) > 1 else HOST
    port = int(sys.argv[2]) if len(sys.argv) > 2 else PORT
    try:
        with socket.create_connection((host, port)) as sock:
            sock.sendall(MESSAGE)
            echo = receive_exactly(sock, len(MESSAGE))
    except OSError as error:
        sys.exit(f"No echo: {error}")
    print("Received:", echo.decode(errors="replace"))


main()
