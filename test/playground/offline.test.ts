/** After it has loaded the page asks nobody for anything; and with the service worker it opens again without a network. */
import { describe, expect, test } from "vitest";
import { choosePanel, compiled, outputText, ran, type } from "./playground.ts";
import { canDrive, usePlayground } from "./use-playground.ts";

const playground = usePlayground();

describe.skipIf(!canDrive)("network", () => {
  test("nothing is asked of any other host, ever; and of its own host only files", { timeout: 120_000 }, async () => {
    const { page, context, requests, complaints } = await playground.open();
    await compiled(page);
    await ran(page);
    for (const title of ["Assembly", "Verifier", "Object", "Probes", "Stages"]) await choosePanel(page, title);
    await page.locator("#panel-stages .p-listing", { hasText: "(probe" }).waitFor();
    const own = playground.server().url;
    expect(requests.filter((url) => !url.startsWith(own))).toEqual([]);
    // all panels and both workers are there now: from here on nothing is asked
    await choosePanel(page, "Verifier");
    await page
      .locator("#panel-verifier")
      .getByText(/^accepted by 2 of 2/)
      .waitFor();
    const before = requests.length;
    await choosePanel(page, "Output");
    await type(page, "kprobe:vfs_read { @[comm] = hist(arg2); }");
    await ran(page);
    for (const title of ["Assembly", "Verifier", "Object", "Probes", "Stages", "Output"])
      await choosePanel(page, title);
    await page.getByRole("button", { name: "Share", exact: true }).click();
    await page.waitForTimeout(500);
    // the tab's icon is fetched by the browser when it finds time
    expect(requests.slice(before).filter((url) => !url.endsWith(".svg"))).toEqual([]);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test("a second visit works without a network", { timeout: 120_000 }, async () => {
    const { page, context } = await playground.open({ serviceWorkers: "allow" });
    await compiled(page);
    await ran(page);
    await page.evaluate(async () => {
      await navigator.serviceWorker.ready;
    });
    await page.waitForFunction(
      () => navigator.serviceWorker.controller !== null || navigator.serviceWorker.ready.then(() => true),
    );
    await page.waitForFunction(async () => {
      const names = await caches.keys();
      const counts = await Promise.all(names.map(async (name) => (await (await caches.open(name)).keys()).length));
      return counts.reduce((sum, each) => sum + each, 0) > 10;
    });
    await context.setOffline(true);
    await page.reload();
    expect(await compiled(page)).toMatch(/^compiled/);
    await type(page, "kprobe:vfs_write { @offline = hist(arg2); }");
    await page.waitForFunction(() => document.querySelector("#panel-output figcaption")?.textContent === "@offline");
    await ran(page);
    expect(await outputText(page)).toContain("@offline:");
    for (const title of ["Assembly", "Verifier", "Object", "Probes", "Stages"]) {
      await choosePanel(page, title);
      await page.waitForFunction(() => document.querySelector(".panel:not([hidden]) .panel-wait") === null);
    }
    await context.close();
  });
});
