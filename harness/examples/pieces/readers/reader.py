import socket
import time

PAUSE = 0
with socket.create_server(("127.0.0.1", 7777)) as listener:
    connection, _ = listener.accept()
reads = 0
while connection.recv(65536):
    reads += 1
    if PAUSE:
        time.sleep(PAUSE / 1e6)
connection.close()
print(reads)
