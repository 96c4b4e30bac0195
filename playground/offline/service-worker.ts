/**
 * Keeps the page working without a network: stores every file of one build, and answers from the store. The build puts the
 * list of files and its version (FILES, VERSION) before this text. A new build is a new store; the old one goes when no tab
 * uses it any more.
 */
declare const FILES: readonly string[];
declare const VERSION: string;

/** What a service worker's global object has of use here; the DOM's types know only the window's. */
type LifetimeEvent = Event & { readonly waitUntil: (work: Promise<unknown>) => void };
type FetchedEvent = Event & { readonly request: Request; readonly respondWith: (response: Promise<Response>) => void };
type Scope = {
  readonly registration: { readonly scope: string };
  readonly clients: { readonly claim: () => Promise<void> };
  addEventListener(type: "install" | "activate", hear: (event: LifetimeEvent) => void): void;
  addEventListener(type: "fetch", hear: (event: FetchedEvent) => void): void;
};
const scope = self as unknown as Scope;
const PREFIX = `tracelet ${scope.registration.scope} `;
const STORE = PREFIX + VERSION;

scope.addEventListener("install", (event) => {
  event.waitUntil(caches.open(STORE).then((store) => store.addAll([...FILES])));
});

scope.addEventListener("activate", (event) => {
  const tidy = async (): Promise<void> => {
    for (const name of await caches.keys()) if (name.startsWith(PREFIX) && name !== STORE) await caches.delete(name);
    await scope.clients.claim();
  };
  event.waitUntil(tidy());
});

scope.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || !request.url.startsWith(scope.registration.scope)) return;
  const answer = async (): Promise<Response> => {
    const store = await caches.open(STORE);
    const known = await store.match(request, { ignoreSearch: true });
    return known ?? fetch(request);
  };
  event.respondWith(answer());
});
