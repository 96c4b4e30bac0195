/** The little SVG that the pictures need: escaped text, colours by name, a document that depends on nothing outside it. */
import { type ByteString, toBytes } from "./byte-string.ts";

/** Text inside an element or attribute; characters that XML cannot hold become "?". */
export function escapeXml(text: string): string {
  return text
    .replace(/[^\t\n\r -\ud7ff\ue000-\ufffd]/gu, (char) => ((char.codePointAt(0) ?? 0) > 0xffff ? char : "?"))
    .replace(/[&<>"]/g, (char) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[char] ?? "&quot;");
}

/** Bytes of the traced side as text: what is not UTF-8 becomes U+FFFD. */
export function readable(bytes: ByteString): string {
  return new TextDecoder().decode(toBytes(bytes));
}

/** The same warm colour for the same name, in every picture. */
export function colorOf(name: string): string {
  let hash = 2166136261;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 16777619);
  const part = (hash >>> 0) / 2 ** 32;
  return `hsl(${Math.round(14 + 40 * part)},${Math.round(75 + 15 * ((hash >>> 8) / 2 ** 24))}%,${Math.round(58 + 12 * part)}%)`;
}

/** A document of `width` × `height` pixels. `script`: our own code, run when the picture is opened by itself. */
export function svgDocument(width: number, height: number, body: string, script = ""): string {
  const code = script === "" ? "" : `<script><![CDATA[${script}]]></script>\n`;
  return (
    `<?xml version="1.0" encoding="UTF-8"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="monospace" font-size="12">\n` +
    `<rect width="100%" height="100%" fill="#fff"/>\n${body}${code}</svg>\n`
  );
}
