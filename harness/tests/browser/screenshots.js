// The pictures of the README: `npm run screenshots` writes them beside this file.

import path from "node:path";
import { fileURLToPath } from "node:url";
import { open, start } from "./browser.js";
import { graded } from "./graded.js";

const PICTURES = fileURLToPath(new URL("./screenshots/", import.meta.url));

const { reports, remove } = await graded({ hostile: false });
const { context, close } = await start({ viewport: { width: 1000, height: 760 }, colorScheme: "light" });
try {
  const picture = (name) => ({ path: path.join(PICTURES, `${name}.png`) });
  const { page: all } = await open(context, path.join(reports, "index.html"));
  await all.screenshot(picture("class"));
  const { page } = await open(context, path.join(reports, "first-recv-only/index.html"));
  const test = page.locator("[id='tcp-echo/server/pieces']");
  await test.screenshot(picture("submission"));
} finally {
  await close();
  await remove();
}
