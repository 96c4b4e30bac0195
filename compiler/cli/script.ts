/** Where a script comes from: -e PROGRAM, a file, or "-" for standard input. */
import { CliError, EXIT, readInput } from "./io.ts";

export type Script = { readonly name: string; readonly text: string };

/**
 * @param read the file's bytes, where they were read before
 * @throws CliError when neither or an unreadable file is given, or the bytes are not text
 */
export function readScript(file: string | undefined, program: string | undefined, read?: Uint8Array): Script {
  if (program !== undefined) return { name: "stdin", text: program };
  if (file === undefined) throw new CliError(EXIT.usage, "USAGE: filename or -e 'program' required.");
  const bytes = read ?? readInput(file);
  const name = file === "-" ? "stdin" : file;
  try {
    return { name, text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    throw new CliError(EXIT.refused, `${name}: the script is not UTF-8 text`);
  }
}

/** Whether bytes are an ELF file: then a command works on an object, not a script. */
export function isElf(bytes: Uint8Array): boolean {
  return bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46;
}
