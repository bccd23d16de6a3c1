// UDP echo client: sends one datagram and waits at most 2 seconds for the answer.
const dgram = require("dgram");

const host = process.argv[2] || "127.0.0.1";
const port = Number(process.argv[3] || 50000);
const patience = 2000;

const socket = dgram.createSocket("udp4");
let finished = false;

function finish(text, code) {
  if (finished) {
    return;
  }
  finished = true;
  clearTimeout(timer);
  console.log(text);
  process.exitCode = code;
  socket.close();
}

const timer = setTimeout(() => finish("No answer within 2 seconds", 1), patience);
socket.on("message", (answer) => finish(answer.toString(), 0));
socket.on("error", (error) => finish(`No answer: ${error.message}`, 1));
// Once it is connected, only the server's datagrams are received.
socket.connect(port, host, (error) => {
  if (error) {
    finish(`No answer: ${error.message}`, 1);
  } else {
    socket.send("Hello, UDP World!");
  }
});
