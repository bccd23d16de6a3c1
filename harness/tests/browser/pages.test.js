// The pages of a graded class in a real browser.

import assert from "node:assert/strict";
import { readdir, readFile, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { open, start } from "./browser.js";
import { graded } from "./graded.js";

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let reports, remove, browsers, pages;

before(async () => {
  ({ reports, remove } = await graded());
  browsers = {
    light: await start({ colorScheme: "light" }),
    dark: await start({ colorScheme: "dark" }),
    phone: await start({ viewport: { width: 360, height: 740 } }),
    plain: await start({ javaScriptEnabled: false }),
  };
  const folders = (await readdir(reports, { withFileTypes: true }))
    .filter((one) => one.isDirectory() && !one.name.startsWith("."));
  pages = ["index.html", ...folders.map((one) => path.join(one.name, "index.html"))];
});

after(async () => {
  for (const browser of Object.values(browsers ?? {})) await browser.close();
  await remove?.();
});

const at = (file, browser = "light") => open(browsers[browser].context, path.join(reports, file));
const hostile = () => pages.find((file) => file.startsWith("zoe"));
const rowNames = (page) => page.locator(".grid tbody th").allTextContents();
const points = (page) => page.locator(".grid tbody .sum").allTextContents();

describe("every page", () => {
  it("asks for nothing outside its folder, and has no error", async () => {
    const folder = pathToFileURL(reports).href;
    for (const file of pages) {
      const { page, errors, requests } = await at(file);
      await page.locator("details").evaluateAll((all) => all.forEach((one) => { one.open = true; }));
      for (const rung of (await page.locator(".ladder [tabindex]:visible").all()).slice(0, 3)) {
        await rung.focus();
      }
      assert.deepEqual(errors, [], file);
      assert.ok(requests.every((url) => url.startsWith(folder)), `${file}: ${requests}`);
      await page.close();
    }
  });

  it("is accessible, in the light and in the dark", async () => {
    const some = ["index.html", "first-recv-only/index.html", "one-client-no-timeout/index.html", hostile()];
    for (const browser of ["light", "dark"]) {
      for (const file of some) {
        const { page } = await at(file, browser);
        await page.locator("details").evaluateAll((all) => all.forEach((one) => { one.open = true; }));
        await page.evaluate(AXE);
        const { violations } = await page.evaluate(() => axe.run());
        const told = violations.map((one) => `${one.id}: ${one.help}\n  ${one.nodes[0].html.slice(0, 300)}`);
        assert.deepEqual(told, [], `${file}, ${browser}`);
        await page.close();
      }
    }
  });

  it("is no wider than a phone", async () => {
    for (const file of pages) {
      const { page } = await at(file, "phone");
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(over <= 0, `${file}: ${over} pixels too wide`);
      await page.close();
    }
  });

  it("is whole without scripts", async () => {
    const { page } = await at("index.html", "plain");
    assert.equal((await rowNames(page)).length, pages.length - 1);
    assert.equal(await page.locator("#filter").isVisible(), false);
    await page.goto(pathToFileURL(path.join(reports, "first-recv-only/index.html")).href);
    assert.ok(await page.getByText("One recv() hands you").first().isVisible());
    assert.ok(await page.locator(".ladder").first().isVisible());
    await page.close();
  });

  it("is small", async () => {
    for (const file of pages) {
      const { size } = await stat(path.join(reports, file));
      assert.ok(size < 200_000, `${file}: ${size} bytes`);
    }
  });
});

describe("the page of the class", () => {
  it("sorts by name, points and test", async () => {
    const { page } = await at("index.html");
    const names = await rowNames(page);
    await page.getByRole("button", { name: "points" }).click();
    const earned = (await points(page)).map((text) => Number(text.split("/")[0]));
    assert.deepEqual(earned, [...earned].sort((a, b) => b - a));
    assert.equal(await page.locator("th.sum[aria-sort]").getAttribute("aria-sort"), "ascending");
    await page.getByRole("button", { name: "points" }).press("Enter");
    assert.deepEqual((await points(page)).map((text) => Number(text.split("/")[0])), earned.toReversed());
    await page.getByRole("button", { name: "submission" }).click();
    assert.deepEqual(await rowNames(page), names);
    await page.getByRole("button", { name: "pieces" }).first().click();
    const column = await page.locator("[data-sort]").evaluateAll((all) =>
      all.findIndex((one) => one.hasAttribute("aria-sort")));
    const verdicts = await page.locator(`.grid tbody tr > :nth-child(${column + 1})`).allTextContents();
    const rank = verdicts.map((sign) => "✓◐✗–?".indexOf(sign));
    assert.deepEqual(rank, [...rank].sort((a, b) => a - b));
    assert.ok(verdicts.includes("✓") && verdicts.includes("✗"), `${verdicts}`);
    await page.close();
  });

  it("filters by name, by points and by test", async () => {
    const { page } = await at("index.html");
    const all = pages.length - 1;
    await page.getByRole("searchbox", { name: "Name" }).fill("RIGHT");
    assert.deepEqual(await rowNames(page), ["right-c", "right-python"]);
    assert.equal(await page.getByRole("status").innerText(), `2 of ${all} submissions`);
    await page.getByRole("button", { name: "Show all" }).click();
    await page.getByText(`${all} of ${all} submissions`).waitFor();
    await page.getByRole("combobox", { name: "Show" }).selectOption("lost");
    const lost = (await points(page)).map((text) => text.split("/").map(Number));
    assert.ok(lost.length > 0 && lost.every(([earned, possible]) => earned < possible));
    await page.getByRole("button", { name: "Show all" }).click();
    await page.getByRole("combobox", { name: "Did not pass" }).selectOption({ label: "udp-echo/client/lost-answer" });
    assert.deepEqual(await rowNames(page), ["first-recv-only", "one-client-no-timeout"]);
    await page.close();
  });

  it("is a table of rows and headers for those who hear it", async () => {
    const { page } = await at("index.html");
    const tree = await page.locator(".grid").ariaSnapshot();
    assert.match(tree, /- table/);
    assert.match(tree, /columnheader "pieces"/);
    assert.match(tree, /rowheader "bo"/);
    assert.match(tree, /cell "✓"/);
    await page.close();
  });

  it("leads from a verdict to the test on the page of its submission", async () => {
    const { page } = await at("index.html");
    const row = page.locator(".grid tbody tr", { hasText: "first-recv-only" });
    await row.locator("td", { hasText: "✗" }).first().click();
    await page.waitForURL(/first-recv-only\/index\.html#tcp-echo/);
    assert.ok(await page.locator("article:target").isVisible());
    await page.close();
  });

  it("tells what the class has in common, and each share", async () => {
    const { page } = await at("index.html");
    const common = await page.locator("section:has(> #common)").innerText();
    assert.match(common, /sockgrade explain [A-Z][0-9]/);
    const shares = await page.locator("section:has(> #shares) tbody tr").allInnerTexts();
    assert.ok(shares.some((text) => /tcp-echo\/server\/pieces[\s\S]*\d+ %/.test(text)), `${shares}`);
    await page.close();
  });
});

describe("the page of a submission", () => {
  it("draws the lost datagram on the ladder", async () => {
    const { page } = await at("one-client-no-timeout/index.html");
    const test = page.locator("[id='udp-echo/client/lost-answer']");
    const lost = test.locator(".ladder g.fault", { hasText: "lost, on purpose" });
    assert.equal(await lost.count(), 1);
    assert.ok(await lost.locator("path").isVisible());
    assert.equal(await test.locator(".ladder g.first").count(), 1);
    await page.close();
  });

  it("shows the bytes of an arrow to a pointer and to the keyboard", async () => {
    const { page } = await at("one-client-no-timeout/index.html");
    const lost = page.locator("[id='udp-echo/client/lost-answer'] g.fault");
    for (const go of [() => lost.focus(), () => lost.locator("path").hover()]) {
      await page.keyboard.press("Escape");
      assert.equal(await page.locator(".full").count(), 0);
      await go();
      const shown = await page.locator(".full").textContent();
      assert.match(shown, /Echo: Hello, UDP World!/);
      assert.match(shown, /45 63 68 6f 3a 20/);
    }
    await page.close();
  });

  it("says of hidden tests that they exist, and no more", async () => {
    for (const file of ["dara/index.html", "right-python/index.html"]) {
      const { page } = await at(file);
      const content = await page.content();
      assert.doesNotMatch(content, /hidden-loss|comes twice, and the next/, file);
      assert.match(await page.locator("header.page").innerText(), /is hidden, and worth 1 point/, file);
      await page.close();
    }
  });

  it("has each ladder as a file that is well-formed", async () => {
    const { page } = await at("first-recv-only/index.html");
    const links = await page.getByRole("link", { name: "The drawing by itself", includeHidden: true })
      .evaluateAll((all) => all.map((one) => one.href));
    assert.ok(links.length > 10);
    for (const link of links.slice(0, 5)) {
      await page.goto(link);
      assert.equal(await page.evaluate(() => document.documentElement.localName), "svg");
      await page.locator("[tabindex]").first().focus();
      assert.equal(await page.locator(".full").count(), 1);
    }
    await page.close();
  });
});

describe("a hostile submission", () => {
  it("is text, and nothing but text", async () => {
    for (const file of ["index.html", hostile()]) {
      const { page, errors } = await at(file);
      await page.locator("details").evaluateAll((all) => all.forEach((one) => { one.open = true; }));
      assert.deepEqual(errors, []);
      assert.equal(await page.locator("script").count(), 1);
      assert.equal(await page.locator("img").count(), 0);
      const text = await page.locator("body").innerText();
      assert.ok(text.includes("<script>alert('name')"), file);
      assert.doesNotMatch(text, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2028\ufffe\uffff]/, file);
      await page.close();
    }
  });

  it("shows what it printed, with the middle left out", async () => {
    const { page } = await at(hostile());
    await page.locator("details").evaluateAll((all) => all.forEach((one) => { one.open = true; }));
    const text = await page.locator("body").innerText();
    for (const part of ["</script></title></svg><script>alert('output')", "␛[2J", "\\u{202e}", "\\u{fffe}", "\\u{2028}&lt;"]) {
      assert.ok(text.includes(part), part);
    }
    assert.match(text, /\d{5,} bytes left out/);
    await page.close();
  });
});
