/**
 * eBPF programs → one WebAssembly module. Registers are 64-bit locals, every function of a program is a function of the
 * module, flow is nested blocks and loops; binaryen's passes tidy up.
 *
 * Guarantees: no access outside the linear memory, no run longer than the budget: what is in no loop is counted at a
 * function's entry, what is in one as it is entered, and loop headers look at the count.
 */
import type { Insn, Reg } from "../ebpf/insn.ts";
import { type Cfg, findFlow, type SourceFunction } from "./cfg.ts";
import { type Binaryen, const64, type Emitter, type Expr, low, operand32, operand64 } from "./emitter.ts";
import { helperAnswer, helperText } from "./helpers.ts";
import { AREA, FRAME_SIZE, FUNCTION_BASE, STOP, TASK } from "./layout.ts";
import { MEMORY_BASE, SimulatorError } from "./machine.ts";
import type { PlacedMap } from "./map-layout.ts";
import { emitAlu } from "./select-alu.ts";
import { compare } from "./select-jump.ts";
import { emitMemory } from "./select-memory.ts";
import type { SourceProgram } from "./source-program.ts";
import { structure } from "./structure.ts";

export type TranslationEnv = {
  readonly maps: readonly PlacedMap[];
  /** Bytes of linear memory that programs may reach. */
  readonly end: number;
  readonly budget: number;
  /** First free index of the runtime's table: callbacks go there. */
  readonly tableBase: number;
  /** Helpers that are answered from a recording, by number: what answers them is imported as "recorded_NAME". */
  readonly recorded: ReadonlyMap<number, string>;
  /** libbpf's mark for what the kernel lacks: calling it stops the run. */
  readonly poison: number;
};
export type Translation = {
  readonly bytes: Uint8Array;
  /** Exports to put into the table, from `tableBase` on. */
  readonly callbacks: readonly string[];
  /** Imports: helpers that the runtime or the host answers. */
  readonly helpers: ReadonlySet<string>;
};

/** Frames of subprograms and callbacks; the program's own is the eighth. */
const DEEPEST = AREA.FRAMES_END - 8 * FRAME_SIZE;
const MAIN_FRAME = AREA.FRAMES_END - FRAME_SIZE;
const MAY_GOTO_ROUNDS = 0x800000;

/** @throws SimulatorError for instructions and helpers that have no simulation, naming them */
export function translate(binaryen: Binaryen, programs: readonly SourceProgram[], env: TranslationEnv): Translation {
  const m = new binaryen.Module();
  try {
    m.setFeatures(binaryen.Features.MutableGlobals | binaryen.Features.SignExt | binaryen.Features.BulkMemory);
    m.setMemory(1, 65536);
    m.addMemoryImport("0", "env", "memory");
    m.addGlobal("fuel", binaryen.i32, true, m.i32.const(0));
    m.addGlobal("frame", binaryen.i32, true, m.i32.const(MAIN_FRAME));
    const work: Work = { binaryen, m, env, callbacks: [], helpers: new Map() };
    programs.forEach((program, index) => {
      program.functions.forEach((source, n) => {
        addFunction(work, program, index, source, n);
      });
      m.addFunctionExport(nameOf(index, 0), nameOf(index, 0));
    });
    for (const name of work.callbacks) m.addFunctionExport(name, name);
    const { i32, i64, none } = binaryen;
    m.addFunctionImport("fail", "host", "fail", binaryen.createType([i32, i64]), none);
    m.addFunctionImport("loadOutside", "runtime", "loadOutside", binaryen.createType([i64, i32]), i64);
    m.addFunctionImport("storeOutside", "runtime", "storeOutside", i64, none);
    for (const [name, count] of work.helpers) {
      m.addFunctionImport(name, "helpers", name, binaryen.createType(Array.from({ length: count }, () => i64)), i64);
    }
    m.runPasses(PASSES);
    return { bytes: m.emitBinary(), callbacks: work.callbacks, helpers: new Set(work.helpers.keys()) };
  } finally {
    m.dispose();
  }
}

