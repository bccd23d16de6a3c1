import socket

s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", 50000))
data, addr = s.recvfrom(1024)
print("Got", data.decode(), "from", addr)
s.sendto(b"Echo: " + data, addr)
