/** A visit to the built page: what is there at once, typing, errors and their fixes, tabs, linked highlighting. */
import { describe, expect, test } from "vitest";
import { screenshot } from "./browser.ts";
import { chooseKernel, choosePanel, compiled, outputText, ran, scriptText, type } from "./playground.ts";
import { canDrive, usePlayground } from "./use-playground.ts";

const playground = usePlayground();

/** One script per class of mistake, and the code that its diagnostic has. */
const MISTAKES: readonly (readonly [title: string, script: string, code: string])[] = [
  ["a syntax error", "kprobe:vfs_read { @x = ; }", "unexpected-token"],
  ["an unclosed string", 'begin { print("abc); }', "unterminated-string"],
  ["an unknown kind of probe", "nonsense:x { exit(); }", "invalid-provider"],
  ["an unknown kernel function", "kprobe:vfs_raed { @ = count(); }", "function-missing"],
  ["an unknown tracepoint", "tracepoint:sched:sched_swich { @ = count(); }", "no-match"],
  ["an unknown function of the language", "begin { pirntf(1); }", "unknown-function"],
  ["a variable that is never set", "begin { print($x); }", "undefined-variable"],
  ["a map that is never set", "begin { print(@nothing); }", "undefined-map"],
  ["an unknown field of a struct", "fentry:vfs_read { print(args.file->f_nothing); }", "unknown-field"],
  ["values of two types in a map", 'begin { @x = 1; @x = "text"; }', "map-type-mismatch"],
  ["keys of two types in a map", "begin { @x[1] = 1; @x[1,2] = 2; }", "map-key-mismatch"],
  ["a loop that is too long to unroll", "begin { unroll(1000) { @ = count(); } }", "unroll-max"],
  ["a call that needs --unsafe", 'begin { system("ls"); }', "unsafe-function"],
  ["an unknown setting", "config = { no_such_thing = 1 } begin { exit(); }", "config-unknown"],
  ["an import, of which there are none here", 'import "lib.bt"; begin { exit(); }', "unsupported-import"],
];

