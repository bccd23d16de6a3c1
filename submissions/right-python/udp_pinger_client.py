"""Sends ten pings and measures how long each answer takes."""
import socket
import sys
import time

HOST = "127.0.0.1"
PORT = 12000
COUNT = 10
PATIENCE = 1.0


def ping(sock, server, text):
    """The round-trip time and the answer to this ping; answers to earlier ones are passed over."""
    start = time.monotonic()
    sock.sendto(text, server)
    while True:
        left = start + PATIENCE - time.monotonic()
        if left <= 0:
            raise TimeoutError
        sock.settimeout(left)
        answer, addr = sock.recvfrom(65535)
        if addr == server and answer == text.upper():
            return time.monotonic() - start, answer


def main():
    host = sys.argv[1] if len(sys.argv) > 1 else HOST
    port = int(sys.argv[2]) if len(sys.argv) > 2 else PORT
    server = (socket.gethostbyname(host), port)
    lost = 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        for number in range(1, COUNT + 1):
            text = f"Ping {number} {time.time():.6f}".encode()
            try:
                seconds, answer = ping(sock, server, text)
                print(f"{answer.decode()} from {host}: {seconds * 1000:.3f} ms")
            except TimeoutError:
                lost += 1
                print("Request timed out")
    print(f"{COUNT} sent, {COUNT - lost} received, {100 * lost / COUNT:.0f}% loss")


main()