/** Registers turn into expressions, what is never read goes; the engine's own compiler does the rest. */
const PASSES = [
  "simplify-locals-nostructure",
  "vacuum",
  "optimize-instructions",
  "precompute",
  "remove-unused-brs",
  "vacuum",
];

type Work = {
  readonly binaryen: Binaryen;
  readonly m: Emitter["m"];
  readonly env: TranslationEnv;
  readonly callbacks: string[];
  /** Name → how many arguments. */
  readonly helpers: Map<string, number>;
};

/** A function being translated. */
type Scope = {
  readonly work: Work;
  readonly e: Emitter;
  readonly program: SourceProgram;
  readonly index: number;
  readonly source: SourceFunction;
  readonly cfg: Cfg;
  readonly isMain: boolean;
  readonly mayGoto: number;
  readonly label: number;
};

function nameOf(program: number, fn: number): string {
  return fn === 0 ? `p${program}` : `p${program}f${fn}`;
}

function addFunction(work: Work, program: SourceProgram, index: number, source: SourceFunction, n: number): void {
  const { binaryen, m } = work;
  const { i32, i64, none } = binaryen;
  const isMain = n === 0;
  // arguments are the first locals: r1 to r5 of a subprogram
  const local = (reg: Reg): number => (isMain || reg > 5 ? reg : reg === 0 ? 5 : reg - 1);
  const e: Emitter = {
    m,
    i32,
    i64,
    none,
    get: (reg) => m.local.get(local(reg), i64),
    set: (reg, value) => m.local.set(local(reg), value),
    known: new Map(),
    temp: 11,
    temp2: 12,
    frame: isMain ? { kind: "fixed", at: MAIN_FRAME } : { kind: "local", local: 13 },
    end: work.env.end,
  };
  const scope: Scope = { work, e, program, index, source, cfg: flowOf(source), isMain, mayGoto: 14, label: 15 };
  const body = m.block(null, [...prologue(scope), ...structured(scope), m.unreachable()]);
  const params = isMain ? none : binaryen.createType([i64, i64, i64, i64, i64]);
  const registers = Array.from({ length: isMain ? 11 : 6 }, () => i64);
  m.addFunction(nameOf(index, n), params, isMain ? none : i64, [...registers, i64, i64, i32, i32, i32], body);
}

function flowOf(source: SourceFunction): Cfg {
  try {
    return findFlow(source);
  } catch (error) {
    if (error instanceof RangeError) throw new SimulatorError(error.message);
    throw error;
  }
}

function prologue({ work, e, program, source, cfg, isMain, mayGoto }: Scope): Expr[] {
  const { m } = e;
  const first = source.slots[0] ?? 0;
  const once = cfg.blocks.reduce((sum, block, n) => (cfg.inLoop[n] ? sum : sum + block.cost), 0);
  const code: Expr[] = [];
  if (isMain) {
    const alone = program.functions.length === 1 && !cfg.inLoop.includes(true);
    if (program.functions.length > 1) code.push(m.global.set("frame", m.i32.const(MAIN_FRAME)));
    if (!alone || once > work.env.budget) {
      code.push(m.global.set("fuel", m.i32.const(work.env.budget - once)), outOfBudget(e, first));
    }
    code.push(e.set(1, const64(e, MEMORY_BASE + BigInt(AREA.CONTEXT))));
    code.push(e.set(10, const64(e, MEMORY_BASE + BigInt(AREA.FRAMES_END))));
  } else {
    const frame = 13;
    const get = (): Expr => m.local.get(frame, e.i32);
    code.push(
      m.local.set(frame, m.i32.sub(m.global.get("frame", e.i32), m.i32.const(FRAME_SIZE))),
      m.if(m.i32.lt_u(get(), m.i32.const(DEEPEST)), stopRun(e, STOP.STACK, first)),
      m.global.set("frame", get()),
      e.set(10, m.i64.add(m.i64.extend_u(get()), const64(e, MEMORY_BASE + BigInt(FRAME_SIZE)))),
      spend(e, once),
      outOfBudget(e, first),
    );
  }
  if (source.insns.some((insn) => insn.kind === "may-goto")) {
    code.push(m.local.set(mayGoto, m.i32.const(MAY_GOTO_ROUNDS)));
  }
  return code;
}

