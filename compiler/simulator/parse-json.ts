/**
 * JSON (RFC 8259) with exact integers: a number beyond 2^53 is a bigint, and an error has its column. Events files hold
 * addresses and counters of 64 bits, which JSON.parse would round.
 */

export type Json = null | boolean | number | bigint | string | readonly Json[] | { readonly [key: string]: Json };

/** What is wrong with a text, and where: 1-based column. */
export class JsonError extends Error {
  readonly column: number;
  constructor(message: string, at: number) {
    super(message);
    this.column = at + 1;
  }
}

const MAX_DEPTH = 64;

/** @throws JsonError */
export function parseJson(text: string): Json {
  // Plain files are read by the engine, which is many times faster: only a long number needs care.
  if (!/\d{16}/.test(text)) {
    try {
      return JSON.parse(text) as Json;
    } catch {
      // Read again below, for the column and a clearer message.
    }
  }
  const reader = { text, at: 0 };
  const value = readValue(reader, 0);
  skip(reader);
  if (reader.at < text.length) throw new JsonError(`'${text[reader.at]}' stands behind the value`, reader.at);
  return value;
}

type Reader = { readonly text: string; at: number };

function skip(reader: Reader): void {
  while (/[ \t\r\n]/.test(reader.text[reader.at] ?? "x")) reader.at++;
}

function readValue(reader: Reader, depth: number): Json {
  skip(reader);
  const { text, at } = reader;
  if (depth > MAX_DEPTH) throw new JsonError("values nested too deep", at);
  const first = text[at];
  if (first === undefined) throw new JsonError("the line ends where a value is needed", at);
  if (first === "{") return readMap(reader, depth);
  if (first === "[") return readList(reader, depth);
  if (first === '"') return readText(reader);
  for (const [word, value] of [
    ["true", true],
    ["false", false],
    ["null", null],
  ] as const) {
    if (!text.startsWith(word, at)) continue;
    reader.at += word.length;
    return value;
  }
  const number = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?/y;
  number.lastIndex = at;
  const match = number.exec(text);
  if (match === null) throw new JsonError(`'${first}' begins no value`, at);
  reader.at += match[0].length;
  if (match[1] !== undefined || match[2] !== undefined) return Number(match[0]);
  const small = Number(match[0]);
  return Number.isSafeInteger(small) ? small : BigInt(match[0]);
}

function readMap(reader: Reader, depth: number): Json {
  const map: Record<string, Json> = {};
  reader.at++;
  skip(reader);
  if (reader.text[reader.at] === "}") {
    reader.at++;
    return map;
  }
  for (;;) {
    skip(reader);
    if (reader.text[reader.at] !== '"') throw new JsonError("a key in double quotes is needed", reader.at);
    const key = readText(reader);
    skip(reader);
    if (reader.text[reader.at] !== ":") throw new JsonError("':' is missing behind a key", reader.at);
    reader.at++;
    const value = readValue(reader, depth + 1);
    // As JSON.parse: a key of any name is a key, the last of several counts.
    Object.defineProperty(map, key, { value, enumerable: true, writable: true, configurable: true });
    if (goesOn(reader, "}")) return map;
  }
}

function readList(reader: Reader, depth: number): Json {
  const list: Json[] = [];
  reader.at++;
  skip(reader);
  if (reader.text[reader.at] === "]") {
    reader.at++;
    return list;
  }
  for (;;) {
    list.push(readValue(reader, depth + 1));
    if (goesOn(reader, "]")) return list;
  }
}

/** True: the closing mark was read; false: a comma. */
function goesOn(reader: Reader, close: string): boolean {
  skip(reader);
  const mark = reader.text[reader.at];
  if (mark !== "," && mark !== close)
    throw new JsonError(
      mark === undefined ? `the line ends before '${close}'` : `',' or '${close}' is missing`,
      reader.at,
    );
  reader.at++;
  return mark === close;
}

function readText(reader: Reader): string {
  const { text, at } = reader;
  let end = at + 1;
  while (end < text.length && text[end] !== '"') end += text[end] === "\\" ? 2 : 1;
  if (end >= text.length) throw new JsonError("a text has no closing quote", at);
  try {
    const value: unknown = JSON.parse(text.slice(at, end + 1));
    reader.at = end + 1;
    return String(value);
  } catch {
    throw new JsonError("a text with an escape or character that JSON has not", at);
  }
}
