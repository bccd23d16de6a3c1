// How long a browser takes to open the page of a large class, to sort it and to filter it:
//   cargo run --example class -- /tmp/class && node opened.js /tmp/class/index.html

import { open, start } from "./browser.js";

const [file] = process.argv.slice(2);
const { context, close } = await start({ viewport: { width: 1400, height: 900 } });
const before = performance.now();
const { page } = await open(context, file);
// Until what is in sight has been drawn.
const drawn = () => page.evaluate(() =>
  new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
await drawn();
const timed = async (what) => {
  const start = performance.now();
  await what();
  await drawn();
  return Math.round(performance.now() - start);
};
console.log(`opened in ${Math.round(performance.now() - before)} ms`);
console.log(`sorted by points in ${await timed(() => page.click("[data-sort=sum] button"))} ms`);
console.log(`sorted by a test in ${await timed(() => page.click("[data-sort=test] button >> nth=5"))} ms`);
console.log(`filtered by name in ${await timed(() => page.fill("[name=name]", "99"))} ms`);
await page.fill("[name=name]", "");
const frames = await page.evaluate(() => new Promise((done) => {
  const grid = document.querySelector("#grid");
  const times = [];
  let last = performance.now();
  const step = (now) => {
    times.push(now - last);
    last = now;
    grid.scrollTop += 400;
    if (times.length < 60) requestAnimationFrame(step);
    else done(times.sort((a, b) => a - b));
  };
  requestAnimationFrame(step);
}));
console.log(`scrolled by 400 pixels a frame: median ${Math.round(frames[30])} ms, slowest ${Math.round(frames.at(-1))} ms`);
await close();
