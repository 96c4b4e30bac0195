/**
 * Each panel by itself in Chromium: what it shows of real scripts' data, what it says to the page, that hostile text stays
 * text, that axe finds nothing, in light and dark, wide and narrow. Pictures go to build/screenshots.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { PanelId } from "../../playground/panels/panel.ts";
import { available } from "../runner/machine.ts";
import { launch, type OpenPage, openPage, screenshot, whyNoBrowser } from "./browser.ts";
import { program, servePanels, workbenchOf } from "./panels.ts";
import { flames, HOSTILE, heat, histogramRecords, outputOf, stackRecords, verdictOf } from "./panels-data.ts";
import type { Given, Said } from "./panels-page.ts";
import type { Server } from "./server.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const runs = available("the playground's panels", whyNoBrowser());

let server: Server;
let browser: Browser;
beforeAll(async () => {
  if (!runs) return;
  server = await servePanels();
  browser = await launch();
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
});

const hist = workbenchOf("size.bt", program("01-size-hist"));
const stacks = workbenchOf("stacks.bt", program("07-send-stacks"));

/** A run that printed its text in one piece. */
function outputGiven(answer: ReturnType<typeof outputOf>): Given {
  const { text, pictures, events, seconds } = answer;
  const pieces = [{ stream: "stdout" as const, text }];
  const simulate = { kind: "output" as const, pieces, pictures, probes: 1, events, seconds };
  return { workbench: hist, answers: { simulate: answer }, progress: { simulate } };
}

async function givenOf(id: PanelId): Promise<Given> {
  switch (id) {
    case "output":
      return outputGiven(outputOf(histogramRecords));
    case "assembly":
    case "object":
      return { workbench: stacks, answers: { stage: { kind: "stage", stage: "btf", text: "[1] INT 'u64' size=8" } } };
    case "verifier": {
      const object = stacks.compiled?.object ?? new Uint8Array();
      const name = stacks.compiled?.inspection?.programs[0]?.name;
      return { workbench: stacks, answers: { verify: await verdictOf(object, name) } };
    }
    case "probes":
      return {
        workbench: hist,
        answers: {
          search: {
            kind: "search",
            totals: { function: 3, tracepoint: 1, rawtracepoint: 1, iterator: 0, struct: 1, constant: 0 },
            hits: [
              { scope: "function", name: "tcp_sendmsg", insert: "kprobe:tcp_sendmsg", module: undefined },
              { scope: "function", name: "tcp_sendmsg_locked", insert: "kprobe:tcp_sendmsg_locked", module: undefined },
              { scope: "function", name: HOSTILE, insert: "kprobe:x", module: "evil" },
              {
                scope: "tracepoint",
                name: "tcp:tcp_send_reset",
                insert: "tracepoint:tcp:tcp_send_reset",
                module: undefined,
              },
              { scope: "struct", name: "tcp_sock", insert: "struct tcp_sock", module: undefined },
            ],
          },
          detail: {
            kind: "detail",
            lines: ["struct sock * sk", "struct msghdr * msg", "size_t size"],
            example: "kprobe:tcp_sendmsg\n{\n  @[comm] = count();\n}",
          },
        },
      };
    case "stages":
      return {
        workbench: stacks,
        answers: {
          stage: { kind: "stage", stage: "ast", text: `(program\n  (probe "kprobe:tcp_sendmsg" ${HOSTILE}))` },
        },
      };
  }
}

async function show(given: Given, id: PanelId, options: Parameters<typeof openPage>[1] = {}): Promise<OpenPage> {
  const open = await openPage(browser, options);
  await open.page.goto(server.url);
  if (options.scheme === "dark")
    await open.page.evaluate(() => document.documentElement.setAttribute("data-theme", "dark"));
  await open.page.evaluate(([panel, data]) => window.panelsPage.mount(panel, data), [id, given] as const);
  await open.page.waitForFunction(() => !document.querySelector("[aria-busy]"));
  return open;
}
const said = (open: OpenPage): Promise<readonly Said[]> => open.page.evaluate(() => window.panelsPage.said());

