"""Sends standard input, says that this was all, and prints the answer."""
import socket
import sys

HOST = "127.0.0.1"
PORT = 8765


def main():
    host = sys.argv[1] if len(sys.argv) > 1 else HOST
    port = int(sys.argv[2]) if len(sys.argv) > 2 else PORT
    answer = b""
    try:
        with socket.create_connection((host, port)) as sock:
            while True:
                block = sys.stdin.buffer.read1(65536)
                if not block:
                    break
                sock.sendall(block)
            sock.shutdown(socket.SHUT_WR)
            while True:
                data = sock.recv(1024)
                if not data:
                    break
                answer += data
    except OSError as error:
        sys.exit(f"The connection broke: {error}")
    print(answer.decode(errors="replace"), end="", flush=True)


main()
