/** Files in and out: the download is the command line's object, and dropped files are used, inspected, rendered or refused. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { createTextRenderer } from "../../compiler/render/text.ts";
import { encodeMessage } from "../../compiler/stream/encode.ts";
import type { StreamRecord } from "../../compiler/stream/records.ts";
import { ROOT, TRACELET } from "../runner/machine.ts";
import { screenshot } from "./browser.ts";
import { program } from "./panels.ts";
import { histogramRecords, stackRecords } from "./panels-data.ts";
import { choosePanel, compiled, drop, outputText, ran, type } from "./playground.ts";
import { canDrive, usePlayground } from "./use-playground.ts";

const playground = usePlayground();
const folder = mkdtempSync(join(tmpdir(), "tracelet-playground-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The command line's object of a script, byte for byte what the page must give. */
function objectOf(name: string, text: string): Uint8Array {
  writeFileSync(join(folder, name), text);
  execFileSync(TRACELET, ["compile", name, "-o", "out.bpf.o"], { cwd: folder });
  return readFileSync(join(folder, "out.bpf.o"));
}

/** As a loader writes them: a message of all records, a second apart. */
function streamOf(records: readonly StreamRecord[]): Uint8Array {
  return encodeMessage(
    records.map((record, at) => ({ record, time: { seconds: 1_700_000_000 + at, nanoseconds: 0 } })),
  );
}

const programs = ["01-size-hist", "03-large-sends", "07-send-stacks", "08-send-latency", "12-off-cpu"];

