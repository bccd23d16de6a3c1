"""TCP echo server: sends everything back until the client has ended."""
import socket
import sys

PORT = 50007


def serve(conn):
    while True:
        data = conn.recv(4096)
        if not data:  # the client has ended its direction
            return
        conn.sendall(data)


def main():
    port = int(sys.argv[1]) if len(sys.argv) > 1 else PORT
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("", port))
        listener.listen()
        conn, addr = listener.accept()
        print("Connected by", addr)
        with conn:
            try:
                serve(conn)
            except OSError as error:
                print("The client broke off:", error, file=sys.stderr)


main()
