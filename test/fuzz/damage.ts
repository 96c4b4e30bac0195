/** Damage to a script's text: bytes, tokens and lines changed, lost, doubled or taken from another script. */
import type { Random } from "./random.ts";

const TOKEN = /\s+|[A-Za-z_@$][A-Za-z0-9_]*|\d+|"[^"\n]*"|./gsu;
const ODD = [
  "0", "-1", "18446744073709551615", "9223372036854775808", "0x", "1e3", "''", '""', '"%s"', '"%', "@", "$", "$1", "(", ")",
  "{", "}", "[", "]", ",", ";", "->", ".", "*", "&", "!", "++", "--", "=", "==", "<<", "/", "?", ":", "//", "/*", "*/", "#",
  "\\", "\0", "\u{1f600}", "é", "\r", "let", "if", "for", "while", "unroll", "macro", "fn", "config", "struct", "sizeof",
  "comptime", "args", "retval", "kstack", "pid", "comm", "(uint8)", "(struct task_struct *)", "print", "count()", "1s",
]; // biome-ignore format: a list of words

export function tokensOf(text: string): readonly string[] {
  return text.match(TOKEN) ?? [];
}

/** One to four changes; `other` is where foreign pieces come from. */
export function damage(text: string, other: string, random: Random): string {
  let out = text;
  for (let n = 1 + random.below(random.chance(60) ? 1 : 4); n > 0; n--) out = change(out, other, random);
  return out;
}

function change(text: string, other: string, random: Random): string {
  switch (random.below(10)) {
    case 0: {
      const at = random.below(text.length + 1);
      return (
        text.slice(0, at) +
        String.fromCharCode(random.chance(80) ? random.below(128) : random.below(0xffff)) +
        text.slice(at + 1)
      );
    }
    case 1:
      return text.slice(0, random.below(text.length + 1));
    case 2: {
      const lines = text.split("\n");
      lines.splice(random.below(lines.length), 1, ...(random.chance(50) ? [] : [random.pick(other.split("\n"))]));
      return lines.join("\n");
    }
    default:
      return changeTokens([...tokensOf(text)], tokensOf(other), random);
  }
}

function changeTokens(tokens: string[], foreign: readonly string[], random: Random): string {
  if (tokens.length === 0) return random.pick(ODD);
  const at = random.below(tokens.length);
  const from = random.below(tokens.length);
  switch (random.below(7)) {
    case 0:
      tokens.splice(at, 1 + random.below(3));
      break;
    case 1:
      tokens.splice(at, 1, random.pick(ODD));
      break;
    case 2:
      tokens.splice(at, 0, random.pick(ODD));
      break;
    case 3:
      tokens.splice(at, 1, tokens[from] ?? "");
      break;
    case 4:
      tokens.splice(at, 0, ...tokens.slice(from, from + 1 + random.below(8)));
      break;
    case 5:
      if (foreign.length > 0) tokens.splice(at, 1, random.pick(foreign));
      break;
    default: {
      const piece = random.below(foreign.length + 1);
      tokens.splice(at, random.below(4), ...foreign.slice(piece, piece + 1 + random.below(10)));
    }
  }
  return tokens.join("");
}
