/**
 * Packs a raw capture and a list of constants into a default snapshot: pack-snapshot CAPTURE.tar.gz CONSTANTS OUT.tls
 *
 * Run by test/kernel/make-snapshots; users have `tracelet snapshot`.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { packSnapshot, readArchive, readCapture } from "../snapshot/index.ts";
import { portableDeflate } from "../snapshot/portable-deflate.ts";

const [capture, constants, out] = process.argv.slice(2);
if (capture === undefined || constants === undefined || out === undefined) {
  console.error("usage: pack-snapshot CAPTURE.tar.gz CONSTANTS OUT.tls");
  process.exit(2);
}
const kernel = readCapture(readArchive(gunzipSync(readFileSync(capture))));
const snapshot = packSnapshot({ ...kernel, constants: readFileSync(constants, "utf8") }, { deflate: portableDeflate });
writeFileSync(out, snapshot);
console.log(`${out}: Linux ${kernel.release} ${kernel.machine}, ${snapshot.length} bytes`);
