"""UDP echo client: sends one datagram and waits at most 2 seconds for the answer."""
import socket
import sys
import time

HOST = "127.0.0.1"
PORT = 50000
MESSAGE = b"Hello, UDP World!"
PATIENCE = 2.0


def wait_for_answer(sock, server):
    """The first datagram that comes from the server; others may send to us as well."""
    deadline = time.monotonic() + PATIENCE
    while True:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError(f"no answer within {PATIENCE:g} seconds")
        sock.settimeout(left)
        data, addr = sock.recvfrom(65535)
        if addr == server:
            return data


def main():
    host = sys.argv[1] if len(sys.argv) > 1 else HOST
    port = int(sys.argv[2]) if len(sys.argv) > 2 else PORT
    try:
        server = (socket.gethostbyname(host), port)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.sendto(MESSAGE, server)
            answer = wait_for_answer(sock, server)
    except OSError as error:
        print("No answer:", error)
        sys.exit(1)
    print(answer.decode(errors="replace"))


main()
