"""Prints what the server says until it closes."""
import socket
import sys

HOST = "127.0.0.1"
PORT = 50000


def main():
    host = sys.argv[1] if len(sys.argv) > 1 else HOST
    port = int(sys.argv[2]) if len(sys.argv) > 2 else PORT
    greeting = b""
    try:
        with socket.create_connection((host, port)) as sock:
            while True:
                data = sock.recv(1024)
                if not data:
                    break
                greeting += data
    except ConnectionRefusedError:
        print("Connection refused: is the server running?")
        sys.exit(1)
    except OSError as error:
        print("The connection broke:", error)
        sys.exit(1)
    print(greeting.decode(errors="replace"))


main()
