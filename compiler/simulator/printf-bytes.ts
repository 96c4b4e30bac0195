/** The text of a cat() or system() event: C's conversions, on the bytes of its record (loader/format.c). */
import type { Argument, EventEntry } from "../5-object/manifest.ts";
import { readSigned, readUnsigned, stringAt } from "./decode-value.ts";

export function formatEvent(event: EventEntry, data: DataView): string {
  const { format: written = "" } = event;
  const format = typeof written === "string" ? written : new TextDecoder().decode(written);
  let argument = 0;
  return format.replace(
    /%(?:%|([-+ #0-9.]*)(?:hh|h|ll|l|q|j|z|t)?([a-zA-Z]))/g,
    (whole, flags?: string, letter?: string) => {
      if (whole === "%%") return "%";
      const arg = event.args[argument++];
      return arg === undefined || letter === undefined ? "" : convert(flags ?? "", letter, arg, data);
    },
  );
}

function convert(flags: string, letter: string, arg: Argument, data: DataView): string {
  const { type, offset } = arg;
  const [, marks = "", width = "", precision] = /^([-+ #0]*)(\d*)(?:\.(\d*))?$/.exec(flags) ?? [];
  let text: string;
  if (type.k === "string" || type.k === "buffer") {
    const found =
      type.k === "string"
        ? stringAt(data, offset, type.size)
        : new Uint8Array(data.buffer, data.byteOffset + offset + 4, Math.min(data.getUint32(offset, true), type.size));
    text = typeof found === "string" ? found : new TextDecoder().decode(found);
    if (precision !== undefined) text = text.slice(0, Number(precision));
    return pad(text, marks.replace("0", ""), width);
  }
  const size = "size" in type && typeof type.size === "number" ? type.size : 8;
  const signed = "signed" in type && type.signed;
  const value = BigInt(signed ? readSigned(data, offset, size) : readUnsigned(data, offset, size));
  let conversion = letter;
  if (!"diuxXoc".includes(letter)) conversion = letter === "p" || type.k === "pointer" ? "x" : signed ? "d" : "u";
  if (conversion === "c") return pad(String.fromCharCode(Number(value & 0xffn)), marks, width);
  if (conversion === "d" || conversion === "i") {
    const whole = BigInt.asIntN(64, value);
    const sign = whole < 0n ? "-" : marks.includes("+") ? "+" : marks.includes(" ") ? " " : "";
    return padNumber(sign, (whole < 0n ? -whole : whole).toString(), marks, width, precision);
  }
  const whole = BigInt.asUintN(64, value);
  if (conversion === "u") text = whole.toString();
  else if (conversion === "o") text = whole.toString(8);
  else text = conversion === "X" ? whole.toString(16).toUpperCase() : whole.toString(16);
  const prefix = marks.includes("#") && whole !== 0n ? { x: "0x", X: "0X", o: "0" }[conversion] : undefined;
  return padNumber(prefix ?? "", text, marks, width, precision);
}

function pad(text: string, marks: string, width: string): string {
  return marks.includes("-") ? text.padEnd(Number(width)) : text.padStart(Number(width));
}

function padNumber(sign: string, digits: string, marks: string, width: string, precision: string | undefined): string {
  const whole = precision === undefined ? digits : digits.padStart(Number(precision), "0");
  if (marks.includes("0") && !marks.includes("-") && precision === undefined)
    return sign + whole.padStart(Number(width) - sign.length, "0");
  return pad(sign + whole, marks, width);
}
