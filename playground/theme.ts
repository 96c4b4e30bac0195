/** Light or dark: the system's wish until a button says otherwise. */

import { recall, remember } from "./memory.ts";
import { svg } from "./panels/dom.ts";

type Theme = "light" | "dark";

export function createTheme(button: HTMLElement): void {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const saved = recall("theme");
  let chosen: Theme | undefined = saved === "light" || saved === "dark" ? saved : undefined;
  const show = (): void => {
    const theme = chosen ?? (system.matches ? "dark" : "light");
    document.documentElement.dataset.theme = theme;
    const other = theme === "dark" ? "light" : "dark";
    button.setAttribute("aria-label", `Use the ${other} theme`);
    button.title = `Use the ${other} theme`;
    button.replaceChildren(picture(other));
  };
  button.addEventListener("click", () => {
    const now = document.documentElement.dataset.theme;
    chosen = now === "dark" ? "light" : "dark";
    remember("theme", chosen === (system.matches ? "dark" : "light") ? undefined : chosen);
    show();
  });
  system.addEventListener("change", show);
  show();
}

function picture(theme: Theme): SVGElement {
  const moon = svg("path", { d: "M13 9.6A5.6 5.6 0 0 1 6.4 3 5.6 5.6 0 1 0 13 9.6z" });
  const sun = svg("path", {
    d: "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM8 1v1.4M8 13.6V15M1 8h1.4M13.6 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1",
  });
  return svg("svg", { class: "icon", viewBox: "0 0 16 16", "aria-hidden": "true" }, theme === "dark" ? moon : sun);
}
