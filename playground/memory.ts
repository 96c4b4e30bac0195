/** What the browser keeps between visits: a draft, the theme, the split. Where it keeps nothing, the page works the same. */

const PREFIX = "tracelet.";

export function recall(name: string): string | undefined {
  try {
    return localStorage.getItem(PREFIX + name) ?? undefined;
  } catch {
    return undefined;
  }
}

export function remember(name: string, value: string | undefined): void {
  try {
    if (value === undefined) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, value);
  } catch {
    // Private windows and full stores refuse: nothing depends on it.
  }
}
