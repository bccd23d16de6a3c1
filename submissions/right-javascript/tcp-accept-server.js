// Greets one client after another.
const net = require("net");

const port = Number(process.argv[2] || 1234);

const server = net.createServer((socket) => {
  console.log(`Incoming connection from ${socket.remoteAddress}:${socket.remotePort}`);
  socket.on("error", (error) => console.error("The client broke off:", error.message));
  socket.resume(); // what a client sends is of no interest
  socket.end("Hello!");
});
server.on("error", (error) => {
  console.error("Cannot listen:", error.message);
  process.exitCode = 1;
});
server.listen(port, "0.0.0.0");
