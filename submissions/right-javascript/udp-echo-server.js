// UDP echo server: answers every datagram with "Echo: " and its text.
const dgram = require("dgram");

const port = Number(process.argv[2] || 50000);
const prefix = Buffer.from("Echo: ");

const socket = dgram.createSocket("udp4");
socket.on("message", (message, client) => {
  // The text stays bytes: it need not be valid UTF-8.
  const answer = Buffer.concat([prefix, message]);
  socket.send(answer, client.port, client.address, (error) => {
    if (error) {
      console.error(`Cannot answer ${client.address}:${client.port}:`, error.message);
    }
  });
});
socket.on("error", (error) => {
  console.error("Socket error:", error.message);
  process.exitCode = 1;
  socket.close();
});
socket.bind(port, "127.0.0.1");
