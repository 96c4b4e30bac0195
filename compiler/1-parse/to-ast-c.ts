/** From match to tree: the C part, that is struct, union, enum and typedef definitions. */
import type * as Ast from "./ast.ts";
import { cConstant } from "./c-constant.ts";
import type { Context } from "./context.ts";
import type { Actions } from "./cst.ts";
import { ast, each, list, listElements, optional, spanOf } from "./to-ast.ts";
import { normalizeScalar } from "./type-names.ts";

/** What a declarator adds to its type. */
type Declarator = {
  readonly name: string | undefined;
  readonly wrap: (base: Ast.CType) => Ast.CType;
  readonly bits: number | undefined;
  readonly attributes: Attributes;
  readonly span: Ast.CMember["span"];
};
type Attributes = { readonly packed: boolean; readonly aligned: number | undefined };

const noAttributes: Attributes = { packed: false, aligned: undefined };

export const cActions: Actions = {
  CTypedef(node, ctx, _typedef, specifier, declarators) {
    const base = ast<Ast.CType>(specifier, ctx);
    const span = spanOf(node, ctx);
    const defined: Ast.CDefinition[] = base.kind === "c-inline" && isNamed(base.definition) ? [base.definition] : [];
    const type: Ast.CType = defined.length > 0 ? useOf(base) : base;
    for (const { name, wrap } of ast<Declarator[]>(declarators, ctx)) {
      if (name !== undefined) defined.push({ kind: "c-typedef", span, name, type: wrap(type) });
    }
    return defined;
  },
  CTagged(_node, ctx, definition) {
    return [ast<Ast.CDefinition>(definition, ctx)];
  },
  CAggregate(node, ctx, tag, before, name, between, _open, members, _close, after) {
    const { packed, aligned } = mergeAttributes([
      ...each<Attributes>(before, ctx),
      ...each<Attributes>(between, ctx),
      ...each<Attributes>(after, ctx),
    ]);
    return {
      kind: "c-aggregate",
      span: spanOf(node, ctx),
      tag: tag.text === "struct" ? "struct" : "union",
      name: optional<string>(name, ctx),
      members: each<Ast.CMember[]>(members, ctx).flat(),
      packed,
      aligned,
    } satisfies Ast.CAggregate;
  },
  COpaque(node, ctx, tag, name) {
    const span = spanOf(node, ctx);
    if (tag.text === "enum") {
      return { kind: "c-enum", span, name: name.text, values: [] } satisfies Ast.CEnum;
    }
    return {
      kind: "c-aggregate",
      span,
      tag: tag.text === "struct" ? "struct" : "union",
      name: name.text,
      members: undefined,
      packed: false,
      aligned: undefined,
    } satisfies Ast.CAggregate;
  },
  CEnum(node, ctx, _enum, _before, name, _open, values) {
    const parsed: Ast.CEnum["values"][number][] = [];
    let next = 0n;
    // One by one: a value may name an enumerator before it.
    for (const enumerator of listElements(values)) {
      const { name, value, span } = ast<{ name: string; value: bigint | undefined; span: Ast.CEnum["span"] }>(
        enumerator,
        ctx,
      );
      const current = value ?? next;
      ctx.enumerators.set(name, current);
      parsed.push({ name, value: current, span });
      next = current + 1n;
    }
    return {
      kind: "c-enum",
      span: spanOf(node, ctx),
      name: optional<string>(name, ctx),
      values: parsed,
    } satisfies Ast.CEnum;
  },
  CEnumerator(node, ctx, name, value) {
    return { name: name.text, value: optional<bigint>(value, ctx), span: spanOf(node, ctx) };
  },
  CEnumValue(_node, ctx, _eq, value) {
    return cConstant(ast(value, ctx), ctx);
  },
  CMember_field(node, ctx, specifier, declarators) {
    const base = ast<Ast.CType>(specifier, ctx);
    const span = spanOf(node, ctx);
    const parsed = optional<Declarator[]>(declarators, ctx);
    if (parsed === undefined) {
      const type = base;
      return [
        { kind: "c-member", span, name: undefined, type, bits: undefined, ...noAttributes } satisfies Ast.CMember,
      ];
    }
    return parsed.map(
      ({ name, wrap, bits, attributes, span: at }): Ast.CMember => ({
        kind: "c-member",
        span: parsed.length > 1 ? at : span,
        name,
        type: wrap(base),
        bits,
        ...attributes,
      }),
    );
  },
  CMember_empty() {
    return [];
  },
  CSpecifier(_node, ctx, _before, type) {
    return ast(type, ctx);
  },
  CTypeSpecifier(_node, ctx, type) {
    const parsed = ast<Ast.CType | Ast.CAggregate | Ast.CEnum>(type, ctx);
    if (parsed.kind !== "c-aggregate" && parsed.kind !== "c-enum") return parsed;
    return { kind: "c-inline", span: parsed.span, definition: parsed } satisfies Ast.CType;
  },
  CTagUse(node, ctx, tag, name) {
    const word = tag.text;
    return {
      kind: "c-tag",
      span: spanOf(node, ctx),
      tag: word === "struct" ? "struct" : word === "union" ? "union" : "enum",
      name: name.text,
    } satisfies Ast.CType;
  },
  CScalar_words(node, ctx, words) {
    const name = normalizeScalar(words.children.map((word) => word.text));
    return { kind: "c-name", span: spanOf(node, ctx), name } satisfies Ast.CType;
  },
  CScalar_name(node, ctx, name) {
    return { kind: "c-name", span: spanOf(node, ctx), name: name.text } satisfies Ast.CType;
  },
  CDeclarators(_node, ctx, first, rest) {
    return [ast<Declarator>(first, ctx), ...each<Declarator>(rest, ctx)];
  },
  NextCDeclarator(_node, ctx, _comma, declarator) {
    return ast(declarator, ctx);
  },
  CDeclarator_function(
    node,
    ctx,
    _pointers,
    _open,
    stars,
    name,
    arrays,
    _close,
    _openArgs,
    _args,
    _closeArgs,
    attributes,
  ) {
    const span = spanOf(node, ctx);
    const lengths = each<number | undefined>(arrays, ctx);
    const depth = stars.children.length;
    return {
      name: optional<string>(name, ctx),
      wrap: () => wrapArrays(wrapPointers({ kind: "c-function", span }, depth), lengths),
      bits: undefined,
      attributes: mergeAttributes(each<Attributes>(attributes, ctx)),
      span,
    } satisfies Declarator;
  },
  CDeclarator_plain(node, ctx, pointers, name, arrays, bits, attributes) {
    const lengths = each<number | undefined>(arrays, ctx);
    const depth = pointers.children.length;
    return {
      name: name.text,
      wrap: (base) => wrapArrays(wrapPointers(base, depth), lengths),
      bits: optional<number>(bits, ctx),
      attributes: mergeAttributes(each<Attributes>(attributes, ctx)),
      span: spanOf(node, ctx),
    } satisfies Declarator;
  },
  CDeclarator_gap(node, ctx, bits) {
    return {
      name: undefined,
      wrap: (base) => base,
      bits: ast<number>(bits, ctx),
      attributes: noAttributes,
      span: spanOf(node, ctx),
    } satisfies Declarator;
  },
  CArray(_node, ctx, _open, length) {
    const value = optional<Ast.Expr>(length, ctx);
    return value === undefined ? undefined : count(value, ctx, "an array length is negative or too large");
  },
  CBits(_node, ctx, _colon, width) {
    return count(ast(width, ctx), ctx, "a bit width is negative or too large");
  },
  CAttribute_list(_node, ctx, _attribute, _open, _open2, items) {
    return mergeAttributes(list<Attributes>(items, ctx));
  },
  CAttribute_packed() {
    return { packed: true, aligned: undefined } satisfies Attributes;
  },
  CAttributeItem(_node, ctx, name, argument) {
    const word = name.text.replace(/^__|__$/g, "");
    if (word === "packed") return { packed: true, aligned: undefined } satisfies Attributes;
    if (word !== "aligned") return noAttributes;
    // Without a number: the largest alignment that the target has any use for.
    return { packed: false, aligned: optional<number>(argument, ctx) ?? 16 } satisfies Attributes;
  },
  CAttributeArgument(_node, ctx, _open, value) {
    const parsed = optional<Ast.Expr>(value, ctx);
    return parsed === undefined ? undefined : count(parsed, ctx, "an alignment is negative or too large");
  },
};

