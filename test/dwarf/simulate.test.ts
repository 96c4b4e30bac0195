/** Simulated uprobes with args: events name arguments as the binary does. */
import { describe, expect, test } from "vitest";
import {
  compile,
  createTextRenderer,
  defaultOptions,
  EventError,
  inspectObject,
  parseEvents,
  simulate,
} from "../../compiler/index.ts";
import { binaries } from "../runner/binaries.ts";
import { defaultSnapshot } from "../runner/kernels.ts";

const snapshot = defaultSnapshot("6.12");

function objectOf(program: string): Uint8Array {
  const { object, diagnostics } = compile(program, { ...defaultOptions(snapshot), binaries });
  if (object === undefined) throw new Error(diagnostics.map((d) => d.message).join("\n"));
  return object;
}

async function run(program: string, ...events: readonly object[]): Promise<string> {
  const lines = events.map((event) => JSON.stringify(event)).join("\n");
  let text = "";
  const renderer = createTextRenderer((stream, bytes) => {
    if (stream === "stdout") text += Buffer.from(bytes).toString("utf8");
  });
  const parsed = parseEvents(lines, "events.jsonl", snapshot);
  expect(parsed.problems).toEqual([]);
  for await (const { record, time } of simulate(objectOf(program), { snapshot, ...parsed }))
    renderer.record(record, time);
  renderer.end();
  return text;
}

describe("args of simulated uprobes", () => {
  const probe = "uprobe:/usr/bin/app:main";

  test("by their names, and by their numbers", async () => {
    const program = `${probe} { printf("%d\\n", args.argc); }`;
    const event = { probe, pid: 7, args: { argc: 3 } };
    expect(await run(program, event, { ...event, args: { arg0: -4 } }, { ...event, args: [5] })).toContain(
      "3\n-4\n5\n",
    );
  });

  test("pointers lead to what memory holds", async () => {
    const program = `${probe} { printf("%s\\n", str(args.argv[1])); }`;
    const memory = [
      { address: "0x7ffe00001000", bytes: "0020000000000000" + "0030000000000000" },
      { address: "0x3000", bytes: "68656c6c6f00" },
    ];
    expect(await run(program, { probe, pid: 7, args: { argv: "0x7ffe00001000" }, memory })).toContain("hello\n");
  });

  test("a name that the function has not is told of, with those that it has", async () => {
    const event = { probe, pid: 7, args: { argx: 3 } };
    const ran = run(`${probe} { print(args.argc); }`, event);
    await expect(ran).rejects.toThrow(EventError);
    await expect(run(`${probe} { print(args.argc); }`, event)).rejects.toMatchObject({
      hint: "its arguments are argc, argv",
    });
  });

  test("the manifest names build and words only where args are read", () => {
    const attachOf = (program: string) => inspectObject(objectOf(program)).manifest.programs[0]?.attach[0];
    expect(attachOf(`${probe} { print(args.argc); }`)).toMatchObject({
      buildId: "0123456789abcdef",
      argumentNames: ["argc", "argv"],
    });
    expect(attachOf(`${probe} { print(arg0); }`)).toEqual({ kind: "uprobe", path: "/usr/bin/app", symbol: "main" });
  });
});
