import socket

s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.sendto(b"Hello, UDP World!", ("127.0.0.1", 50000))
data, addr = s.recvfrom(1024)
print(data.decode())
