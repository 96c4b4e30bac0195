/** Readers of the kernel's text files: tracefs event formats, available_filter_functions, the kprobe blacklist; and of constants. */
import { SnapshotError, type Tracepoint, type TracepointField } from "./snapshot.ts";

/** Fields of a tracefs `format` file (kernel: trace_events.c, f_show), in its order. */
export function parseFormat(category: string, event: string, text: string): Tracepoint {
  const fields: TracepointField[] = [];
  for (const [, declaration, offset, size, signed] of text.matchAll(
    /^\s+field:(.*);\s*offset:(\d+);\s*size:(\d+);\s*signed:([01]);/gm,
  )) {
    const { name, type } = splitDeclaration((declaration ?? "").trim());
    fields.push({ name, type, offset: Number(offset), size: Number(size), signed: signed === "1" });
  }
  if (fields.length === 0) throw new SnapshotError(`the capture's format of ${category}:${event} has no fields`);
  return { category, event, fields };
}

/** "char comm[16]" → comm, "char[16]"; "__data_loc char[] name" → name, "__data_loc char[]". */
export function splitDeclaration(declaration: string): { readonly name: string; readonly type: string } {
  const array = /^(.*?)\b(\w+)(\[.*\])$/.exec(declaration);
  if (array?.[1]?.trim()) return { name: array[2] ?? "", type: `${array[1].trim()}${array[3] ?? ""}` };
  const pointer = /^(.*\(\*)(\w+)(\).*)$/.exec(declaration);
  if (pointer) return { name: pointer[2] ?? "", type: `${pointer[1] ?? ""}${pointer[3] ?? ""}` };
  const plain = /^(.*?)(\w+)$/.exec(declaration);
  return { name: plain?.[2] ?? declaration, type: (plain?.[1] ?? "").trim() };
}

/** Names by module ("" = vmlinux); each name once. */
export function parseFunctions(text: string): ReadonlyMap<string, ReadonlySet<string>> {
  const functions = new Map<string, Set<string>>();
  for (const line of text.split("\n")) {
    const [, name, module = ""] = /^(\S+)(?:\s+\[(\S+)\])?/.exec(line) ?? [];
    // The place of a function that was freed (kernel: ftrace.c, FTRACE_INVALID_FUNCTION).
    if (name === undefined || name.startsWith("__ftrace_invalid_address__")) continue;
    const names = functions.get(module) ?? new Set<string>();
    functions.set(module, names.add(name));
  }
  return functions;
}

/** Names that kprobes refuse: debugfs kprobes/blacklist, "0xSTART-0xEND\tNAME [MODULE]". */
export function parseBlacklist(text: string): ReadonlySet<string> {
  return new Set([...text.matchAll(/^0x[0-9a-f]+-0x[0-9a-f]+\s+(\S+)/gm)].map((match) => match[1] ?? ""));
}

/** "NAME VALUE" lines. @throws SnapshotError naming the first line that is neither that nor empty */
export function parseConstants(text: string): ReadonlyMap<string, bigint> {
  const constants = new Map<string, bigint>();
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const [, name, sign, digits] = /^(\w+) (-?)(0x[0-9a-fA-F]+|\d+)$/.exec(line.trim()) ?? [];
    if (name === undefined || digits === undefined)
      throw new SnapshotError(`constants, line ${index + 1}: not a name and an integer: ${line}`);
    constants.set(name, sign === "-" ? -BigInt(digits) : BigInt(digits));
  }
  return constants;
}

/** [major, minor, patch] of a release: "6.12.107+deb13" → 6, 12, 107; what is missing is 0. */
export function parseRelease(release: string): readonly [number, number, number] {
  const [, major, minor, patch] = /^(\d+)\.(\d+)(?:\.(\d+))?/.exec(release) ?? [];
  return [Number(major ?? 0), Number(minor ?? 0), Number(patch ?? 0)];
}
