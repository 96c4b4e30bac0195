/** axe on the whole page, each panel shown: nothing serious or critical, in light and dark, wide and narrow; with pictures. */
import { describe, expect, test } from "vitest";
import { screenshot } from "./browser.ts";
import { choosePanel, compiled, ran, type, violations } from "./playground.ts";
import { canDrive, usePlayground } from "./use-playground.ts";

const playground = usePlayground();
const PANELS = ["Output", "Assembly", "Verifier", "Object", "Probes", "Stages"] as const;

const looks = (["light", "dark"] as const).flatMap((scheme) =>
  (["wide", "narrow"] as const).map((size) => ({ scheme, size })),
);

describe.skipIf(!canDrive)("accessibility", () => {
  test.each(looks)("$scheme, $size", { timeout: 180_000 }, async (look) => {
    const { page, context, complaints } = await playground.open(look);
    await compiled(page);
    await type(
      page,
      "kprobe:tcp_sendmsg\n{\n  @size = hist(arg2);\n  @[kstack] = count();\n  @by[comm] = sum(arg2);\n}\n",
    );
    await ran(page);
    for (const title of PANELS) {
      await choosePanel(page, title);
      if (title === "Probes") {
        await page.locator("#probes-query").fill("tcp_sendm*");
        await page.getByRole("button", { name: /^tcp_sendmsg function/ }).click();
        await page.getByRole("button", { name: "Add this program" }).waitFor();
      }
      if (title === "Verifier") await page.locator(".p-walk .p-row").first().waitFor();
      if (title === "Object") await page.getByText("Run it on a host").click();
      if (title === "Stages") await page.locator("#panel-stages .p-listing", { hasText: "(probe" }).waitFor();
      await screenshot(page, `page-${title.toLowerCase()}-${look.scheme}-${look.size}`);
      const aside = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(aside, `${title}: nothing stands out to the side`).toBe(0);
      expect(await violations(page), title).toEqual([]);
    }
    await choosePanel(page, "Output");
    await page.getByText(/^Events:/).click();
    await screenshot(page, `page-events-${look.scheme}-${look.size}`);
    await type(page, "kprobe:tcp_sendmsg { @size = hist(arg9); @x = $y; }");
    await page.locator(".problem").first().waitFor();
    expect(await violations(page), "with problems").toEqual([]);
    await page.getByRole("button", { name: "Examples" }).click();
    await screenshot(page, `page-examples-${look.scheme}-${look.size}`);
    expect(await violations(page), "examples").toEqual([]);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test("everything is reached by keyboard: the ring of focus goes through bar, editor, tabs and panel", async () => {
    const { page, context } = await playground.open();
    await compiled(page);
    await ran(page);
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    const seen = new Set<string>();
    for (let step = 0; step < 40; step++) {
      await page.keyboard.press("Tab");
      seen.add(
        await page.evaluate(() => document.activeElement?.id || document.activeElement?.textContent?.trim() || ""),
      );
      // the editor takes Tab for indentation until Escape
      if (await page.evaluate(() => document.activeElement?.id === "editor")) await page.keyboard.press("Escape");
    }
    for (const id of [
      "open-examples",
      "kernel",
      "share",
      "theme",
      "script-name",
      "editor",
      "splitter",
      "tab-output",
      "Run again",
    ]) {
      expect([...seen]).toContain(id);
    }
    await context.close();
  });
});