function spend({ m, i32 }: Emitter, cost: number): Expr {
  return m.global.set("fuel", m.i32.sub(m.global.get("fuel", i32), m.i32.const(cost)));
}
function outOfBudget(e: Emitter, slot: number): Expr {
  const { m } = e;
  return m.if(m.i32.lt_s(m.global.get("fuel", e.i32), m.i32.const(0)), stopRun(e, STOP.BUDGET, slot));
}
function stopRun(e: Emitter, reason: number, slot: number): Expr {
  const { m } = e;
  return m.block(null, [m.call("fail", [m.i32.const(reason), const64(e, BigInt(slot))], e.none), m.unreachable()]);
}

function structured(scope: Scope): readonly Expr[] {
  const { e, source, cfg } = scope;
  const { m } = e;
  return structure<Expr>(cfg, {
    block: (label, body) => m.block(label, [...body]),
    loop: (label, body) => m.loop(label, m.block(null, [...body])),
    jump: (label) => m.br(label),
    body: (n) => {
      const block = cfg.blocks[n];
      if (block === undefined) return [];
      e.known.clear();
      e.known.set(10, { kind: "frame", offset: 0 });
      const code: Expr[] = [];
      if (cfg.inLoop[n]) {
        code.push(spend(e, block.cost));
        if (cfg.headers[n] || !cfg.reducible) code.push(outOfBudget(e, source.slots[block.first] ?? 0));
      }
      for (let at = block.first; at < block.last; at++) {
        const insn = source.insns[at];
        if (insn !== undefined) code.push(...emit(scope, insn, source.slots[at] ?? 0));
      }
      return code;
    },
    branch: (n, yes, no) => {
      const end = cfg.blocks[n]?.end;
      const condition = end?.kind === "branch" ? conditionOf(scope, end.insn) : m.unreachable();
      return m.if(condition, m.block(null, [...yes]), m.block(null, [...no]));
    },
    exit: () => leave(scope),
    select: (n) => m.local.set(scope.label, m.i32.const(n)),
    dispatch: (labels) => m.switch(labels, labels[0] ?? "", m.local.get(scope.label, e.i32)),
  });
}

function leave({ e, isMain }: Scope): Expr[] {
  const { m } = e;
  if (isMain) return [m.i64.store(AREA.TASK + TASK.RESULT, 8, m.i32.const(0), e.get(0)), m.return()];
  const frame = m.i32.add(m.local.get(13, e.i32), m.i32.const(FRAME_SIZE));
  return [m.global.set("frame", frame), m.return(e.get(0))];
}

function conditionOf({ e, mayGoto }: Scope, insn: Insn): Expr {
  const { m } = e;
  if (insn.kind === "may-goto") {
    const left = m.local.tee(mayGoto, m.i32.sub(m.local.get(mayGoto, e.i32), m.i32.const(1)), e.i32);
    return m.i32.lt_s(left, m.i32.const(0));
  }
  if (insn.kind !== "jump") return m.unreachable();
  const { op, width, left, right } = insn;
  if (width === 64) return compare(m.i64, op, e.get(left), operand64(e, right), const64(e, 0n));
  return compare(m.i32, op, low(e, left), operand32(e, right), m.i32.const(0));
}

function emit(scope: Scope, insn: Insn, slot: number): Expr[] {
  const { e } = scope;
  switch (insn.kind) {
    case "alu":
    case "neg":
    case "movsx":
    case "swap":
      return [emitAlu(e, insn)];
    case "load":
    case "store":
    case "atomic":
    case "load-acquire":
    case "store-release":
      return [emitMemory(e, insn, slot)];
    case "load64":
      return [loadWide(scope, insn)];
    case "call":
      return call(scope, insn, slot);
    case "label":
    case "jump":
    case "goto":
    case "may-goto":
    case "exit":
      return []; // ends of blocks
  }
}

