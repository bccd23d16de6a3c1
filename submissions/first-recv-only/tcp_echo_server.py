import socket

s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.bind(("127.0.0.1", 50007))
s.listen(1)
conn, addr = s.accept()
print("Connected by", addr)
data = conn.recv(1024)
conn.send(data)
conn.close()
