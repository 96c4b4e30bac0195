/**
 * Where a value comes from, by a verifier's log (the model's or a kernel's): the instruction that made what a register
 * holds, followed back through copies and through the stack along the path that was walked last.
 */

export type WalkLine = {
  readonly insn: number;
  /** "r1 = r2", without opcode and state. */
  readonly code: string;
  /** What stands behind `;`: "R1_w=scalar()". */
  readonly state: string;
};
/** A line that says where the walk went on: "from 3 to 7: R0=…". */
export type WalkTurn = { readonly from: number; readonly to: number; readonly state: string };

/** undefined: the line is neither. */
export function readWalkLine(text: string): WalkLine | undefined {
  const match = /^(\d+): (?:\([0-9a-f]{2}\) )?(.*?)(?:\s*; (.*))?$/.exec(text);
  const [, insn, code, state] = match ?? [];
  // "12: R0=… R1=…" is a state by itself
  if (insn === undefined || code === undefined || /^(?:frame\d+: )?R\d+(?:_\w+)?=/.test(code)) return undefined;
  return { insn: Number(insn), code: code.trim(), state: state ?? "" };
}
export function readWalkTurn(text: string): WalkTurn | undefined {
  const match = /^from (\d+) to (\d+)(?: \(speculative execution\))?: ?(.*)$/.exec(text);
  return match === null ? undefined : { from: Number(match[1]), to: Number(match[2]), state: match[3] ?? "" };
}

export type Origin = {
  /** Instruction that made the value. */
  readonly insn: number;
  /** What the verifier knew of it where it is refused, in its notation: "scalar(umax=255)"; "" where the log does not say. */
  readonly state: string;
};

/** How far back to look: a log of a million instructions is not for reading. */
const MOST_STEPS = 20_000;

/**
 * @param lines a log as printed, the refused instruction's line last (what follows it is left out by the caller)
 * @param register number of the register that is refused
 */
export function findOrigin(lines: readonly string[], register: number): Origin | undefined {
  let last = lines.length - 1;
  while (last >= 0 && readWalkLine(lines[last] ?? "") === undefined) last--;
  if (last < 0) return undefined;
  let sought = `r${register}`;
  let found: number | undefined;
  // of what, and before which line, the state is told: of an index before it is scaled
  let told = { register, before: last };
  for (let i = last - 1, steps = 0; i >= 0 && steps < MOST_STEPS; i--, steps++) {
    const text = lines[i] ?? "";
    const turn = readWalkTurn(text);
    if (turn !== undefined) {
      // the path goes on before the branch that was left for later
      while (i > 0 && readWalkLine(lines[i - 1] ?? "")?.insn !== turn.from) i--;
      continue;
    }
    const line = readWalkLine(text);
    if (line === undefined) continue;
    const source = sourceOf(line.code, sought);
    if (source === undefined) continue;
    found = line.insn;
    if (source.from === undefined) break;
    sought = source.from;
    if (source.isPart && /^r\d+$/.test(sought)) told = { register: Number(sought.slice(1)), before: i };
  }
  return found === undefined ? undefined : { insn: found, state: stateOf(lines.slice(0, told.before), told.register) };
}

type Step = {
  /** What to follow; undefined: the instruction makes the value. */
  readonly from: string | undefined;
  /** Not a copy: what an address is moved by, or a number before a constant is applied. */
  readonly isPart: boolean;
};
const MADE: Step = { from: undefined, isPart: false };
const copyOf = (from: string): Step => ({ from, isPart: false });

/** Where an instruction takes from what it puts there; undefined: it does not touch what is sought. */
function sourceOf(code: string, sought: string): Step | undefined {
  if (sought.startsWith("fp")) {
    const store = /^\*\([us]\d+ \*\)\(r10 ([+-]) ?(\d+)\) = (.*)$/.exec(code);
    if (store === null || sought !== `fp${store[1]}${store[2]}`) return undefined;
    return /^r\d+$/.test(store[3] ?? "") ? copyOf(store[3] ?? "") : MADE;
  }
  if (/^call\b/.test(code)) return sought === "r0" ? MADE : undefined;
  const made = /^[rw](\d+) (\S*=) (.*)$/.exec(code);
  if (made === null || `r${made[1]}` !== sought) return undefined;
  const value = made[3] ?? "";
  const register = /^[rw](\d+)$/.exec(value);
  if (made[2] === "+=" && register !== null) return { from: `r${register[1]}`, isPart: true };
  if (made[2] !== "=") return register === null ? { from: sought, isPart: true } : MADE;
  if (register !== null) return copyOf(`r${register[1]}`);
  const fill = /^\*\(u64 \*\)\(r10 ([+-]) ?(\d+)\)$/.exec(value);
  return fill === null ? MADE : copyOf(`fp${fill[1]}${fill[2]}`);
}

