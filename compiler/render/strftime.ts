/**
 * strftime(3) in the C locale, as glibc does it: every conversion, the flags `_ - 0 ^ #`, a width, the modifiers E and O
 * (which change nothing in the C locale). What is no conversion is copied. In a timestamp value `%f %k %l` are the
 * fraction of the second in micro-, nano- and milliseconds (L5.11); `time()` has glibc's `%k %l` and no `%f`.
 */
import type { ByteString } from "./byte-string.ts";

export type TimeOptions = {
  /** Seconds east of UTC. */
  readonly utcOffset: number;
  /** `%f %k %l` are fractions of the second. */
  readonly fractions: boolean;
};

const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];
const BILLION = 1_000_000_000n;
const DAY_MS = 86_400_000;

/** Conversions that stand for others. */
const COMPOSITE: Readonly<Record<string, string>> = {
  c: "%a %b %e %H:%M:%S %Y",
  D: "%m/%d/%y",
  F: "%Y-%m-%d",
  R: "%H:%M",
  T: "%H:%M:%S",
  r: "%I:%M:%S %p",
  x: "%m/%d/%y",
  X: "%H:%M:%S",
};

type Local = {
  readonly date: Date;
  readonly seconds: bigint;
  readonly nanoseconds: number;
  readonly options: TimeOptions;
};

/** Formats `ns` since the epoch. */
export function strftime(format: ByteString, ns: bigint, options: TimeOptions): ByteString {
  let seconds = ns / BILLION;
  let rest = ns % BILLION;
  if (rest < 0n) {
    rest += BILLION;
    seconds -= 1n;
  }
  // Date reaches 275,000 years; beyond that the year would be NaN.
  const ms = Math.max(-8.64e15, Math.min(8.64e15, (Number(seconds) + options.utcOffset) * 1000));
  return expand(format, { date: new Date(ms), seconds, nanoseconds: Number(rest), options });
}

