// Looks at pages as mail programs, a validator and a screen reader do: node check.mjs FOLDER [--write]
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

import axe from "axe-core";
import { caniemail, rawData } from "caniemail";
import { FileSystemConfigLoader, HtmlValidate, cjsResolver } from "html-validate";
import { chromium } from "playwright-core";

const [folder, flag] = process.argv.slice(2);
const here = import.meta.dirname;
const allowed = join(here, "caniemail-allowed.json");
const pages = readdirSync(folder).filter((name) => name.endsWith(".html")).sort();
const problems = [];

// What some mail program does not support, as {feature: [programs]}. The list in the file can only
// shrink: what is not in it is a problem, and so is what it has without need.
function unsupported() {
  fillGaps();
  const found = new Map();
  for (const page of pages) {
    const html = flattened(readFileSync(join(folder, page), "utf8"));
    for (const [client, issues] of caniemail({ clients: ["*"], html }).issues.errors) {
      for (const { title } of issues) found.set(`${title} | ${client}`, page);
    }
  }
  return found;
}

// Where nobody has tried a feature, the data have no entry, at which the library stops; that is no
// sign that a program lacks it.
function fillGaps() {
  const clients = new Map();
  for (const { stats } of rawData.data) {
    for (const [family, platforms] of Object.entries(stats)) {
      for (const platform of Object.keys(platforms)) {
        if (!clients.has(family)) clients.set(family, new Set());
        clients.get(family).add(platform);
      }
    }
  }
  for (const { stats } of rawData.data) {
    for (const [family, platforms] of clients) {
      stats[family] ??= {};
      for (const platform of platforms) {
        const versions = (stats[family][platform] ??= { tried: "y" });
        const newest = Object.keys(versions).sort().at(-1);
        if (versions[newest].startsWith("u")) stats[family][platform] = { tried: "y" };
      }
    }
  }
}

// The library does not look into media queries: their rules are put beside the others.
function flattened(html) {
  return html.replace(/@media[^{]*\{((?:[^{}]*\{[^{}]*\})*)\s*\}/g, "$1");
}

function compare(found) {
  const shown = {};
  for (const key of [...found.keys()].sort()) {
    const [title, client] = key.split(" | ");
    (shown[title] ??= []).push(client);
  }
  if (flag === "--write") writeFileSync(allowed, `${JSON.stringify(shown, null, 1)}\n`);
  const listed = JSON.parse(readFileSync(allowed, "utf8"));
  const known = new Set(
    Object.entries(listed).flatMap(([title, clients]) => clients.map((c) => `${title} | ${c}`)),
  );
  for (const key of found.keys()) {
    if (!known.has(key)) problems.push(`caniemail: ${found.get(key)}: ${key}: not in the list`);
  }
  for (const key of known) {
    if (!found.has(key)) problems.push(`caniemail: ${key}: no longer needed, take it off the list`);
  }
  console.log(`caniemail: ${Object.keys(shown).length} features that some program lacks, all listed`);
}

async function validate() {
  const loader = new FileSystemConfigLoader([cjsResolver()]);
  // no-deprecated-attr is off: layout tables need width, align and valign, for Word as Outlook has it.
  const validator = new HtmlValidate(loader);
  for (const page of pages) {
    const html = readFileSync(join(folder, page), "utf8");
    const report = await validator.validateString(html, join(here, page));
    for (const { messages } of report.results) {
      for (const { line, ruleId, message } of messages) {
        problems.push(`html-validate: ${page}:${line}: ${ruleId}: ${message}`);
      }
    }
  }
  console.log(`html-validate: ${pages.length} pages`);
}

async function access() {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
      "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ],
  });
  let passed = 0;
  for (const colorScheme of ["light", "dark"]) {
    for (const page of pages) {
      const tab = await browser.newPage({ colorScheme });
      await tab.goto(pathToFileURL(resolve(folder, page)).href);
      await tab.evaluate(axe.source);
      const result = await tab.evaluate(() => {
        const rules = Object.fromEntries(
          window.axe.getRules().map(({ ruleId }) => [ruleId, { enabled: true }]),
        );
        return window.axe.run(document, { rules });
      });
      passed += result.passes.length;
      for (const { id, nodes } of result.violations) {
        problems.push(`axe: ${page} (${colorScheme}): ${id}: ${nodes.length}: ${nodes[0].html}`);
      }
      await tab.close();
    }
  }
  await browser.close();
  console.log(`axe: ${passed} rules passed on ${pages.length} pages, light and dark`);
}

console.log(`pages: ${pages.map((page) => basename(page, ".html")).join(" ")}`);
compare(unsupported());
await validate();
await access();
for (const problem of problems) console.error(problem);
process.exitCode = problems.length ? 1 : 0;
