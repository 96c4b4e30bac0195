/** Targets in binaries: functions, addresses, static probes. The host that runs the program resolves them. */
import type { Attach } from "../5-object/manifest.ts";
import { parseInteger } from "../lang/units.ts";
import { isPattern, missing, type Point, type Target, wrongShape } from "./target.ts";

/** "name+0x10" → name and offset. */
export function splitOffset(
  point: Point,
  text: string,
): { readonly name: string; readonly offset: number | undefined } | undefined {
  const plus = text.lastIndexOf("+");
  if (plus < 0) return { name: text, offset: undefined };
  const offset = parseInteger(text.slice(plus + 1));
  if (offset === undefined || offset < 0n || offset > 0xffff_ffffn) {
    point.env.report("offset-invalid", point.span, { text });
    return undefined;
  }
  return { name: text.slice(0, plus), offset: Number(offset) };
}

export function uprobeTarget(point: Point, kind: "uprobe" | "uretprobe"): Target | undefined {
  const { env, parts } = point;
  if (parts.length < 2) return missing(point, `${kind} should have a target: ${kind}:${point.row.target}`);
  const path = parts[0]?.text ?? "";
  const cpp = parts[1]?.text === "cpp" && parts.length === 3;
  const last = parts[parts.length - 1];
  if (path.includes("@") && /^\d+$/.test(parts[1]?.text ?? "")) {
    env.report("unsupported-source-line", point.span, {});
    return undefined;
  }
  if (parts.length > (cpp ? 3 : 2) || path === "" || last === undefined || last.text === "") return wrongShape(point);
  if (/^[^/]*@.*:\d+$/.test(last.text)) {
    env.report("unsupported-source-line", point.span, {});
    return undefined;
  }
  if (path.includes("!/")) {
    env.report("unsupported-archive", point.span, { path });
    return undefined;
  }
  const text = parts.map((part) => part.text).join(":");
  if (/^0x[0-9a-f]+$/i.test(last.text)) return point.make({ kind, path, address: last.text.toLowerCase() }, text);
  const split = last.quoted ? { name: last.text, offset: undefined } : splitOffset(point, last.text);
  if (split === undefined) return undefined;
  if (kind === "uretprobe" && split.offset !== undefined) {
    env.report("offset-refused", point.span, { provider: kind });
    return undefined;
  }
  const attach: Attach = {
    kind,
    path,
    symbol: split.name,
    ...(split.offset === undefined ? {} : { offset: split.offset }),
  };
  return point.make(attach, text, "", isPattern(split.name) || isPattern(path));
}

export function usdtTarget(point: Point): Target | undefined {
  const { parts } = point;
  if (parts.length < 2) return missing(point, "usdt probe must specify at least path or pid to probe");
  if (parts.length > 3 || parts.some((part) => part.text === "")) return wrongShape(point);
  const path = parts[0]?.text ?? "";
  const name = parts[parts.length - 1]?.text ?? "";
  const provider = parts.length === 3 ? parts[1]?.text : undefined;
  const attach: Attach = { kind: "usdt", path, ...(provider === undefined ? {} : { provider }), name };
  return point.make(
    attach,
    parts.map((part) => part.text).join(":"),
    "",
    parts.some((part) => isPattern(part.text)),
  );
}
