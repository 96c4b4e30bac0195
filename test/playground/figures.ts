/**
 * The page's figures, measured in Chromium and written to stdout as JSON: for `make bench`. Each visit is a fresh profile,
 * so that nothing is cached.
 */
import { readFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import type { Figures } from "../bench/playground.ts";
import { BUILT, launch, openPage, whyNoPlayground } from "./browser.ts";
import { filesOf, type Server, serve } from "./server.ts";

const VISITS = 5;
const KEYS = 80;
/** The longest of Debian's bpftrace tools, where it is installed; else the longest example. */
const LONGEST = ["/usr/sbin/tcplife.bt", "playground/examples/off-cpu.bt"];

const why = whyNoPlayground();
if (why === undefined) process.stdout.write(`${JSON.stringify(await measure())}\n`);
else process.stderr.write(`${why}\n`);

async function measure(): Promise<Figures> {
  const server = await serve(filesOf(BUILT));
  const browser = await launch();
  try {
    const visits: { readonly diagnostics: number; readonly run: number }[] = [];
    for (let i = 0; i < VISITS; i++) {
      const { page, context } = await openPage(browser);
      server.forget();
      visits.push(await visit(page, server));
      if (i < VISITS - 1) await context.close();
      else return { ...(await last(page, browser, server)), ...split(visits) };
    }
    throw new Error("no visit");
  } finally {
    await browser.close();
    await server.close();
  }
}

function split(visits: readonly { readonly diagnostics: number; readonly run: number }[]) {
  return { diagnostics: visits.map((each) => each.diagnostics), run: visits.map((each) => each.run) };
}

async function visit(page: Page, server: Server) {
  await page.addInitScript(() => {
    const seen = window as unknown as { diagnosed?: number; ran?: number };
    const look = (): void => {
      if (document.querySelector("#verdict[data-revision]") !== null) seen.diagnosed ??= performance.now();
      if (/ ran in /.test(document.querySelector("#panel-output .p-status")?.textContent ?? "")) {
        seen.ran ??= performance.now();
      }
    };
    new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true });
  });
  await page.goto(server.url);
  await page.waitForFunction(() => "ran" in window, undefined, { timeout: 120_000 });
  return page.evaluate(() => {
    const seen = window as unknown as { diagnosed: number; ran: number };
    return { diagnostics: seen.diagnosed, run: seen.ran };
  });
}

async function last(page: Page, browser: Browser, server: Server) {
  const code = new Map(server.asked.map(({ path, compressed }) => [path, compressed]));
  const sum = (take: (path: string) => boolean): number =>
    [...code].reduce((total, [path, bytes]) => total + (take(path) ? bytes : 0), 0);
  const isLazy = (path: string): boolean => /\.tls$|binaryen/.test(path);
  const isSimulator = (path: string): boolean =>
    /\/(?:simulate|sink|run|make-machine|machine|open-object|check)-/.test(path);
  const load = sum((path) => !isLazy(path) && !isSimulator(path));
  const loadWithSimulator = sum((path) => !isLazy(path));
  const keys = await typing(page);
  return { load, loadWithSimulator, keys, memory: await memoryOf(page, browser) };
}

/** A letter is put into a comment at the script's end and taken away again, at the pace of quick typing. */
async function typing(page: Page): Promise<readonly number[]> {
  await page.locator(".cm-content").click();
  await page.keyboard.press("Control+A");
  await page.keyboard.insertText(`${longest()}\n// `);
  await page.waitForTimeout(4000);
  await page.evaluate(() => {
    const found = window as unknown as { keys: number[] };
    found.keys = [];
    let pressed: number | undefined;
    document.querySelector("#editor")?.addEventListener(
      "keydown",
      () => {
        pressed = performance.now();
      },
      true,
    );
    const verdict = document.querySelector("#verdict");
    if (verdict === null) return;
    new MutationObserver(() => {
      if (pressed !== undefined) found.keys.push(performance.now() - pressed);
      pressed = undefined;
    }).observe(verdict, { attributeFilter: ["data-revision"] });
  });
  for (let i = 0; i < KEYS; i++) {
    await page.keyboard.press(i % 2 === 0 ? "x" : "Backspace");
    await page.waitForTimeout(150);
  }
  await page.waitForTimeout(1000);
  const all = await page.evaluate(() => (window as unknown as { keys: readonly number[] }).keys);
  if (all.length < KEYS / 2) throw new Error(`only ${all.length} of ${KEYS} keys were answered`);
  return all;
}

function longest(): string {
  for (const path of LONGEST) {
    try {
      return readFileSync(path, "utf8");
    } catch {
      // not installed here
    }
  }
  throw new Error("there is no script to type in");
}

/** Proportional set size of the process that holds page and workers, once it had time to collect its garbage. */
async function memoryOf(page: Page, browser: Browser): Promise<number> {
  await page.waitForTimeout(12_000);
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  const sizes = processInfo
    .filter(({ type }) => type === "renderer")
    .map(({ id }) => {
      const rollup = readFileSync(`/proc/${id}/smaps_rollup`, "utf8");
      return Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0) * 1024;
    });
  return Math.max(...sizes);
}
