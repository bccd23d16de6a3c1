// Prints what the server says until it closes.
const net = require("net");

const host = process.argv[2] || "192.168.1.1";
const port = Number(process.argv[3] || 1234);

const parts = [];
const socket = net.connect(port, host);
socket.on("data", (data) => parts.push(data));
socket.on("end", () => console.log(Buffer.concat(parts).toString()));
socket.on("error", (error) => {
  console.error("The connection broke:", error.message);
  process.exitCode = 1;
});
