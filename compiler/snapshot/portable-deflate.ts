/**
 * The compressor of the default snapshots: pure JavaScript, so the same bytes on every machine; it also packs tighter
 * than zlib's level 9. Apart from index.ts, because importing it takes tens of milliseconds.
 */
import { deflateSync } from "fflate";
import type { Deflate } from "./container.ts";

export const portableDeflate: Deflate = (bytes) => deflateSync(bytes, { level: 9 });