async function violations(open: OpenPage): Promise<readonly string[]> {
  await open.page.evaluate(axe);
  const found = await open.page.evaluate(() =>
    (window as unknown as { axe: { run: () => Promise<AxeResults> } }).axe.run(),
  );
  return found.violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`);
}

describe.skipIf(!runs)("panels", () => {
  const all: readonly PanelId[] = ["output", "assembly", "verifier", "object", "probes", "stages"];
  const looks = (["light", "dark"] as const).flatMap((scheme) =>
    (["wide", "narrow"] as const).map((size) => ({ scheme, size })),
  );
  for (const id of all) {
    test.each(looks)(`${id}, $scheme, $size: complete, without complaint, accessible`, async (look) => {
      const open = await show(await givenOf(id), id, look);
      if (id === "probes") await open.page.getByRole("button", { name: /^tcp_sendmsg function/ }).click();
      await screenshot(open.page, `panel-${id}-${look.scheme}-${look.size}`);
      const wide = await open.page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(wide).toBe(0);
      expect(await open.page.evaluate(() => "hacked" in window)).toBe(false);
      expect(open.complaints).toEqual([]);
      expect(await violations(open)).toEqual([]);
      await open.context.close();
    });
  }

  test("output: a flame graph that is walked with keys, searched and widened; a heat map", async () => {
    const answer = outputOf(stackRecords);
    const pictures = { ...answer.pictures, flamegraph: flames, heatmap: heat };
    const open = await show(outputGiven({ ...answer, pictures }), "output");
    const { page } = open;
    const boxes = page.locator(".p-flame");
    expect(await boxes.count()).toBeGreaterThan(15);
    await page.locator('.p-flame[tabindex="0"]').focus();
    for (const key of ["ArrowUp", "ArrowUp", "ArrowUp"]) await page.keyboard.press(key);
    const label = await page.evaluate(() => document.activeElement?.getAttribute("aria-label"));
    expect(label).toMatch(/^\w+: \d+ \(\d+\.\d\d%\)$/);
    const before = await boxes.count();
    await page.keyboard.press("Enter");
    expect(await boxes.count()).toBeLessThan(before);
    await screenshot(page, "panel-output-flames-wide");
    await page.keyboard.press("Escape");
    expect(await boxes.count()).toBe(before);
    await page.getByLabel("Mark functions in the flame graph").fill("tcp_sendmsg");
    expect(await page.locator(".p-flame.p-marked").count()).toBe(5);
    expect(await page.locator(".p-bar-row output").first().textContent()).toBe("100.0% in matching functions");
    expect(
      await page
        .getByRole("img", { name: /^heat map/ })
        .locator("rect")
        .count(),
    ).toBeGreaterThan(30);
    await page.getByRole("button", { name: "Save as SVG" }).first().click();
    expect((await said(open)).at(-1)?.slice(0, 2)).toEqual(["download", "flamegraph.svg"]);
    expect(await page.evaluate(() => "hacked" in window)).toBe(false);
    expect(await violations(open)).toEqual([]);
    expect(open.complaints).toEqual([]);
    await open.context.close();
  });

  test("output: a budget stop stands with its line, which leads to the editor; an events mistake leads to its line", async () => {
    const problems = [
      { message: "stopped: 100 million instructions", hint: "the loop has no end", line: 3, eventLine: undefined },
      { message: "no field sizes in tcp_sendmsg", hint: "did you mean size?", line: undefined, eventLine: 2 },
    ];
    const given = outputGiven(outputOf(histogramRecords, { problems }));
    const events = { kind: "given" as const, name: "my.jsonl", text: '{"a":1}\n{"b":2}\n{"c":3}\n' };
    const open = await show({ ...given, workbench: { ...given.workbench, events } }, "output");
    await open.page.getByRole("button", { name: "line 3", exact: true }).click();
    expect((await said(open)).at(-1)).toEqual(["goTo", 3, 1]);
    await open.page.getByRole("button", { name: "event line 2" }).click();
    const chosen = await open.page.evaluate(() => {
      const area = document.activeElement as HTMLTextAreaElement;
      return area.value.slice(area.selectionStart, area.selectionEnd);
    });
    expect(chosen).toBe('{"b":2}');
    expect(open.complaints).toEqual([]);
    await open.context.close();
  });

  test("output: the same object on the same events is not run again, a changed seed or rate is", async () => {
    const given = outputGiven(outputOf(histogramRecords));
    const open = await show(given, "output");
    const asks = async () => (await said(open)).filter(([what, kind]) => what === "ask" && kind === "simulate").length;
    expect(await asks()).toBe(1);
    const update = (changes: object) =>
      open.page.evaluate((next) => window.panelsPage.update(next), {
        ...given,
        workbench: { ...given.workbench, ...changes },
      });
    await update({ settled: true });
    expect(await asks()).toBe(1);
    await update({ pending: true, settled: false, events: { kind: "generated", spec: "", seed: 2, rate: 1 } });
    expect(await asks()).toBe(1);
    await update({ events: { kind: "generated", spec: "", seed: 2, rate: 1 } });
    expect(await asks()).toBe(2);
    await update({ events: { kind: "generated", spec: "", seed: 2, rate: 4 } });
    expect(await asks()).toBe(3);
    expect(await open.page.locator("#events-rate").inputValue()).toBe("4");
    await open.context.close();
  });

  test("assembly: pointing at an instruction marks its line, and the other way round", async () => {
    const open = await show(await givenOf("assembly"), "assembly");
    const { page } = open;
    await page.getByText("call bpf_get_stackid").hover();
    const pointed = (await said(open)).filter(([what]) => what === "focus").at(-1)?.[1];
    expect(pointed).toMatchObject({ line: 2, slot: 4, from: "assembly" });
    await page.evaluate(() =>
      window.panelsPage.focus({ line: 2, program: undefined, slot: undefined, from: "editor" }),
    );
    expect(await page.locator(".p-linked").count()).toBeGreaterThan(20);
    await page.evaluate(() => window.panelsPage.focus(undefined));
    expect(await page.locator(".p-linked").count()).toBe(0);
    await page.getByRole("listbox").focus();
    for (const key of ["ArrowDown", "ArrowDown", "Enter"]) await page.keyboard.press(key);
    expect((await said(open)).at(-1)?.[0]).toBe("goTo");
    await open.context.close();
  });

  test("verifier: a refusal names the line, says why and what to do, and quotes the kernel", async () => {
    const given = await givenOf("verifier");
    const [first] = given.answers.verify?.kernels ?? [];
    const programs = first?.programs.map((each) => ({
      ...each,
      verdict: "refused" as const,
      message: "R1 invalid mem access 'scalar'",
      explanation: "the value may be anything",
      hint: "compare it first",
      line: 2,
      column: 5,
    }));
    const verify = { kind: "verify" as const, kernels: first && programs ? [{ ...first, programs }] : [] };
    const open = await show({ ...given, answers: { verify } }, "verifier");
    await screenshot(open.page, "panel-verifier-refused-wide");
    expect(await open.page.locator(".p-reason").innerText()).toMatch(
      /line 2[\s\S]*may be anything[\s\S]*compare it first[\s\S]*R1 invalid/,
    );
    await open.page.locator(".p-reason").getByRole("button", { name: "line 2" }).click();
    expect((await said(open)).at(-1)).toEqual(["goTo", 2, 5]);
    expect(await violations(open)).toEqual([]);
    await open.context.close();
  });

  test("object: download, command to copy, views by arrow keys", async () => {
    const open = await show(await givenOf("object"), "object");
    const { page } = open;
    await page.getByRole("button", { name: "Download stacks.bpf.o" }).click();
    expect((await said(open)).at(-1)).toEqual([
      "download",
      "stacks.bpf.o",
      stacks.compiled?.object?.length,
      "application/octet-stream",
    ]);
    await page.getByText("Run it on a host").click();
    await page.getByRole("button", { name: /^Copy: ssh/ }).click();
    expect((await said(open)).at(-1)?.[1]).toBe("ssh root@HOST tracelet-loader run - <stacks.bpf.o >stacks.stream");
    await page.getByRole("tab", { name: "Programs" }).focus();
    for (const name of ["Maps", "Sections", "Types (BTF)"]) {
      await page.keyboard.press("ArrowRight");
      expect(await page.evaluate(() => document.activeElement?.textContent)).toBe(name);
      expect(await page.getByRole("tabpanel", { name, exact: true }).isVisible()).toBe(true);
    }
    await page.getByText("[1] INT 'u64'").waitFor();
    await open.context.close();
  });

  test("probes: a click inserts, a field inserts its name, arrows lead through the hits", async () => {
    const open = await show(await givenOf("probes"), "probes");
    const { page } = open;
    await page.getByLabel("Search the kernel").press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "size_t size" }).click();
    expect((await said(open)).find(([what]) => what === "insert")).toEqual(["insert", "args.size", "cursor"]);
    await page.getByRole("button", { name: "Insert kprobe:tcp_sendmsg", exact: true }).click();
    await page.getByRole("button", { name: "Add this program" }).click();
    const inserted = (await said(open)).filter(([what]) => what === "insert").slice(1);
    expect(inserted).toEqual([
      ["insert", "kprobe:tcp_sendmsg", "cursor"],
      ["insert", "kprobe:tcp_sendmsg\n{\n  @[comm] = count();\n}", "end"],
    ]);
    await open.context.close();
  });

  test("a script with errors: each panel says so and shows nothing of its own invention", async () => {
    const broken = workbenchOf("broken.bt", "kprobe:tcp_sendmsg { @x = nonsense; }");
    for (const id of ["output", "assembly", "verifier", "object"] as const) {
      const open = await show({ workbench: broken, answers: {} }, id);
      expect(await open.page.locator("#panels").innerText()).toMatch(/error/);
      expect((await said(open)).filter(([what]) => what === "ask")).toEqual([]);
      expect(open.complaints).toEqual([]);
      await open.context.close();
    }
  });
});
