/**
 * What an editor asks about a script that is being written: the types of its expressions, variables and maps, and what
 * fields a value has. Parses and checks like pipeline.ts, goes no further, and minds no errors: what is known of a
 * half-written script is told.
 */
import { parse } from "./1-parse/parse.ts";
import { check } from "./2-check/check.ts";
import type * as Typed from "./2-check/typed.ts";
import { printTypeName } from "./btf/print-c.ts";
import type { BtfMember } from "./btf/types.ts";
import type { CompileOptions } from "./options.ts";
import type { Span } from "./source/span.ts";
import { createSource } from "./source/text.ts";
import { resolve } from "./types/from-btf.ts";
import { printType } from "./types/print.ts";
import type { StructType, Type } from "./types/type.ts";

export type ExploredField = {
  readonly name: string;
  /** In C's words for kernel types, in the language's for others. */
  readonly type: string;
};
export type ExploredExpression = {
  readonly span: Span;
  readonly type: string;
  /** Of the value, or of what it points to; empty where there are none. */
  readonly fields: readonly ExploredField[];
};
export type Explored = {
  /** With their sigils. `key` undefined: a scalar map. */
  readonly maps: readonly { readonly name: string; readonly key: string | undefined; readonly value: string }[];
  /** Variables of each probe and function, with their sigil; `span`: of the probe. */
  readonly variables: readonly { readonly name: string; readonly type: string; readonly span: Span }[];
  /** The expression that was asked for. */
  readonly expression: ExploredExpression | undefined;
};

/**
 * Types of a script as far as it can be understood.
 * @param at the largest expression that ends where this does, and begins no earlier, is told
 * @throws SnapshotError if the snapshot turns out damaged where the script needs it
 */
export function explore(text: string, options: CompileOptions, at: Span | undefined): Explored {
  const source = createSource(options.name, text);
  const ast = parse(source, { params: options.positional, constants: (name) => options.snapshot.constant(name) });
  const program = check({ ...ast.value, imports: [] }, source, {
    snapshot: options.snapshot,
    arch: options.arch,
    options: {
      unsafe: true,
      params: options.positional ?? [],
      runtimeParams: options.positional === undefined,
      named: {},
      environment: {},
      pidFilter: false,
    },
    binaries: undefined,
    parseLibrary: (library) => parse(createSource("library", library)).value.items,
  }).value;
  const units = [...program.probes, ...program.functions];
  return {
    maps: program.maps
      .filter((map) => map.name.startsWith("@"))
      .map((map) => ({
        name: map.name,
        key: map.key === undefined ? undefined : printType(map.key),
        value: printType(map.value),
      })),
    variables: units.flatMap((unit) =>
      unit.vars.map((one) => ({ name: `$${one.name}`, type: printType(one.type), span: unit.span })),
    ),
    expression: at === undefined ? undefined : find(units, at),
  };
}

function find(units: readonly (Typed.Probe | Typed.Fn)[], at: Span): ExploredExpression | undefined {
  let best: Typed.Expr | undefined;
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) {
      for (const each of value) visit(each);
      return;
    }
    if (typeof value !== "object" || value === null || value instanceof Uint8Array) return;
    if (isExpr(value) && value.span.end === at.end && value.span.start >= at.start && value.type.kind !== "error") {
      // The checker's own casts have the span of what they convert: that is what was written.
      if (best === undefined || value.span.start <= best.span.start) best = value;
    }
    // Types hold a kernel's whole BTF: only nodes are walked.
    for (const [name, child] of Object.entries(value)) if (!LEAVES.has(name)) visit(child);
  };
  for (const unit of units) {
    visit(unit.body);
    if ("predicate" in unit) visit(unit.predicate);
  }
  return best === undefined ? undefined : { span: best.span, type: printType(best.type), fields: fieldsOf(best.type) };
}

const LEAVES: ReadonlySet<string> = new Set(["type", "span", "path", "param", "field", "vars"]);

function isExpr(value: object): value is Typed.Expr {
  return "kind" in value && "span" in value && "type" in value;
}

function fieldsOf(type: Type): readonly ExploredField[] {
  let at = type;
  while (at.kind === "pointer") at = at.to;
  if (at.kind === "record") return at.fields.map((field) => ({ name: field.name, type: printType(field.type) }));
  if (at.kind === "tuple") return at.fields.map((field, index) => ({ name: String(index), type: printType(field) }));
  return at.kind === "struct" ? structFields(at) : [];
}

/** Members, those of anonymous ones in their place. */
function structFields(struct: StructType): readonly ExploredField[] {
  const { origin } = struct;
  switch (origin.kind) {
    case "opaque":
      return [];
    case "script":
      return origin.fields.flatMap((field) => {
        if (field.name !== "") return [{ name: field.name, type: printType(field.type) }];
        return field.type.kind === "struct" ? structFields(field.type) : [];
      });
    case "kernel":
    case "binary": {
      const { btf } = origin;
      const members = (id: typeof origin.id): readonly BtfMember[] => {
        const type = btf.type(resolve(btf, id).id);
        if (type.kind !== "struct" && type.kind !== "union") return [];
        return type.members.flatMap((member) => (member.name === "" ? members(member.type) : [member]));
      };
      return members(origin.id).map(({ name, type }) => ({ name, type: printTypeName(btf, type) }));
    }
  }
}