function loadWide(scope: Scope, { dst, value }: Extract<Insn, { readonly kind: "load64" }>): Expr {
  const { e } = scope;
  const constant = wideValue(scope, value);
  e.known.set(dst, { kind: "const", value: constant });
  return e.set(dst, const64(e, constant));
}

function wideValue(
  { work, program, index }: Scope,
  value: Extract<Insn, { readonly kind: "load64" }>["value"],
): bigint {
  switch (value.kind) {
    case "imm":
      return BigInt.asUintN(64, value.value);
    case "map":
    case "map-value": {
      const map = work.env.maps[Number(value.name)];
      if (map === undefined) throw new SimulatorError(`program ${program.name} names a map that the object lacks`);
      return MEMORY_BASE + BigInt(value.kind === "map" ? map.head : map.nodes + map.values + value.offset);
    }
    case "function": {
      const name = nameOf(index, functionIndex(program, value.name));
      let place = work.callbacks.indexOf(name);
      if (place < 0) place = work.callbacks.push(name) - 1;
      return FUNCTION_BASE + BigInt(work.env.tableBase + place);
    }
    case "ksym":
      throw new SimulatorError(
        `program ${program.name} uses the kernel's variable ${value.name}, which is not simulated`,
      );
  }
}

function functionIndex(program: SourceProgram, label: string): number {
  const found = program.byLabel.get(label);
  if (found === undefined || found === 0)
    throw new SimulatorError(`program ${program.name} calls itself or what is no function`);
  return found;
}

const ARGUMENTS: readonly Reg[] = [1, 2, 3, 4, 5];

function call(
  { work, e, program, index }: Scope,
  insn: Extract<Insn, { readonly kind: "call" }>,
  slot: number,
): Expr[] {
  const { m } = e;
  const { target } = insn;
  for (const reg of ARGUMENTS) e.known.delete(reg);
  e.known.delete(0);
  switch (target.kind) {
    case "function": {
      const callee = nameOf(index, functionIndex(program, target.name));
      return [
        e.set(
          0,
          m.call(
            callee,
            ARGUMENTS.map((reg) => e.get(reg)),
            e.i64,
          ),
        ),
      ];
    }
    case "helper": {
      if (target.id === work.env.poison) return [stopRun(e, STOP.ABSENT, slot)];
      const recorded = work.env.recorded.get(target.id);
      if (recorded !== undefined) {
        const operands = ARGUMENTS.map((reg) => e.get(reg));
        work.helpers.set(recorded, operands.length);
        return [
          m.i32.store(AREA.TASK + TASK.INSN, 4, m.i32.const(0), m.i32.const(slot)),
          e.set(0, m.call(recorded, operands, e.i64)),
        ];
      }
      const answer = helperAnswer(target.id);
      if (answer === undefined) {
        throw new SimulatorError(
          `program ${program.name}, instruction ${slot}: ${helperText(target.id)} is not simulated`,
        );
      }
      if (answer.kind === "load") {
        const zero = m.i32.const(0);
        const value = answer.size === 8 ? m.i64.load(answer.at, 8, zero) : m.i64.load32_u(answer.at, 4, zero);
        return [e.set(0, value)];
      }
      work.helpers.set(answer.name, answer.args);
      const operands = ARGUMENTS.slice(0, answer.args).map((reg) => e.get(reg));
      return [
        m.i32.store(AREA.TASK + TASK.INSN, 4, m.i32.const(0), m.i32.const(slot)),
        e.set(0, m.call(answer.name, operands, e.i64)),
      ];
    }
    case "kfunc":
    case "register":
      throw new SimulatorError(
        `program ${program.name}, instruction ${slot}: calls through registers are not simulated`,
      );
  }
}
