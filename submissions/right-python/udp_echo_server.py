"""UDP echo server: answers every datagram with `Echo: ` and its text."""
import socket
import sys

HOST = "127.0.0.1"
PORT = 50000
LONGEST = 65535


def main():
    port = int(sys.argv[1]) if len(sys.argv) > 1 else PORT
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((HOST, port))
        while True:
            data, addr = sock.recvfrom(LONGEST)
            # The text stays bytes: it need not be valid UTF-8.
            try:
                sock.sendto(b"Echo: " + data, addr)
            except OSError as error:  # with `Echo: ` in front it may be too long
                print("Cannot answer", addr, error, file=sys.stderr)


main()
