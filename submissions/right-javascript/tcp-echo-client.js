// TCP echo client: sends a text and waits until all of it is back.
const net = require("net");

const host = process.argv[2] || "127.0.0.1";
const port = Number(process.argv[3] || 50007);
const message = Buffer.from("Hello, world");

let echo = Buffer.alloc(0);
let done = false;

function fail(reason) {
  if (!done) {
    console.error("No echo:", reason);
    process.exitCode = 1;
  }
}

const socket = net.connect(port, host, () => socket.write(message));
socket.on("data", (data) => {
  echo = Buffer.concat([echo, data]); // it may come in pieces
  if (!done && echo.length >= message.length) {
    done = true;
    console.log("Received:", echo.subarray(0, message.length).toString());
    socket.destroy();
  }
});
socket.on("end", () => fail(`the server ended after ${echo.length} bytes`));
socket.on("error", (error) => fail(error.message));
