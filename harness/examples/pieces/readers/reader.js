const net = require("net");

const PAUSE = 0;
const clock = new Int32Array(new SharedArrayBuffer(4));
const server = net.createServer((connection) => {
  let reads = 0;
  connection.on("data", () => {
    reads += 1;
    if (PAUSE > 0) Atomics.wait(clock, 0, 0, PAUSE / 1000);
  });
  connection.on("end", () => {
    console.log(reads);
    server.close();
  });
});
server.listen(7777, "127.0.0.1");
