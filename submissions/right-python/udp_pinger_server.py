"""Answers each datagram with the same text in upper case."""
import socket
import sys

PORT = 12000


def main():
    port = int(sys.argv[1]) if len(sys.argv) > 1 else PORT
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("", port))
        while True:
            data, addr = sock.recvfrom(65535)
            sock.sendto(data.upper(), addr)


main()
