/** What the language worker needs only when it is asked for: completion, hover, search, the formatter. */
export { formatScript } from "../../compiler/index.ts";
export { complete } from "./complete.ts";
export { hover } from "./hover.ts";
export { detail, search } from "./search.ts";