/** The last that the log says of a register. */
function stateOf(lines: readonly string[], register: number): string {
  for (let i = lines.length - 1; i >= 0 && i > lines.length - MOST_STEPS; i--) {
    const text = lines[i] ?? "";
    const at = text.search(new RegExp(`(?:^|[ ;])R${register}(?:_\\w+)?=`));
    if (at < 0) continue;
    return valueAt(text, text.indexOf("=", at) + 1);
  }
  return "";
}

/** A value up to the blank that ends it; parentheses may hold blanks. */
function valueAt(text: string, start: number): string {
  let depth = 0;
  let at = start;
  for (; at < text.length; at++) {
    const letter = text[at];
    if (letter === "(") depth++;
    else if (letter === ")") depth--;
    else if (letter === " " && depth <= 0) break;
  }
  return text.slice(start, at);
}

/**
 * The register that a refusal is about: the one that a line begins with ("R2 min value is negative"), else the one by which
 * the refused instruction reaches memory.
 */
export function refusedRegister(messages: readonly string[], walk: readonly string[]): number | undefined {
  for (const message of messages) {
    const match = /^R(\d+)\b/.exec(message);
    if (match !== null) return Number(match[1]);
  }
  const last = walk.findLast((text) => readWalkLine(text) !== undefined) ?? "";
  const base = /\*\([us]\d+ \*\)\(r(\d+) /.exec(readWalkLine(last)?.code ?? "");
  return base === null || base[1] === "10" ? undefined : Number(base[1]);
}

/** A register's state for a reader: "a number from 0 to 255"; undefined: nothing to tell. */
export function describeState(state: string): string | undefined {
  const match = /^(\w+?)\((.*)\)$/.exec(state);
  const kind = match?.[1] ?? state;
  const constant = /^(?:inv|invP)?(-?(?:0x[0-9a-f]+|\d+))$/.exec(state);
  if (constant !== null) return `always ${constant[1]}`;
  if (kind === "scalar" || kind === "inv" || kind === "invP") return describeNumber(match?.[2] ?? "");
  if (kind.endsWith("_or_null") || kind.endsWith("or_null_")) return "an address or null";
  return undefined;
}

function describeNumber(text: string): string {
  const bounds = new Map<string, bigint>();
  for (const part of text.split(",")) {
    const names = part.split("=").map((each) => each.trim());
    const value = names.pop() ?? "";
    const number = readNumber(value);
    if (number !== undefined) for (const name of names) bounds.set(name.replace("_value", ""), number);
  }
  const smin = signed(bounds.get("smin"));
  const smax = signed(bounds.get("smax"));
  const umax = bounds.get("umax");
  const low =
    smin !== undefined ? smin : umax !== undefined || smax === undefined ? (bounds.get("umin") ?? 0n) : undefined;
  const high = umax ?? smax;
  if (smin === undefined && umax === undefined)
    return smax === undefined ? "any number" : `a number up to ${smax}, perhaps negative`;
  if (smin !== undefined && smin < 0n)
    return smax === undefined ? `a number from ${smin} up` : `a number from ${smin} to ${smax}`;
  return high === undefined ? `a number from ${low} up` : `a number from ${low} to ${high}`;
}

function readNumber(text: string): bigint | undefined {
  const match = /^(-?)(0x[0-9a-f]+|\d+)$/.exec(text);
  if (match?.[2] === undefined) return undefined;
  const value = BigInt(match[2]);
  return match[1] === "-" ? -value : value;
}
function signed(value: bigint | undefined): bigint | undefined {
  return value === undefined ? undefined : BigInt.asIntN(64, value);
}