function expand(format: ByteString, local: Local): ByteString {
  return format.replace(
    /%([-_0^#]*)(\d{0,4})([EO]?)([a-zA-Z%])/g,
    (whole: string, flags: string, width: string, modifier: string, kind: string) => {
      // Of several padding flags the last counts.
      const flag = /[-_0](?=[^-_0]*$)/.exec(flags)?.[0];
      const room = Number(width);
      const allowed = modifier === "" || (modifier === "E" ? E_KINDS : O_KINDS).includes(kind);
      const piece = allowed ? convert(kind, local) : undefined;
      // What is no conversion is copied, but flags and width hold for it.
      const { text, digits, fill } = piece ?? word(whole);
      let shown: string;
      if (digits > 0 && flag !== "-")
        shown = pad(text, Math.max(digits, room), flag === "_" ? " " : flag === "0" ? "0" : fill);
      else shown = text.padStart(room, flag === "0" ? "0" : " ");
      if (kind === "P") return shown;
      if (flags.includes("^")) shown = shown.toUpperCase();
      else if (flags.includes("#") && OPPOSITE.includes(kind))
        shown = kind === "p" || kind === "Z" ? shown.toLowerCase() : shown.toUpperCase();
      return shown;
    },
  );
}

/** Conversions that take the modifiers E and O, and those whose case `#` changes. */
const E_KINDS = "cCxXyYunt%pPrRsTzZ";
const O_KINDS = "BbCdeghGHIjklmMnpPrRsSTtuUVwWyzZ%";
const OPPOSITE = "aAbBhpZ";

function pad(text: string, width: number, fill: string): string {
  const sign = fill === "0" && /^[-+]/.test(text) ? text.slice(0, 1) : "";
  return sign + text.slice(sign.length).padStart(width - sign.length, fill);
}

/** digits: width that a number is filled to; 0 for text. */
type Piece = { readonly text: string; readonly digits: number; readonly fill: string };

function convert(kind: string, local: Local): Piece | undefined {
  const { date, options } = local;
  const composite = COMPOSITE[kind];
  if (composite !== undefined) return word(expand(composite, local));
  const hour12 = date.getUTCHours() % 12 || 12;
  switch (kind) {
    case "a":
      return word((DAYS[date.getUTCDay()] ?? "").slice(0, 3));
    case "A":
      return word(DAYS[date.getUTCDay()] ?? "");
    case "b":
    case "h":
      return word((MONTHS[date.getUTCMonth()] ?? "").slice(0, 3));
    case "B":
      return word(MONTHS[date.getUTCMonth()] ?? "");
    case "C":
      return number(Math.floor(date.getUTCFullYear() / 100), 2);
    case "d":
      return number(date.getUTCDate(), 2);
    case "e":
      return number(date.getUTCDate(), 2, " ");
    case "f":
      return options.fractions ? number(Math.trunc(local.nanoseconds / 1000), 6) : undefined;
    case "g":
      return number(((isoWeek(date).year % 100) + 100) % 100, 2);
    case "G":
      return number(isoWeek(date).year, 1);
    case "H":
      return number(date.getUTCHours(), 2);
    case "I":
      return number(hour12, 2);
    case "j":
      return number(dayOfYear(date) + 1, 3);
    case "k":
      return options.fractions ? number(local.nanoseconds, 9) : number(date.getUTCHours(), 2, " ");
    case "l":
      return options.fractions ? number(Math.trunc(local.nanoseconds / 1_000_000), 3) : number(hour12, 2, " ");
    case "m":
      return number(date.getUTCMonth() + 1, 2);
    case "M":
      return number(date.getUTCMinutes(), 2);
    case "n":
      return word("\n");
    case "p":
      return word(date.getUTCHours() < 12 ? "AM" : "PM");
    case "P":
      return word(date.getUTCHours() < 12 ? "am" : "pm");
    case "s":
      return { text: String(local.seconds), digits: 1, fill: "0" };
    case "S":
      return number(date.getUTCSeconds(), 2);
    case "t":
      return word("\t");
    case "u":
      return number(date.getUTCDay() || 7, 1);
    case "U":
      return number(Math.floor((dayOfYear(date) + 7 - date.getUTCDay()) / 7), 2);
    case "V":
      return number(isoWeek(date).week, 2);
    case "w":
      return number(date.getUTCDay(), 1);
    case "W":
      return number(Math.floor((dayOfYear(date) + 7 - ((date.getUTCDay() + 6) % 7)) / 7), 2);
    case "y":
      return number(((date.getUTCFullYear() % 100) + 100) % 100, 2);
    case "Y":
      return number(date.getUTCFullYear(), 1);
    case "z":
      return word(zone(options.utcOffset));
    case "Z":
      return word(options.utcOffset === 0 ? "UTC" : zone(options.utcOffset));
    case "%":
      return word("%");
    default:
      return undefined;
  }
}

function word(text: string): Piece {
  return { text, digits: 0, fill: " " };
}

function number(value: number, digits: number, fill = "0"): Piece {
  return { text: String(value), digits, fill };
}

/** +hhmm */
function zone(offset: number): string {
  const minutes = Math.trunc(Math.abs(offset) / 60);
  const two = (n: number): string => String(n).padStart(2, "0");
  return `${offset < 0 ? "-" : "+"}${two(Math.trunc(minutes / 60))}${two(minutes % 60)}`;
}

/** 0 on the first of January. */
function dayOfYear(date: Date): number {
  return (
    Math.round((Date.UTC(2000, date.getUTCMonth(), date.getUTCDate()) - Date.UTC(2000, 0, 1)) / DAY_MS) -
    (isLeap(date.getUTCFullYear()) || date.getUTCMonth() < 2 ? 0 : 1)
  );
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** ISO 8601: weeks begin on Monday, week 1 holds the year's first Thursday. */
function isoWeek(date: Date): { readonly year: number; readonly week: number } {
  const thursday = new Date(date.getTime() + (4 - (date.getUTCDay() || 7)) * DAY_MS);
  return { year: thursday.getUTCFullYear(), week: Math.floor(dayOfYear(thursday) / 7) + 1 };
}
