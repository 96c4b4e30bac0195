/** The pictures of a run: charts, flame graph and heat map, drawn anew when the data or the width of the place change. */
import type { ChartData } from "../../compiler/index.ts";
import type { Pictures } from "../worker/protocol.ts";
import { drawBars, drawSeries } from "./bars-chart.ts";
import { button, el } from "./dom.ts";
import { createFlamegraphView } from "./flamegraph-view.ts";
import { drawHistogram } from "./histogram-chart.ts";
import type { PanelHost } from "./panel.ts";
import { copyPicture } from "./picture.ts";

export type RunPictures = {
  readonly element: HTMLElement;
  readonly show: (pictures: Pictures | undefined) => void;
  readonly stop: () => void;
};

/** A keyed histogram may have thousands of keys; the text has them all. */
const MOST_CHARTS = 24;
const NARROWEST = 260;
const WIDEST = 620;

export function createRunPictures(host: PanelHost): RunPictures {
  let pictures: Pictures | undefined;
  let scheduled = 0;
  const charts = el("div", { class: "p-charts" });
  const note = el("p", { class: "p-note" });
  const flames = createFlamegraphView((svg) => host.download("flamegraph.svg", svg, "image/svg+xml"));
  const heat = el("div", { class: "p-heat", tabindex: 0, role: "region", "aria-label": "Heat map" });
  const heatSection = el(
    "section",
    { class: "p-section", "aria-label": "Heat map" },
    el(
      "div",
      { class: "p-bar-row" },
      el("h3", {}, "Heat map"),
      button(
        "Save as SVG",
        () => {
          if (pictures?.heatmap !== undefined) host.download("heatmap.svg", pictures.heatmap, "image/svg+xml");
        },
        { class: "button p-small" },
      ),
    ),
    heat,
  );
  const element = el("div", { class: "p-pictures" }, charts, note, flames.element, heatSection);
  let heatSource: string | undefined;

  function render(): void {
    scheduled = 0;
    const width = element.clientWidth;
    if (width === 0) return;
    const list = pictures?.charts ?? [];
    const shown = list.slice(0, MOST_CHARTS);
    const columns = Math.max(1, Math.floor(width / (NARROWEST + 160)));
    const each = Math.max(NARROWEST, Math.min(WIDEST, Math.floor((width - (columns - 1) * 16) / columns)));
    charts.replaceChildren(...shown.map((chart) => drawChart(chart, Math.min(each, Math.max(200, width)))));
    note.textContent = list.length > shown.length ? `${list.length - shown.length} more are in the text` : "";
    note.hidden = list.length <= shown.length;
    flames.element.hidden = pictures?.flamegraph === undefined;
    if (pictures?.flamegraph !== undefined) flames.draw(pictures.flamegraph, width - 2);
    heatSection.hidden = pictures?.heatmap === undefined;
    if (pictures?.heatmap !== undefined && pictures.heatmap !== heatSource) {
      const copy = copyPicture(pictures.heatmap, "heat map: time to the right, greater values up, darker for more");
      heat.replaceChildren(...(copy === undefined ? [] : [copy]));
    }
    heatSource = pictures?.heatmap;
    element.hidden = list.length === 0 && pictures?.flamegraph === undefined && pictures?.heatmap === undefined;
  }
  const schedule = (): void => {
    if (scheduled === 0) scheduled = requestAnimationFrame(render);
  };
  const observer = new ResizeObserver(schedule);
  observer.observe(element);
  return {
    element,
    show(next) {
      pictures = next;
      element.hidden = false;
      schedule();
    },
    stop() {
      cancelAnimationFrame(scheduled);
      scheduled = 0;
    },
  };
}

function drawChart(chart: ChartData, width: number): HTMLElement {
  switch (chart.kind) {
    case "histogram":
      return drawHistogram(chart, width);
    case "bars":
      return drawBars(chart, width);
    case "series":
      return drawSeries(chart, width);
  }
}
