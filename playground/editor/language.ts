/**
 * The language for the editor: which word is what, by the compiler's tables, and where lines are indented. Colours are in
 * theme.ts; what a thing means is asked of the worker.
 */
import { LanguageSupport, StreamLanguage, type StreamParser, type StringStream } from "@codemirror/language";
import { tags } from "@lezer/highlight";
import { aggregations, builtins, functions, probes } from "../../compiler/index.ts";

const callable = new Set<string>([...functions, ...aggregations].map(({ name }) => name));
const values = new Set<string>(builtins.map(({ name }) => name));
const providers = new Set<string>(probes.flatMap(({ name, aliases }) => [name, ...aliases]));
const keywords = new Set(
  "if else for while unroll let return break continue config macro fn import struct union enum typedef sizeof offsetof typeof typeinfo true false".split(
    " ",
  ),
);
const types = new Set(
  "void bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 string buffer inet mac_address usym_t ksym_t username timestamp stack_t char short int long unsigned signed size_t u8 u16 u32 u64 s8 s16 s32 s64".split(
    " ",
  ),
);

type State = {
  comment: boolean;
  /** Open brackets, as the columns that lines inside are indented to. */
  depth: number;
  /** Between programs, where a word with a colon is a probe. */
  top: boolean;
  predicate: boolean;
};

const parser: StreamParser<State> = {
  name: "bpftrace",
  startState: () => ({ comment: false, depth: 0, top: true, predicate: false }),
  token(stream, state) {
    if (state.comment) return comment(stream, state);
    if (stream.eatSpace()) return null;
    if (stream.match("//")) {
      stream.skipToEnd();
      return "comment";
    }
    if (stream.match("/*")) {
      state.comment = true;
      return comment(stream, state);
    }
    if (stream.sol() && stream.peek() === "#") {
      stream.skipToEnd();
      return "meta";
    }
    if (stream.match(/^"(?:[^"\\]|\\.)*"?/)) return "string";
    if (stream.match(/^@[A-Za-z_]?\w*/)) return "map";
    if (stream.match(/^\$(?:[A-Za-z_]\w*|\d+|#)/)) return "variableName";
    if (stream.match(/^(?:0[xX][0-9a-fA-F_]+|\d[\d_]*(?:e\d+)?)(?:ns|us|ms|ull|ul|u|ll|l|s|m|h|d)?\b/)) return "number";
    if (state.top && state.depth === 0 && !state.predicate) {
      const probe = stream.match(/^[A-Za-z_]\w*(?=:)/);
      if (probe !== null && probe !== true && probe !== false && providers.has(probe[0])) {
        stream.match(/^:[^\s,{/]*(?:\/[^\s,{]*)?/);
        return "probe";
      }
    }
    const word = stream.match(/^[A-Za-z_]\w*/);
    if (word !== null && word !== true && word !== false) return wordToken(word[0], stream, state);
    return punctuation(stream, state);
  },
  indent(state, after, context) {
    const closes = /^\s*[})\]]/.test(after) ? 1 : 0;
    return Math.max(0, state.depth - closes) * context.unit;
  },
  languageData: {
    commentTokens: { line: "//", block: { open: "/*", close: "*/" } },
    closeBrackets: { brackets: ["(", "[", "{", '"'] },
    indentOnInput: /^\s*[})\]]$/,
  },
  tokenTable: {
    probe: tags.labelName,
    map: tags.special(tags.variableName),
    builtin: tags.standard(tags.variableName),
    function: tags.function(tags.variableName),
    property: tags.propertyName,
  },
};

function comment(stream: StringStream, state: State): string {
  while (!stream.eol()) {
    if (stream.match("*/")) {
      state.comment = false;
      break;
    }
    stream.next();
  }
  return "comment";
}

function wordToken(word: string, stream: StringStream, state: State): string | null {
  const before = stream.string.slice(0, stream.start).trimEnd();
  if (before.endsWith(".") || before.endsWith("->")) return "property";
  if (state.depth === 0 && providers.has(word)) return "probe";
  if (keywords.has(word)) return "keyword";
  const call = /^\s*\(/.test(stream.string.slice(stream.pos));
  if (call && callable.has(word)) return "function";
  if (values.has(word) || /^s?arg\d$/.test(word)) return "builtin";
  if (types.has(word) || /\b(?:struct|union|enum)$/.test(before)) return "typeName";
  return null;
}

function punctuation(stream: StringStream, state: State): string | null {
  const char = stream.next();
  switch (char) {
    case "{":
    case "(":
    case "[":
      state.depth++;
      if (char === "{") state.predicate = false;
      return "bracket";
    case "}":
    case ")":
    case "]":
      state.depth = Math.max(0, state.depth - 1);
      return "bracket";
    case "/":
      if (state.depth === 0) {
        state.predicate = !state.predicate;
        return "punctuation";
      }
      return "operator";
    case ";":
    case ",":
      return "punctuation";
    default:
      return "operator";
  }
}

export function bpftrace(): LanguageSupport {
  return new LanguageSupport(StreamLanguage.define(parser));
}