describe.skipIf(!canDrive)("a visit", () => {
  test("the first visit shows a script that runs, with a histogram", async () => {
    const { page, complaints, context } = await playground.open();
    expect(await compiled(page)).toMatch(/^compiled/);
    await page.locator("#panel-output .p-chart").first().waitFor();
    expect(await ran(page)).toMatch(/ran in/);
    await screenshot(page, "first-visit");
    expect(await outputText(page)).toMatch(/@\w*:\n(.*\|@+ *\|\n?)/);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test("a script that is typed compiles, runs, and shows its histogram", async () => {
    const { page, complaints, context } = await playground.open();
    await compiled(page);
    await ran(page);
    expect(await type(page, "kprobe:vfs_read { @bytes = hist(arg2); }")).toMatch(/^compiled/);
    await page.waitForFunction(() => document.querySelector("#panel-output figcaption")?.textContent === "@bytes");
    await ran(page);
    expect(await outputText(page)).toMatch(/@bytes:\n\[/);
    expect(await scriptText(page)).toBe("kprobe:vfs_read { @bytes = hist(arg2); }");
    expect(complaints).toEqual([]);
    await context.close();
  });

  test("each class of mistake is named under the script, marked in it, and leads to its place", async () => {
    const { page, complaints, context } = await playground.open();
    await compiled(page);
    for (const [title, script, code] of MISTAKES) {
      expect(await type(page, script), title).toMatch(/^\d+ errors?$/);
      const codes = await page
        .locator(".problem")
        .evaluateAll((all) => all.map((each) => each.getAttribute("data-code")));
      expect(codes, title).toContain(code);
      await page.locator(".cm-lintRange-error, .cm-lintPoint-error").first().waitFor({ state: "attached" });
    }
    expect(await page.locator("#panel-output .p-status").first().textContent()).toMatch(
      /^not run: 1 error, the first in line 1/,
    );
    await screenshot(page, "mistake");
    await page.locator(".problem-go").first().click();
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("editor");
    expect(complaints).toEqual([]);
    await context.close();
  });

  test("a quick fix puts a name right and the script compiles", async () => {
    const { page, context } = await playground.open();
    await compiled(page);
    expect(await type(page, "kprobe:vfs_raed { @ = count(); }")).toBe("1 error");
    await page.locator(".problem-fixes button").first().click();
    await page.waitForFunction(() => document.querySelector("#verdict")?.textContent === "compiled");
    expect(await scriptText(page)).toBe("kprobe:vfs_read { @ = count(); }");
    await context.close();
  });

  test("completion offers the kernel's names, and hovering tells what a name is", async () => {
    const { page, complaints, context } = await playground.open();
    await compiled(page);
    await type(page, "");
    await page.keyboard.type("kprobe:tcp_sendm");
    await page.locator(".cm-tooltip-autocomplete").getByText("tcp_sendmsg", { exact: false }).first().waitFor();
    await screenshot(page, "completion");
    await page.keyboard.press("Escape");
    await type(page, "kprobe:tcp_sendmsg { @[comm] = count(); }");
    await page.getByText("comm", { exact: true }).first().hover();
    await page.locator(".cm-tooltip-hover").waitFor();
    await screenshot(page, "hover");
    expect(complaints).toEqual([]);
    await context.close();
  });

  test("the kernel picker compiles for another kernel, whose names may differ", async () => {
    const { page, complaints, context } = await playground.open();
    await compiled(page);
    // mseal came with 6.10
    expect(await type(page, "tracepoint:syscalls:sys_enter_mseal { @ = count(); }")).toBe("compiled");
    await chooseKernel(page, "Debian 6.1 (amd64)");
    await page.waitForFunction(() => /^1 error/.test(document.querySelector("#verdict")?.textContent ?? ""));
    expect(await page.locator(".problem").getAttribute("data-code")).toBe("no-match");
    await page.locator("#status").getByText("Linux 6.1.", { exact: false }).waitFor();
    await chooseKernel(page, "Debian 6.12 (amd64)");
    await page.waitForFunction(() => /^compiled/.test(document.querySelector("#verdict")?.textContent ?? ""));
    expect(complaints).toEqual([]);
    await context.close();
  });

  test("tabs by keyboard: one tab stop, arrows go round, panels are named by their tabs", async () => {
    const { page, complaints, context } = await playground.open();
    await compiled(page);
    await page.getByRole("tab", { name: "Output" }).focus();
    for (const name of ["Assembly", "Verifier", "Object", "Probes", "Stages", "Output"]) {
      await page.keyboard.press("ArrowRight");
      expect(await page.evaluate(() => document.activeElement?.textContent)).toBe(name);
      await page.getByRole("tabpanel", { name, exact: true }).waitFor();
    }
    expect(await page.locator('[role="tablist"][aria-label="Panels"] [tabindex="0"]').count()).toBe(1);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test("script and assembly point at each other", async () => {
    const { page, complaints, context } = await playground.open();
    await compiled(page);
    await type(page, "kprobe:tcp_sendmsg\n{\n  @size = hist(arg2);\n  @calls = count();\n}\n");
    await choosePanel(page, "Assembly");
    await page.locator("#panel-assembly .p-row-insn").first().waitFor();
    await page.locator(".cm-line").nth(2).click();
    await page.locator("#panel-assembly .p-linked").first().waitFor();
    const third = await page.locator("#panel-assembly .p-linked .p-place").allTextContents();
    expect(third.length).toBeGreaterThan(0);
    expect(third.every((place) => place.startsWith("3:"))).toBe(true);
    await page.locator("#panel-assembly .p-row-source", { hasText: "@calls" }).first().hover();
    await page.locator(".cm-line", { hasText: "@calls" }).and(page.locator('[class*="linked"]')).waitFor();
    await screenshot(page, "linked");
    expect(complaints).toEqual([]);
    await context.close();
  });

  test("every example compiles and is accepted by the first kernel's model", async () => {
    const { page, complaints, context } = await playground.open();
    await compiled(page);
    await page.getByRole("button", { name: "Examples" }).click();
    await screenshot(page, "examples");
    const titles = await page.locator(".example strong").allTextContents();
    expect(titles.length).toBeGreaterThanOrEqual(24);
    await page.keyboard.press("Escape");
    await choosePanel(page, "Verifier");
    for (const title of titles) {
      await page.getByRole("button", { name: "Examples" }).click();
      await page
        .locator(".example")
        .filter({ has: page.getByText(title, { exact: true }) })
        .click();
      expect(await compiled(page), title).toMatch(/^compiled/);
      // what is dear begins when typing has stopped for a while
      await page.waitForTimeout(400);
      await page.waitForFunction(() => {
        const panel = document.querySelector("#panel-verifier");
        const status = panel?.querySelector(".p-status")?.textContent ?? "";
        return panel?.hasAttribute("aria-busy") === false && /^accepted by/.test(status);
      });
      expect(await page.locator("#panel-verifier .p-status").first().textContent(), title).toMatch(
        /^accepted by 2 of 2/,
      );
    }
    expect(complaints).toEqual([]);
    await context.close();
  });

  test("every example shows output on the usual events, without a server's help", { timeout: 300_000 }, async () => {
    const { page, complaints, context } = await playground.open();
    await compiled(page);
    await ran(page);
    await page.getByText(/^Events:/).click();
    await page.locator("#events-pace").selectOption({ label: "at once" });
    await page.getByRole("button", { name: "Examples" }).click();
    const titles = await page.locator(".example strong").allTextContents();
    await page.keyboard.press("Escape");
    const silent: string[] = [];
    for (const title of titles) {
      await page.getByRole("button", { name: "Examples" }).click();
      await page
        .locator(".example")
        .filter({ has: page.getByText(title, { exact: true }) })
        .click();
      await compiled(page);
      await page.waitForTimeout(400);
      await ran(page);
      const text = await outputText(page);
      const problems = await page.locator("#panel-output .p-problems li").count();
      if (problems > 0 || /printed nothing|nothing happened/.test(text)) silent.push(`${title}: ${text.slice(0, 200)}`);
    }
    expect(silent).toEqual([]);
    expect(complaints).toEqual([]);
    await context.close();
  });
});
