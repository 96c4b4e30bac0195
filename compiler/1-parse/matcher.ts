/**
 * Matches text against the grammar's recipe: the parsing that Ohm would do, without what Ohm keeps to explain a failure,
 * in a tenth of its time. Ohm stays the grammar's compiler and is asked why a text does not match (errors.ts).
 *
 * Relies on the grammar: no left recursion, nothing repeated that may be empty, `space` is a blank. Guarantees Ohm's
 * tree: test/parse/matcher.test.ts compares both, node by node.
 *
 * Each expression becomes a function from a position to where its match ends, or -1; it appends its nodes to `out`, unless
 * only the answer counts. Rules that skip blanks (upper case) are remembered by position; the insides of others, which are
 * tokens, are matched once more by those who ask for their parts.
 */
import { invariant } from "../util/assert.ts";
import type { Cst } from "./cst.ts";

/** A parsing expression as Ohm writes it: kind, place, then what the kind has. */
type Expression = readonly [kind: string, place: unknown, ...rest: readonly unknown[]];
type RuleRecipe = readonly [string, unknown, unknown, parameters: readonly string[], body: Expression];

type Matches = (state: State, at: number, out: Cst[] | undefined) => number;

type State = {
  readonly text: string;
  /** Per rule that skips blanks: its node by position; null: it does not match there. */
  readonly known: Map<number, Cst | null>[];
  depth: number;
};

const FAILED = -1;
const BLANK = 32;
/** Nested applications of rules: some hundreds of operators in a row, far within any engine's stack. */
const MAX_DEPTH = 3200;

class Node implements Cst {
  readonly rule: string;
  readonly start: number;
  readonly end: number;
  readonly children: readonly Cst[];
  private readonly input: string;

  constructor(rule: string, start: number, end: number, children: readonly Cst[], input: string) {
    this.rule = rule;
    this.start = start;
    this.end = end;
    this.children = children;
    this.input = input;
  }

  get text(): string {
    return this.input.slice(this.start, this.end);
  }
}

/** A token: its parts are made when they are asked for, as those of a name never are. */
class Token implements Cst {
  readonly rule: string;
  readonly start: number;
  readonly end: number;
  private readonly state: State;
  private readonly body: Matches;

  constructor(rule: string, start: number, end: number, body: Matches, state: State) {
    this.rule = rule;
    this.start = start;
    this.end = end;
    this.body = body;
    this.state = state;
  }

  get text(): string {
    return this.state.text.slice(this.start, this.end);
  }

  get children(): readonly Cst[] {
    const parts: Cst[] = [];
    this.body(this.state, this.start, parts);
    return parts;
  }
}

const NOTHING: readonly Cst[] = [];

/** What Ohm gives every grammar, as far as ours uses it. */
const BUILT_IN: Readonly<Record<string, RuleRecipe>> = {
  ListOf: rule(["elem", "sep"], alt(app("NonemptyListOf", param(0), param(1)), app("EmptyListOf", param(0), param(1)))),
  NonemptyListOf: rule(["elem", "sep"], seq(param(0), ["star", null, seq(param(1), param(0))])),
  EmptyListOf: rule(["elem", "sep"], seq()),
  any: rule([], ["any", null]),
};

function rule(parameters: readonly string[], body: Expression): RuleRecipe {
  return ["define", null, null, parameters, body];
}
function alt(...terms: readonly Expression[]): Expression {
  return ["alt", null, ...terms];
}
function seq(...factors: readonly Expression[]): Expression {
  return ["seq", null, ...factors];
}
function app(name: string, ...args: readonly Expression[]): Expression {
  return ["app", null, name, args];
}
function param(index: number): Expression {
  return ["param", null, index];
}

/** @returns the match of a whole text with a rule, blanks around it left out; undefined if there is none */
export type Matcher = (text: string, rule: string) => Cst | undefined;

/**
 * A matcher for Ohm's recipe of a grammar. Rules are prepared when they are first applied.
 * @throws RangeError from the matcher, for a text that nests too deeply
 */
export function matcherOf(recipe: string): Matcher {
  const rules = JSON.parse(recipe)[5] as Readonly<Record<string, RuleRecipe>>;
  const applications = new Map<string, Matches>();
  let remembered = 0;

  const prepare = (expression: Expression, skips: boolean): Matches => {
    const [kind, , first, second] = expression;
    switch (kind) {
      case "terminal":
        return terminal(String(first), skips);
      case "range":
        return range(String(first).charCodeAt(0), String(second).charCodeAt(0), skips);
      case "any":
        return character;
      case "app":
        return apply(String(first), second as readonly Expression[], skips);
      case "alt":
        return alternative((expression.slice(2) as Expression[]).map((term) => prepare(term, skips)));
      case "seq":
        return sequence((expression.slice(2) as Expression[]).map((factor) => prepare(factor, skips)));
      case "star":
      case "plus":
      case "opt": {
        const most = kind === "opt" ? 1 : Number.POSITIVE_INFINITY;
        const inner = first as Expression;
        return iteration(prepare(inner, skips), arityOf(inner), kind === "plus" ? 1 : 0, most);
      }
      case "not": {
        const inner = prepare(first as Expression, skips);
        return (state, at) => (inner(state, at, undefined) < 0 ? at : FAILED);
      }
      case "lookahead": {
        const inner = prepare(first as Expression, skips);
        return (state, at, out) => (inner(state, at, out) < 0 ? FAILED : at);
      }
      default:
        invariant(false, "1-parse", `the matcher knows no ${kind}`);
    }
  };

  /** The application of a rule to arguments, made once for each of them, and its body when it is first reached. */
  const apply = (name: string, args: readonly Expression[], skips: boolean): Matches => {
    const key = `${skips ? " " : ""}${name} ${JSON.stringify(args)}`;
    const known = applications.get(key);
    if (known !== undefined) return known;
    const recipe = rules[name] ?? BUILT_IN[name];
    invariant(recipe !== undefined, "1-parse", `the grammar has no rule ${name}`);
    const inner = /^[A-Z]/.test(name);
    const body = () => prepare(substitute(recipe[4], args) as Expression, inner);
    const matches = inner ? phrase(name, body, remembered++, skips) : token(name, body, skips);
    applications.set(key, matches);
    return matches;
  };

  /** Places of expressions are gone from the recipe, so that arity only counts nodes. */
  const arityOf = (expression: Expression): number => {
    const [kind, , first] = expression;
    switch (kind) {
      case "seq":
        return (expression.slice(2) as Expression[]).reduce((sum, factor) => sum + arityOf(factor), 0);
      case "alt":
      case "star":
      case "plus":
      case "opt":
      case "lookahead":
        return first === undefined ? 0 : arityOf(first as Expression);
      case "not":
        return 0;
      default:
        return 1;
    }
  };

  return (text, name) => {
    const state: State = { text, known: [], depth: 0 };
    const out: Cst[] = [];
    const end = apply(name, [], true)(state, 0, out);
    return end >= 0 && behindBlanks(text, end) === text.length ? out[0] : undefined;
  };
}

