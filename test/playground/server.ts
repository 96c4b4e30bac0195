/**
 * A static server of the tests' own, on loopback, that serves files under a sub-path as any web server would: nothing of
 * the page may depend on where it stands. It keeps what was asked, with sizes as sent over a compressed connection.
 */
import { readFileSync, statSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";

export type Served = {
  readonly path: string;
  readonly status: number;
  readonly bytes: number;
  /** As a host sends it that compresses with gzip; with Brotli. */
  readonly compressed: number;
  readonly brotli: number;
};
export type Server = {
  /** Of the page: ends in a slash. */
  readonly url: string;
  readonly asked: readonly Served[];
  readonly forget: () => void;
  /** Answers nothing from now on, as a host that is gone. */
  readonly close: () => Promise<void>;
};

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".json": "application/json",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
};
/** Already compressed: a server sends it as it is. */
const PACKED = new Set([".tls", ".png", ".woff2"]);
const BASE = "/somewhere/below/";

/** @param find bytes of a path relative to the base, "" is the page; undefined: there is none */
export async function serve(find: (path: string) => Uint8Array | undefined): Promise<Server> {
  let asked: Served[] = [];
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const path = pathname.startsWith(BASE) ? decodeURIComponent(pathname.slice(BASE.length)) : undefined;
    const name = path === "" ? "index.html" : path;
    const bytes = name === undefined ? undefined : find(name);
    if (name === undefined || bytes === undefined) {
      asked.push({ path: pathname, status: 404, bytes: 0, compressed: 0, brotli: 0 });
      response.writeHead(404, { "Content-Type": "text/plain" }).end("not here\n");
      return;
    }
    const extension = extname(name);
    const packed = PACKED.has(extension);
    asked.push({
      path: name,
      status: 200,
      bytes: bytes.length,
      get compressed() {
        return packed ? bytes.length : gzipSync(bytes, { level: 9 }).length;
      },
      get brotli() {
        return packed ? bytes.length : brotliCompressSync(bytes).length;
      },
    });
    response.writeHead(200, {
      "Content-Type": TYPES[extension] ?? "application/octet-stream",
      "Cache-Control": "no-store",
    });
    response.end(bytes);
  };
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // a server that listens on a port has no other kind of address
  return {
    url: `http://127.0.0.1:${port}${BASE}`,
    get asked() {
      return asked;
    },
    forget: () => {
      asked = [];
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Files of a folder; nothing outside it. */
export function filesOf(folder: string): (path: string) => Uint8Array | undefined {
  return (path) => {
    const file = normalize(join(folder, path));
    if (!file.startsWith(`${folder}/`)) return undefined;
    try {
      return statSync(file).isFile() ? readFileSync(file) : undefined;
    } catch {
      return undefined;
    }
  };
}