function isNamed(definition: Ast.CAggregate | Ast.CEnum): boolean {
  return definition.name !== undefined;
}

/** `struct A` for `struct A { … }`, so that a typedef refers to the definition instead of repeating it. */
function useOf(type: Ast.CType): Ast.CType {
  if (type.kind !== "c-inline" || type.definition.name === undefined) return type;
  const tag = type.definition.kind === "c-enum" ? "enum" : type.definition.tag;
  return { kind: "c-tag", span: type.span, tag, name: type.definition.name };
}

function wrapPointers(base: Ast.CType, depth: number): Ast.CType {
  let type = base;
  for (let i = 0; i < depth; i++) type = { kind: "c-pointer", span: base.span, to: type };
  return type;
}

/** `int x[2][3]`: an array of two arrays of three. */
function wrapArrays(base: Ast.CType, lengths: readonly (number | undefined)[]): Ast.CType {
  return lengths.reduceRight<Ast.CType>(
    (element, length) => ({ kind: "c-array", span: base.span, element, length }),
    base,
  );
}

function mergeAttributes(all: readonly Attributes[]): Attributes {
  return {
    packed: all.some((a) => a.packed),
    aligned: all.reduce<number | undefined>((best, a) => (a.aligned === undefined ? best : a.aligned), undefined),
  };
}

function count(value: Ast.Expr, ctx: Context, why: string): number {
  const result = cConstant(value, ctx);
  if (result >= 0n && result < 1n << 31n) return Number(result);
  ctx.report("c-constant", value.span, { why });
  return 0;
}