describe.skipIf(!canDrive)("files", () => {
  test("the download equals the command line's object, byte for byte", async () => {
    const { page, context, complaints } = await playground.open();
    await compiled(page);
    await choosePanel(page, "Object");
    for (const name of programs) {
      const text = program(name);
      await page.getByLabel("Name of the script").fill(`${name}.bt`);
      await page.keyboard.press("Enter");
      expect(await type(page, text.trimEnd()), name).toMatch(/^compiled/);
      const file = `${name}.bpf.o`;
      const wanted = objectOf(`${name}.bt`, text.trimEnd());
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: `Download ${file}` }).click(),
      ]);
      expect(download.suggestedFilename()).toBe(file);
      expect(Buffer.compare(readFileSync(await download.path()), wanted), name).toBe(0);
    }
    expect(complaints).toEqual([]);
    await context.close();
  });

  test("a kernel snapshot becomes a kernel to choose, and scripts are compiled for it", async () => {
    const { page, context, complaints } = await playground.open();
    await compiled(page);
    await drop(page, "my-host.tls", readFileSync(join(ROOT, "compiler/kernels/debian-6.1-amd64.tls")));
    await page.locator("#status").getByText("Linux 6.1.", { exact: false }).waitFor();
    expect(await page.locator("#kernel").inputValue()).toBe("dropped:my-host.tls");
    expect(await type(page, "tracepoint:syscalls:sys_enter_mseal { @ = count(); }")).toBe("1 error");
    expect(complaints).toEqual([]);
    await context.close();
  });

  test("an object is inspected: programs, instructions, verdicts; closing it brings the script back", async () => {
    const { page, context, complaints } = await playground.open();
    await compiled(page);
    await drop(page, "latency.bpf.o", objectOf("latency.bt", program("08-send-latency")));
    await page.getByText("kretprobe:tcp_sendmsg").first().waitFor();
    await screenshot(page, "dropped-object");
    await choosePanel(page, "Assembly");
    await page.locator("#panel-assembly .p-row-insn").first().waitFor();
    await choosePanel(page, "Verifier");
    await page
      .locator("#panel-verifier")
      .getByText(/^accepted by 2 of 2/)
      .waitFor();
    await page.locator("#dropped-close").click();
    // the old verdicts stay until the script's are there
    await page.waitForFunction(() => {
      const card = document.querySelector("#panel-verifier .p-card")?.textContent ?? "";
      return card.includes("kprobe:") && !card.includes("kretprobe");
    });
    expect(complaints).toEqual([]);
    await context.close();
  });

  test("a stream is rendered as tracelet show renders it, with its pictures", async () => {
    const { page, context, complaints } = await playground.open();
    await compiled(page);
    for (const [name, records, picture] of [
      ["hist.msgpack", histogramRecords, ".p-chart"],
      ["stacks.stream", stackRecords, ".p-flame"],
    ] as const) {
      let text = "";
      const renderer = createTextRenderer((stream, bytes) => {
        if (stream === "stdout") text += new TextDecoder().decode(bytes);
      });
      for (const record of records) renderer.record(record);
      renderer.end();
      await drop(page, name, streamOf(records));
      await page.waitForFunction(
        (file) => document.querySelector("#panel-output .p-status")?.textContent?.startsWith(`${file}: read`),
        name,
      );
      expect(await page.locator("#panel-output .p-text").textContent()).toBe(text);
      await page.locator(`#panel-output ${picture}`).first().waitFor();
    }
    await screenshot(page, "dropped-stream");
    expect(await page.evaluate(() => "hacked" in window)).toBe(false);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test("events of a file drive the script, and a mistake in them is named with its line", async () => {
    const { page, context, complaints } = await playground.open();
    await compiled(page);
    await type(page, 'kprobe:tcp_sendmsg { printf("%s sends %d\\n", comm, arg2); }');
    const event = (at: number, size: number) => ({
      probe: "kprobe:tcp_sendmsg",
      at: `${at}ms`,
      pid: 42,
      comm: "curl",
      args: { size },
    });
    const lines = [event(1, 100), event(2, 200)].map((each) => JSON.stringify(each));
    await drop(page, "mine.jsonl", new TextEncoder().encode(`${lines.join("\n")}\n`));
    await page.waitForFunction(() =>
      document.querySelector("#panel-output .p-text")?.textContent?.includes("curl sends 200"),
    );
    await ran(page);
    expect(await outputText(page)).toContain("curl sends 100\ncurl sends 200\n");
    const bad = [...lines, '{"probe": "kprobe:tcp_sendmsg", "args": {"sizes": 1}}'];
    await drop(page, "bad.jsonl", new TextEncoder().encode(`${bad.join("\n")}\n`));
    await page.locator("#panel-output .p-problems li").first().waitFor();
    expect(await page.locator("#panel-output .p-problems").innerText()).toMatch(/event line 3[\s\S]*sizes/);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test("broken files: each says what is wrong with it, and the page goes on", async () => {
    const { page, context, complaints } = await playground.open();
    await compiled(page);
    const object = objectOf("size.bt", program("01-size-hist"));
    const stream = streamOf(histogramRecords);
    const tls = readFileSync(join(ROOT, "compiler/kernels/debian-6.1-amd64.tls"));
    const said = async () =>
      (await page.locator("#note:not([hidden]), .panel:not([hidden])").allInnerTexts()).join("\n");
    const cases: readonly (readonly [name: string, bytes: Uint8Array, says: RegExp])[] = [
      ["cut.tls", tls.subarray(0, 100_000), /cut\.tls cannot be used as a kernel: .*(cut|damaged)/],
      ["text.tls", new TextEncoder().encode("not a snapshot"), /text\.tls cannot be used as a kernel/],
      ["empty.tls", new Uint8Array(), /empty\.tls cannot be used as a kernel/],
      ["cut.bpf.o", object.subarray(0, 700), /cut|damaged|beyond|end/],
      ["text.o", new TextEncoder().encode("no object"), /ELF/],
      ["cut.msgpack", stream.subarray(0, stream.length - 40), /cut|end|incomplete|broken/],
      ["odd.msgpack", new Uint8Array(300).fill(0xc1), /msgpack|stream|message/],
      ["photo.bin", new Uint8Array([1, 2, 0, 255, 254, 0]), /photo\.bin is no script, kernel snapshot/],
    ];
    for (const [name, bytes, says] of cases) {
      await drop(page, name, bytes);
      await page
        .waitForFunction(
          ([pattern, flags]) => {
            const shown = [...document.querySelectorAll("#note:not([hidden]), .panel:not([hidden])")];
            const busy = document.querySelector(".panel:not([hidden])[aria-busy]");
            return busy === null && new RegExp(pattern, flags).test(shown.map((each) => each.textContent).join("\n"));
          },
          [says.source, says.flags] as const,
          { timeout: 15_000 },
        )
        .catch(async () => expect.fail(`${name}: the page says ${await said()}`));
    }
    await page.locator("#dropped-close").click();
    expect(await type(page, "begin { exit(); }")).toBe("compiled");
    expect(complaints).toEqual([]);
    await context.close();
  });
});