/** A rule's body with its parameters replaced. */
function substitute(expression: unknown, args: readonly Expression[]): unknown {
  if (!Array.isArray(expression) || args.length === 0) return expression;
  if (expression[0] === "param") return args[Number(expression[2])];
  return expression.map((part) => substitute(part, args));
}

/** In rules that begin with an upper case letter, blanks before a node are skipped. */
function behindBlanks(text: string, at: number): number {
  let from = at;
  while (text.charCodeAt(from) === BLANK) from++;
  return from;
}

function terminal(wanted: string, skips: boolean): Matches {
  const code = wanted.charCodeAt(0);
  const { length } = wanted;
  return (state, at, out) => {
    const { text } = state;
    const from = skips ? behindBlanks(text, at) : at;
    if (text.charCodeAt(from) !== code || (length > 1 && !text.startsWith(wanted, from))) return FAILED;
    out?.push(new Node("_terminal", from, from + length, NOTHING, text));
    return from + length;
  };
}

function range(first: number, last: number, skips: boolean): Matches {
  return (state, at, out) => {
    const from = skips ? behindBlanks(state.text, at) : at;
    const code = state.text.charCodeAt(from);
    // Behind the end there is NaN, which is in no range.
    if (!(code >= first && code <= last)) return FAILED;
    out?.push(new Node("_terminal", from, from + 1, NOTHING, state.text));
    return from + 1;
  };
}

const character: Matches = (state, at, out) => {
  const code = state.text.codePointAt(at);
  if (code === undefined) return FAILED;
  const end = at + (code > 0xffff ? 2 : 1);
  out?.push(new Node("_terminal", at, end, NOTHING, state.text));
  return end;
};

function alternative(terms: readonly Matches[]): Matches {
  return (state, at, out) => {
    for (const term of terms) {
      const end = term(state, at, out);
      if (end >= 0) return end;
    }
    return FAILED;
  };
}

function sequence(factors: readonly Matches[]): Matches {
  return (state, at, out) => {
    const before = out?.length ?? 0;
    let end = at;
    for (const factor of factors) {
      end = factor(state, end, out);
      if (end >= 0) continue;
      if (out !== undefined) out.length = before;
      return FAILED;
    }
    return end;
  };
}

/** One node per node of the repeated expression, each with that node of every round. */
function iteration(inner: Matches, arity: number, least: number, most: number): Matches {
  return (state, at, out) => {
    const rows: Cst[] | undefined = out === undefined ? undefined : [];
    let end = at;
    let rounds = 0;
    for (; rounds < most; rounds++) {
      const next = inner(state, end, rows);
      if (next < 0) break;
      end = next;
    }
    if (rounds < least) return FAILED;
    if (out === undefined || rows === undefined) return end;
    const start = rows[0]?.start ?? at;
    const last = rows.at(-1)?.end ?? at;
    for (let column = 0; column < arity; column++) {
      const children = arity === 1 ? rows : rows.filter((_, i) => i % arity === column);
      out.push(new Node("_iter", start, last, children, state.text));
    }
    return end;
  };
}

/** A rule that skips blanks: matched once at each position. */
function phrase(name: string, prepare: () => Matches, index: number, skips: boolean): Matches {
  let body: Matches | undefined;
  return (state, at, out) => {
    const from = skips ? behindBlanks(state.text, at) : at;
    let known = state.known[index];
    if (known === undefined) {
      known = new Map();
      state.known[index] = known;
    }
    let node = known.get(from);
    if (node === undefined) {
      if (state.depth >= MAX_DEPTH) throw new RangeError("too deep");
      body ??= prepare();
      const children: Cst[] = [];
      state.depth++;
      const end = body(state, from, children);
      state.depth--;
      node = end < 0 ? null : new Node(name, from, end, children, state.text);
      known.set(from, node);
    }
    if (node === null) return FAILED;
    out?.push(node);
    return node.end;
  };
}

function token(name: string, prepare: () => Matches, skips: boolean): Matches {
  let body: Matches | undefined;
  return (state, at, out) => {
    const from = skips ? behindBlanks(state.text, at) : at;
    body ??= prepare();
    const end = body(state, from, undefined);
    if (end >= 0) out?.push(new Token(name, from, end, body, state));
    return end;
  };
}
