// TCP echo server: every byte goes back, for as many clients as come.
const net = require("net");

const port = Number(process.argv[2] || 50007);

// allowHalfOpen: when a client has ended its direction, the rest of its echo is still to be sent.
const server = net.createServer({ allowHalfOpen: true }, (socket) => {
  console.log(`Connected by ${socket.remoteAddress}:${socket.remotePort}`);
  socket.on("error", (error) => console.error("The client broke off:", error.message));
  // pipe() waits where the client does not read, and ends when the client has ended.
  socket.pipe(socket);
});

server.on("error", (error) => {
  console.error("Cannot listen:", error.message);
  process.exitCode = 1;
});
server.listen(port, "0.0.0.0");
