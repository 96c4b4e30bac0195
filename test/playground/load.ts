/**
 * What the page costs: bytes of a first load, time to the first diagnostics, from keystroke to diagnostics, memory. The
 * tests hold them to their budget, the benchmark prints them.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { ROOT } from "../runner/machine.ts";
import type { OpenPage } from "./browser.ts";
import { compiled, ran, type } from "./playground.ts";
import type { Server } from "./server.ts";

export const BUDGET = {
  firstLoad: 400 * 1024,
  firstDiagnostics: 1500,
  keystroke: 100,
  memory: 300 * 1024 * 1024,
} as const;

/** Fetched only when it is needed, and said to load: the kernel's types, and the translator to WebAssembly. */
const LAZY = /\.tls$|binaryen/;
const SIMULATOR = /\/(?:simulate|sink|run|make-machine|machine|open-object|check)-/;

export type FirstLoad = {
  /** gzip, until the script is compiled and Output shown: simulator and verifier come after, and say that they work. */
  readonly beforeSimulator: number;
  /** Brotli, simulator and verifier too. */
  readonly whole: number;
  readonly files: number;
};

/** Bytes over the wire of what a first visit fetches. */
export function firstLoad(server: Server): FirstLoad {
  // page and workers share files: a browser's cache gives the second its copy
  const sizes = new Map(server.asked.map((served) => [served.path, served]));
  const counted = [...sizes.values()].filter(({ path, status }) => status === 200 && !LAZY.test(path));
  const before = counted.filter(({ path }) => !SIMULATOR.test(path));
  return {
    beforeSimulator: before.reduce((sum, { compressed }) => sum + compressed, 0),
    whole: counted.reduce((sum, { brotli }) => sum + brotli, 0),
    files: counted.length,
  };
}

/** Milliseconds from navigation to the compiler's first word on the script. */
export async function firstDiagnostics(open: OpenPage, url: string): Promise<number> {
  await open.page.addInitScript(() => {
    const watch = new MutationObserver(() => {
      const [status, verdict] = [document.querySelector("#status"), document.querySelector("#verdict")];
      if (status?.getAttribute("aria-busy") !== "false" || !/^(compiled|\d+ error)/.test(verdict?.textContent ?? ""))
        return;
      watch.disconnect();
      performance.mark("first-diagnostics");
    });
    watch.observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
  });
  await open.page.goto(url);
  await compiled(open.page);
  return open.page.evaluate(() => performance.getEntriesByName("first-diagnostics")[0]?.startTime ?? Number.NaN);
}

/** The longest script among our programs and, where they are installed, bpftrace's own tools. */
export function longestTool(): string {
  const folders = [join(ROOT, "test/programs"), join(ROOT, "playground/examples"), "/usr/sbin"];
  const texts = folders.filter(existsSync).flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith(".bt"))
      .map((name) => readFileSync(join(folder, name), "utf8")),
  );
  return texts.reduce((longest, text) => (text.length > longest.length ? text : longest), "");
}

/** Milliseconds from a keystroke in a script to the diagnostics of the text with it, `count` times. */
export async function keystrokes(page: Page, script: string, count: number): Promise<readonly number[]> {
  await type(page, script);
  await ran(page).catch(() => undefined);
  await page.locator(".cm-content").click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type("// ");
  await compiled(page);
  await page.evaluate(() => {
    const times: number[] = [];
    let start = 0;
    document.addEventListener("keydown", () => (start = performance.now()), true);
    const status = document.querySelector("#status");
    const watch = new MutationObserver(() => {
      if (start === 0 || status?.getAttribute("aria-busy") !== "false") return;
      times.push(performance.now() - start);
      start = 0;
    });
    if (status !== null) watch.observe(status, { attributes: true, attributeFilter: ["aria-busy"] });
    Object.assign(window, { keystrokeTimes: times });
  });
  for (let at = 0; at < count; at++) {
    await page.keyboard.type("abcdefghij"[at % 10] ?? "x");
    await page.waitForFunction(
      (done) => (window as unknown as { keystrokeTimes: number[] }).keystrokeTimes.length > done,
      at,
    );
  }
  return page.evaluate(() => (window as unknown as { keystrokeTimes: number[] }).keystrokeTimes);
}

/** Bytes of memory that the tab's process has to itself (what Chromium's task manager shows), workers included. */
export async function memory(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  const sizes = processInfo.filter(({ type: kind }) => kind === "renderer").map(({ id }) => privateBytes(id));
  return Math.max(...sizes);
}

function privateBytes(pid: number): number {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  const of = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(text)?.[1] ?? 0) * 1024;
  return of("Private_Dirty") + of("Swap");
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Milliseconds that `work` below takes on the machine that the budget is for (two cores), when nothing else runs there. */
const QUIET_MS = 10;

/**
 * How many times longer than there the page takes for the same work, here and now: 1 at the least. The median of as many
 * samples as fit into a second, as what is timed meets the same neighbours.
 */
export async function slowness(page: Page): Promise<number> {
  const samples = await page.evaluate(() => {
    const work = (): number => {
      let state = 1;
      const counts = new Map<number, string>();
      for (let i = 0; i < 100_000; i++) {
        state = (Math.imul(state, 1_103_515_245) + 12_345) | 0;
        const key = state & 0xfff;
        counts.set(key, `${(counts.get(key) ?? "").slice(-8)}${i}`);
      }
      return counts.size;
    };
    const times: number[] = [];
    const end = performance.now() + 1000;
    while (performance.now() < end) {
      const start = performance.now();
      work();
      times.push(performance.now() - start);
    }
    return times;
  });
  return Math.max(1, median(samples) / QUIET_MS);
}
