/** The integer expressions of `#if` and `#elif`, evaluated with 64-bit wrap-around as the C preprocessor does. */
import type { BinaryOp } from "./ast.ts";
import { type CMacros, expandMacros } from "./c-macros.ts";
import { applyOperator } from "./c-operators.ts";

export type Condition =
  | { readonly kind: "value"; readonly value: bigint }
  | { readonly kind: "invalid"; readonly why: string };

/** Kernel constants by name, where the caller has any; an unknown name is 0, as in C. */
export type Constants = (name: string) => bigint | undefined;

const levels: readonly (readonly BinaryOp[])[] = [
  ["||"],
  ["&&"],
  ["|"],
  ["^"],
  ["&"],
  ["==", "!="],
  ["<", ">", "<=", ">="],
  ["<<", ">>"],
  ["+", "-"],
  ["*", "/", "%"],
];

/** Evaluates the text after `#if`; comments are already blanked. */
export function evaluateCondition(text: string, macros: CMacros, constants: Constants): Condition {
  const isDefined = (name: string): string => (macros.has(name) ? "1" : "0");
  const resolved = text.replace(
    /\bdefined\s*(?:\(\s*([A-Za-z_]\w*)\s*\)|([A-Za-z_]\w*))/g,
    (_, inner: string | undefined, bare: string | undefined) => ` ${isDefined(inner ?? bare ?? "")} `,
  );
  const tokens = expandMacros(resolved, macros).text.match(
    /[A-Za-z_]\w*|\d\w*|'(?:\\.|[^'\\])'|\|\||&&|<<|>>|[=!<>]=|\S/g,
  );
  if (tokens === null) return { kind: "invalid", why: "it has no expression" };
  return new ConditionParser(tokens, constants).run();
}

class Invalid extends Error {}

class ConditionParser {
  private readonly tokens: readonly string[];
  private readonly constants: Constants;
  private at = 0;
  private depth = 0;

  constructor(tokens: readonly string[], constants: Constants) {
    this.tokens = tokens;
    this.constants = constants;
  }

  run(): Condition {
    try {
      const value = this.ternary(true);
      if (this.at < this.tokens.length) throw new Invalid(`unexpected ${this.tokens[this.at]}`);
      return { kind: "value", value };
    } catch (failure) {
      if (failure instanceof Invalid) return { kind: "invalid", why: failure.message };
      throw failure;
    }
  }

  /** `live` is false where the value does not count (`0 && 1 / 0`): then a division by zero is no error. */
  private ternary(live: boolean): bigint {
    if (++this.depth > 200) throw new Invalid("it nests too deeply");
    const condition = this.binary(0, live);
    let result = condition;
    if (this.take("?")) {
      const yes = this.ternary(live && condition !== 0n);
      this.expect(":");
      const no = this.ternary(live && condition === 0n);
      result = condition !== 0n ? yes : no;
    }
    this.depth--;
    return result;
  }

  private binary(level: number, live: boolean): bigint {
    const operators = levels[level];
    if (operators === undefined) return this.unary(live);
    let left = this.binary(level + 1, live);
    for (;;) {
      const op = operators.find((each) => each === this.tokens[this.at]);
      if (op === undefined) return left;
      this.at++;
      const counts = live && !(op === "||" && left !== 0n) && !(op === "&&" && left === 0n);
      const result = applyOperator(op, left, this.binary(level + 1, counts));
      if (result === undefined && counts) throw new Invalid("division by zero");
      left = result ?? 0n;
    }
  }

  private unary(live: boolean): bigint {
    const word = this.tokens[this.at];
    if (word === undefined) throw new Invalid("it ends where a value is expected");
    this.at++;
    if (/^[!~+-]$/.test(word)) {
      if (++this.depth > 200) throw new Invalid("it nests too deeply");
      const value = this.unary(live);
      this.depth--;
      if (word === "!") return value === 0n ? 1n : 0n;
      if (word === "~") return BigInt.asIntN(64, ~value);
      return word === "-" ? BigInt.asIntN(64, -value) : value;
    }
    if (word === "(") {
      const value = this.ternary(live);
      this.expect(")");
      return value;
    }
    if (word === "'") throw new Invalid("a quote is not closed");
    if (word.startsWith("'")) return BigInt(word.charCodeAt(word[1] === "\\" ? 2 : 1));
    if (/^\d/.test(word)) return this.integer(word);
    if (/^[A-Za-z_]/.test(word)) return this.constants(word) ?? 0n;
    throw new Invalid(`unexpected ${word}`);
  }

  private integer(text: string): bigint {
    const digits = text.replace(/[uUlL]+$/, "");
    if (/^0[0-7]+$/.test(digits)) return BigInt.asIntN(64, BigInt(`0o${digits.slice(1)}`));
    if (!/^(?:0[xX][0-9a-fA-F]+|0[bB][01]+|\d+)$/.test(digits)) throw new Invalid(`${text} is not an integer`);
    return BigInt.asIntN(64, BigInt(digits));
  }

  private take(text: string): boolean {
    if (this.tokens[this.at] !== text) return false;
    this.at++;
    return true;
  }

  private expect(text: string): void {
    if (!this.take(text)) throw new Invalid(`expected ${text}`);
  }
}
