"""Both sides of the UDP exercise: `python3 -m datagrams serve [PORT]` and `… ask [HOST [PORT]]`."""
import socket
import sys

HOST = "127.0.0.1"
PORT = 50000


def serve(port=PORT):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("", int(port)))
        while True:
            data, addr = sock.recvfrom(65535)
            try:
                sock.sendto(b"Echo: " + data, addr)
            except OSError as error:
                print("Cannot answer", addr, error, file=sys.stderr)


def ask(host=HOST, port=PORT):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(2)
        try:
            sock.connect((host, int(port)))
            sock.send(b"Hello, UDP World!")
            print(sock.recv(65535).decode(errors="replace"))
        except OSError as error:
            print("No answer:", error)
            sys.exit(1)


{"serve": serve, "ask": ask}[sys.argv[1]](*sys.argv[2:])
