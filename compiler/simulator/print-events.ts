/** Events as an events file has them: a line of JSON each, 64-bit integers whole, bytes in hexadecimal. */
import type { SimulatedEvent } from "./event.ts";

/** One line, without its newline. */
export function printEvent(event: SimulatedEvent): string {
  const { line: _, ...shown } = event;
  return print(shown);
}

function print(value: unknown): string {
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Uint8Array) {
    const digits = Array.from(value, (byte) => byte.toString(16).padStart(2, "0"));
    return `"${digits.join("")}"`;
  }
  if (Array.isArray(value)) return `[${value.map(print).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const fields = Object.entries(value).filter(([, field]) => field !== undefined);
    return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${print(field)}`).join(",")}}`;
  }
  return JSON.stringify(value ?? null);
}
