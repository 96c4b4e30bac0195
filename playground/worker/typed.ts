/** The type of an operand in a script that is being written: tried as the text stands, closed, and by itself. */
import { type ExploredExpression, explore } from "../../compiler/index.ts";
import type { Snapshot } from "../../compiler/snapshot/index.ts";
import { optionsOf } from "./options.ts";
import type { Script } from "./protocol.ts";
import { closeScript, isolate, type Place, unwrap } from "./script-scan.ts";

type Span = { readonly start: number; readonly end: number };

/** undefined: nothing there has a type. */
export function expressionAt(
  script: Script,
  place: Extract<Place, { readonly kind: "code" }>,
  operand: Span,
  snapshot: Snapshot,
): ExploredExpression | undefined {
  const options = optionsOf(script, snapshot);
  const bare = unwrap(script.text, operand);
  const closed = closeScript(script.text.slice(0, operand.end), place);
  const alone = isolate(script.text, bare, place);
  return (
    explore(alone.text, options, alone.at).expression ??
    explore(closed, options, bare).expression ??
    explore(script.text, options, bare).expression
  );
}
