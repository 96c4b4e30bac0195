/** Lines and tokens of the text form, with errors that name the line; parse.ts makes a function of them. */
import { valueId } from "./edit.ts";
import type { ValueId } from "./ir.ts";

export class IrSyntaxError extends Error {
  override readonly name = "IrSyntaxError";
}

/** One line's tokens, read from left to right. */
export class Tokens {
  readonly #tokens: readonly string[];
  readonly #line: number;
  #at = 0;

  constructor(text: string, line: number) {
    this.#line = line;
    this.#tokens = text.match(/"(?:[^"\\]|\\.)*"|-?\d+\.\.\d+|-?\d+(?::\d+)*|[A-Za-z_.][\w.-]*|[^\s]/g) ?? [];
  }
  get done(): boolean {
    return this.#at >= this.#tokens.length;
  }
  fail(message: string): never {
    throw new IrSyntaxError(`line ${this.#line}: ${message}`);
  }
  peek(): string | undefined {
    return this.#tokens[this.#at];
  }
  next(what: string): string {
    const token = this.#tokens[this.#at++];
    return token === undefined ? this.fail(`expected ${what}`) : token;
  }
  accept(token: string): boolean {
    if (this.peek() !== token) return false;
    this.#at++;
    return true;
  }
  expect(token: string): void {
    const got = this.next(`"${token}"`);
    if (got !== token) this.fail(`expected "${token}", not "${got}"`);
  }
  oneOf<T extends string>(all: readonly T[], what: string): T {
    const token = this.next(what);
    const found = all.find((name) => name === token);
    return found === undefined ? this.fail(`"${token}" is no ${what}`) : found;
  }
  number(): number {
    const token = this.next("a number");
    return /^-?\d+$/.test(token) ? Number(token) : this.fail(`"${token}" is no number`);
  }
  big(): bigint {
    const token = this.next("a number");
    return /^-?\d+$/.test(token) ? BigInt(token) : this.fail(`"${token}" is no number`);
  }
  size<T extends number>(all: readonly T[]): T {
    const n = this.number();
    return all.find((size) => size === n) ?? this.fail(`${n} is not one of ${all.join(", ")}`);
  }
  numbered(letter: string): number {
    const token = this.next(`${letter}N`);
    return token.startsWith(letter) && /^\d+$/.test(token.slice(1))
      ? Number(token.slice(1))
      : this.fail(`expected ${letter}N, not "${token}"`);
  }
  value(): ValueId {
    return valueId(this.numbered("v"));
  }
  text(): string {
    const token = this.next("a quoted name");
    const value: unknown = token.startsWith('"') ? JSON.parse(token) : undefined;
    return typeof value === "string" ? value : this.fail(`expected a quoted name, not "${token}"`);
  }
  /** u8…u64, s8…s64 */
  type(): { readonly signed: boolean; readonly size: 1 | 2 | 4 | 8 } {
    const token = this.next("a type");
    const size = ([1, 2, 4, 8] as const).find((n) => token === `u${n * 8}` || token === `s${n * 8}`);
    return size === undefined ? this.fail(`"${token}" is no type`) : { signed: token.startsWith("s"), size };
  }
  values(close: string): ValueId[] {
    const out: ValueId[] = [];
    while (!this.accept(close)) {
      if (out.length > 0) this.expect(",");
      out.push(this.value());
    }
    return out;
  }
}

export class Lines {
  readonly #lines: readonly { readonly text: string; readonly number: number }[];
  #at = 0;

  constructor(text: string) {
    this.#lines = text
      .split("\n")
      .map((line, i) => ({ text: line.replace(/#.*/, "").trim(), number: i + 1 }))
      .filter((line) => line.text !== "");
  }
  get done(): boolean {
    return this.#at >= this.#lines.length;
  }
  get peek(): string {
    return this.#lines[this.#at]?.text ?? "";
  }
  next(): Tokens {
    const line = this.#lines[this.#at++];
    if (line === undefined) throw new IrSyntaxError("the text ends inside a function");
    return new Tokens(line.text, line.number);
  }
}
