/**
 * The page's first lines: the workers are started before anything else, so that they load while the editor does, and the
 * kernel's types are on their way before anybody asks.
 */
import { createClient } from "./worker/client.ts";

const client = createClient();
void import("./page.ts").then(({ startPage }) => startPage(client));
