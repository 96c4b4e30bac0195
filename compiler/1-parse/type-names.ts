/** Names of types as text: which names are types by their look, and C's many orders of words in one form. */
import type { Expr, TypeName } from "./ast.ts";

const typeLike =
  /^(?:(?:__)?(?:u|s|be|le)(?:8|16|32|64)|u?int(?:8|16|32|64)|bool|void|string|_Bool|(?:unsigned|signed|long|short|int|char)(?: \w+)*|\w+_t)$/;

/**
 * Whether a bare name can only sensibly be a type: `uint8`, `u64`, `size_t`. Where the grammar leaves the choice
 * (`sizeof(name)`, `(name) - 1`) this decides; a type by another name is an identifier there, and 2-check resolves it.
 */
function isTypeLike(name: string): boolean {
  return typeLike.test(name);
}

/** An operand read as an expression that is really a type: `uint8`, `uint8[4]`, `string[16]`; undefined: it is not. */
export function typeOfOperand(expr: Expr): TypeName | undefined {
  if (expr.kind === "identifier" && isTypeLike(expr.name)) {
    return { kind: "type-name", span: expr.span, name: expr.name, size: undefined };
  }
  if (expr.kind !== "index" || expr.index.kind !== "integer") return undefined;
  if (expr.base.kind === "identifier" && isSized(expr.base.name)) {
    return sizedOrArray(
      { kind: "type-name", span: expr.span, name: expr.base.name, size: undefined },
      expr.index.value,
    );
  }
  const element = typeOfOperand(expr.base);
  return element === undefined
    ? undefined
    : { kind: "type-array", span: expr.span, element, length: Number(expr.index.value) };
}

/** `string[16]` has a capacity; `uint8[16]` is an array. */
export function sizedOrArray(base: TypeName, length: bigint | undefined): TypeName {
  if (base.kind === "type-name" && base.size === undefined && isSized(base.name) && length !== undefined) {
    return { ...base, size: Number(length) };
  }
  return {
    kind: "type-array",
    span: base.span,
    element: base,
    length: length === undefined ? undefined : Number(length),
  };
}

/** L1.113: N in `string[N]`, `buffer[N]`, `inet[N]` is a capacity. */
function isSized(name: string): boolean {
  return name === "string" || name === "buffer" || name === "inet";
}

/** One spelling per C scalar: `long unsigned int` → `unsigned long`, `unsigned` → `unsigned int`. */
export function normalizeScalar(words: readonly string[]): string {
  const count = (word: string): number => words.filter((w) => w === word).length;
  const unsigned = count("unsigned") > 0;
  if (count("char") > 0) return unsigned ? "unsigned char" : count("signed") > 0 ? "signed char" : "char";
  const size = count("short") > 0 ? "short" : count("long") > 1 ? "long long" : count("long") > 0 ? "long" : "int";
  return unsigned ? `unsigned ${size}` : size;
}
