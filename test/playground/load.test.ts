/**
 * The page's budget. Bytes and memory are held exactly; times by their median, and with as much more room as this machine
 * is slower at the moment than the one that the budget is for.
 */
import { describe, expect, test } from "vitest";
import { launch, openPage } from "./browser.ts";
import { BUDGET, firstDiagnostics, firstLoad, keystrokes, longestTool, median, memory, slowness } from "./load.ts";
import { choosePanel, compiled, ran, type } from "./playground.ts";
import { canDrive, usePlayground } from "./use-playground.ts";

const playground = usePlayground();

describe.skipIf(!canDrive)("budget", () => {
  test("a first load is at most 400 KB compressed, without kernel and translator, which come when they are needed", async () => {
    const server = playground.server();
    server.forget();
    const { page, context } = await playground.open();
    await compiled(page);
    await ran(page);
    const { beforeSimulator, whole, files } = firstLoad(server);
    expect(files).toBeGreaterThan(10);
    expect(beforeSimulator).toBeLessThanOrEqual(BUDGET.firstLoad);
    expect(whole).toBeLessThanOrEqual(BUDGET.firstLoad * 1.25);
    await context.close();
  });

  test("first diagnostics and keystrokes come in time", { timeout: 180_000 }, async () => {
    const firsts: number[] = [];
    for (let round = 0; round < 3; round++) {
      const open = await openPage(playground.browser());
      const time = await firstDiagnostics(open, playground.server().url);
      await ran(open.page);
      firsts.push(time / (await slowness(open.page)));
      await open.context.close();
    }
    expect(median(firsts)).toBeLessThanOrEqual(BUDGET.firstDiagnostics);
    const { page, context } = await playground.open();
    await compiled(page);
    const before = await slowness(page);
    const times = await keystrokes(page, longestTool(), 25);
    const slower = (before + (await slowness(page))) / 2;
    expect(median(times)).toBeLessThanOrEqual(BUDGET.keystroke * slower);
    await context.close();
  });

  test("the tab takes at most 300 MB after every panel was used", { timeout: 180_000 }, async () => {
    const browser = await launch();
    try {
      const { page } = await openPage(browser);
      await page.goto(playground.server().url);
      await compiled(page);
      await ran(page);
      await type(page, "kprobe:tcp_sendmsg { @[kstack, comm] = hist(arg2); }");
      await ran(page);
      for (const title of ["Assembly", "Verifier", "Object", "Probes", "Stages", "Output"]) {
        await choosePanel(page, title);
        await page.waitForTimeout(500);
      }
      expect(await memory(browser)).toBeLessThanOrEqual(BUDGET.memory);
    } finally {
      await browser.close();
    }
  });
});
