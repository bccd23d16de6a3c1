"""Counts what a client sends and tells it when the client has ended its direction."""
import socket
import sys

PORT = 8765


def count(conn):
    total = 0
    while True:
        data = conn.recv(65536)
        if not data:
            return total
        total += len(data)


def main():
    port = int(sys.argv[1]) if len(sys.argv) > 1 else PORT
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("", port))
        listener.listen()
        conn, addr = listener.accept()
        with conn:
            try:
                total = count(conn)
                print(addr, "sent", total, "bytes")
                conn.sendall(b"%d\n" % total)
            except OSError as error:
                print("The client broke off:", error, file=sys.stderr)


main()
