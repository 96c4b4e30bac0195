/** What the page asks of the browser: downloads, and the store that makes it work without a network. */

/** Hands a file to the browser's downloads. */
export function saveFile(name: string, data: Uint8Array | string, type: string): void {
  const part = typeof data === "string" ? data : new Uint8Array(data);
  const url = URL.createObjectURL(new Blob([part], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/**
 * Registers the service worker once the page is at rest, so that storing files for later never delays what is shown now.
 * Without one (an old browser, a page opened without https) the page works while there is a network.
 */
export function watchOffline(): void {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  const register = (): void => {
    navigator.serviceWorker.register("./service-worker.js").catch(() => undefined);
  };
  const later = (): void => {
    setTimeout(register, 3000);
  };
  if (document.readyState === "complete") later();
  else window.addEventListener("load", later, { once: true });
}
