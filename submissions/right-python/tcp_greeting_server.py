"""Greets one client and ends."""
import socket
import sys

HOST = "127.0.0.1"
PORT = 50000


def main():
    port = int(sys.argv[1]) if len(sys.argv) > 1 else PORT
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen()
        print(f"Server listening on {HOST}:{port}")
        conn, addr = listener.accept()
        print("Connection from", addr)
        with conn:
            try:
                conn.sendall(b"Hello, client! Connection established.")
            except OSError as error:
                print("The client broke off:", error, file=sys.stderr)


main()
