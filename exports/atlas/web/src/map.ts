// The map: outlines of one level and day, coloured by classes that hold for all years.

import type { Classes, Outlines } from "./data.ts";
import { framed, wrapped, type ChartWords } from "./chart.ts";
import { fresh, h, s } from "./dom.ts";
import { number, t } from "./words.ts";

export const NO_VALUE = "#ffffff";
export const HIDDEN = "#c9c9c9";
export const OTHER = "#f3efe6";
export const SPOT = "#b3470e";

export type Kind = { kind: "class"; at: number } | { kind: "none" } | { kind: "hidden" } | { kind: "other" };

export function classOf(value: number, classes: Classes): number {
  return classes.edges.filter((edge) => value >= edge).length;
}

export function classWords(classes: Classes, decimals: number): string[] {
  if (classes.labels) return classes.labels;
  const edge = (value: number): string => number(value, decimals);
  const step = 10 ** -decimals;
  const { edges } = classes;
  return Array.from({ length: edges.length + 1 }, (_, at) => {
    const [low, high] = [edges[at - 1], edges[at]];
    if (low === undefined && high === undefined) return "";
    if (low === undefined) return `< ${edge(high ?? 0)}`;
    if (high === undefined) return `≥ ${edge(low)}`;
    return `${edge(low)} – ${edge(high - step)}`;
  });
}

/** Patterns that grow denser with the class, for print and for those who see no colours. */
function pattern(id: string, at: number): SVGPatternElement {
  const space = [14, 10, 7, 5, 3.4, 2.4][at % 6] ?? 2.4;
  const turned = at % 2 ? 45 : 135;
  return s(
    "pattern",
    { id, width: space, height: space, patternUnits: "userSpaceOnUse", patternTransform: `rotate(${turned})` },
    s("rect", { width: space, height: space, fill: "#ffffff" }),
    s("line", { x1: 0, x2: 0, y1: 0, y2: space, stroke: "#1c2430", "stroke-width": 1.2 + (at % 6) * 0.25 }),
    // beyond six classes lines cross
    at > 5 && s("line", { x1: 0, x2: space, y1: 0, y2: 0, stroke: "#1c2430", "stroke-width": 1.2 }),
  );
}

export interface Shape {
  version: number;
  name: string;
  told: string; // value or reason in words
  kind: Kind;
  chosen: boolean;
  choose: () => void;
}

/** A place on a map, in steps of the outlines. */
export interface Spot {
  x: number;
  y: number;
  told: string;
}

export interface MapWords extends ChartWords {
  outlines: string;
  spots?: string; // what the places are
}

export interface MapPicture {
  frame: HTMLElement; // with the buttons
  picture: () => SVGSVGElement; // for taking away: as seen, with title, legend and sources
}

function legend(classes: Classes, words: MapWords, patterned: (at: number) => string, present: Set<string>): [string, string][] {
  const rows: [string, string][] = classWords(classes, words.decimals).map((one, at) => [patterned(at), one]);
  if (present.has("none")) rows.push([NO_VALUE, t("no_value")]);
  if (present.has("hidden")) rows.push([HIDDEN, t("hidden")]);
  if (present.has("other")) rows.push([OTHER, t("other_territory")]);
  if (words.spots) rows.push([SPOT, words.spots]);
  return rows;
}

const HIGH = 560;
const WIDE = 560;

export function drawn(words: MapWords, outlines: Outlines, shapes: Shape[], classes: Classes, inPatterns: boolean, spots: Spot[] = []): MapPicture {
  const ids = Array.from({ length: classes.codes?.length ?? classes.edges.length + 1 }, () => fresh("class"));
  const tones = classes.colours;
  const fill = (kind: Kind): string => {
    if (kind.kind === "class") return inPatterns ? `url(#${ids[kind.at]})` : (tones[kind.at] ?? "#000000");
    return kind.kind === "none" ? NO_VALUE : kind.kind === "hidden" ? HIDDEN : OTHER;
  };
  const hatch = fresh("hidden");
  // the areas that have something to say, first; all outlines of the layer are drawn
  const around = shapes.map((one) => outlines.paths.get(one.version) ?? "").join("");
  const whole = shapes.length === outlines.paths.size || !around ? null : extent(around);
  const start = whole ?? [0, 0, outlines.width, outlines.height];
  const pad = Math.max(start[2], start[3]) * 0.02;
  const home: [number, number, number, number] = [start[0] - pad, start[1] - pad, start[2] + 2 * pad, start[3] + 2 * pad];
  let view: [number, number, number, number] = [...home];
  const box = (): string => view.map((one) => one.toFixed(1)).join(" ");
  const definitions = (): SVGDefsElement =>
    s("defs", {}, ...ids.map((id, at) => pattern(id, at)),
      s("pattern", { id: hatch, width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
        s("rect", { width: 6, height: 6, fill: HIDDEN }), s("line", { x1: 0, x2: 0, y1: 0, y2: 6, stroke: "#5a5a5a", "stroke-width": 1.5 })));
  // lines as thick at each zoom: a browser takes ten times as long over `non-scaling-stroke`
  const thickness = (): number => 0.6 * Math.max(view[2], view[3]) / WIDE;
  const body = (live: boolean): SVGGElement => {
    const group = s("g", { stroke: "#5a6573", "stroke-width": thickness(), "stroke-linejoin": "round" });
    for (const one of shapes) {
      const path = s("path", {
        d: outlines.paths.get(one.version) ?? "",
        fill: one.kind.kind === "hidden" ? `url(#${hatch})` : fill(one.kind),
        "data-version": one.version,
        click: live ? one.choose : null,
      });
      path.append(s("title", {}, `${one.name}: ${one.told}`));
      group.append(path);
    }
    const chosen = shapes.filter((each) => each.chosen).map((one) => s("path", { d: outlines.paths.get(one.version) ?? "" }));
    // a line of no length has a round end of the same size at every zoom
    const points = spots.map((one) => s("path", { d: `M${one.x} ${one.y}h0`, "stroke-width": 4, "vector-effect": "non-scaling-stroke" }, s("title", {}, one.told)));
    return s("g", {}, group,
      s("g", { class: "chosen", fill: "none", stroke: "#b3470e", "stroke-width": 4.3 * thickness() }, ...chosen),
      spots.length > 0 && s("g", { fill: "none", stroke: SPOT, "stroke-linecap": "round" }, ...points));
  };
  const svg = s("svg", {
    viewBox: box(),
    role: "img",
    tabindex: 0,
    class: "map",
    preserveAspectRatio: "xMidYMid meet",
    "aria-label": `${words.title}. ${words.subtitle}. ${t("map_help")}`,
  }, definitions(), body(true));

  const moved = (): void => {
    svg.setAttribute("viewBox", box());
    svg.querySelectorAll(":scope > g > g").forEach((one, at) => one.setAttribute("stroke-width", String((at ? 4.3 : 1) * thickness())));
  };
  const zoomed = (by: number, at: [number, number] = [0.5, 0.5]): void => {
    const [x, y, w, d] = view;
    const width = Math.min(home[2], Math.max(home[2] / 60, w * by));
    const factor = width / w;
    view = [x + w * at[0] * (1 - factor), y + d * at[1] * (1 - factor), width, d * factor];
    moved();
  };
  const pushed = (right: number, down: number): void => {
    view = [view[0] + view[2] * right, view[1] + view[3] * down, view[2], view[3]];
    moved();
  };
  const reset = (): void => {
    view = [...home];
    moved();
  };
  svg.addEventListener("wheel", (event) => {
    event.preventDefault();
    const box = svg.getBoundingClientRect();
    zoomed(event.deltaY > 0 ? 1.2 : 1 / 1.2, [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height]);
  }, { passive: false });
  let held: [number, number] | null = null;
  svg.addEventListener("pointerdown", (event) => (held = [event.clientX, event.clientY]));
  svg.addEventListener("pointermove", (event) => {
    if (!held || event.buttons === 0) return;
    const box = svg.getBoundingClientRect();
    pushed((held[0] - event.clientX) / box.width, (held[1] - event.clientY) / box.height);
    held = [event.clientX, event.clientY];
  });
  svg.addEventListener("pointerup", () => (held = null));
  svg.addEventListener("keydown", (event) => {
    const keys: Record<string, () => void> = {
      "+": () => zoomed(1 / 1.4), "-": () => zoomed(1.4), "0": reset,
      ArrowLeft: () => pushed(-0.1, 0), ArrowRight: () => pushed(0.1, 0),
      ArrowUp: () => pushed(0, -0.1), ArrowDown: () => pushed(0, 0.1),
    };
    const act = keys[event.key];
    if (act) {
      event.preventDefault();
      act();
    }
  });
  const present = new Set<string>(shapes.map((one) => one.kind.kind));
  const key = h("ul", { class: "legend", "aria-label": t("legend") },
    ...legend(classes, words, (at) => (inPatterns ? `url(#${ids[at]})` : (tones[at] ?? "")), present).map(([tone, told], at) =>
      h("li", {}, swatch(tone === HIDDEN ? `url(#${hatch})` : tone), h("span", {}, at < tones.length ? `${at + 1}: ${told} ${words.unit}` : told))));
  const frame = h("div", { class: "mapframe" },
    h("div", { class: "mapbuttons" },
      h("button", { type: "button", "aria-label": t("zoom_in"), click: () => zoomed(1 / 1.5) }, "+"),
      h("button", { type: "button", "aria-label": t("zoom_out"), click: () => zoomed(1.5) }, "−"),
      h("button", { type: "button", "aria-label": t("zoom_all"), click: reset }, "⤢")),
    svg, key, h("p", { class: "small" }, words.outlines), h("p", { class: "small" }, t("map_help")));
  const picture = (): SVGSVGElement => {
    const rows = legend(classes, words, (at) => fill({ kind: "class", at }), present);
    const most = Math.max(...rows.map((row) => wrapped(row[1], 40).length));
    const wide = WIDE + 200;
    return framed({ ...words, foot: [...words.foot, words.outlines] }, wide, HIGH, (top) => [
      definitions(),
      s("svg", { x: 0, y: top, width: WIDE, height: HIGH, viewBox: box(), preserveAspectRatio: "xMidYMid meet" }, body(false)),
      ...rows.flatMap(([tone, told], at) => [
        s("rect", { x: WIDE + 14, y: top + 20 + at * 24 * most, width: 18, height: 14, fill: tone === HIDDEN ? `url(#${hatch})` : tone, stroke: "#5a6573" }),
        s("text", { x: WIDE + 40, y: top + 32 + at * 24 * most, "font-size": 12, fill: "#1c2430" }, told),
      ]),
      s("text", { x: WIDE + 14, y: top + 10, "font-size": 12, fill: "#4c5663" }, words.unit),
    ]);
  };
  return { frame, picture };
}

function swatch(tone: string): SVGSVGElement {
  return s("svg", { width: 22, height: 16, "aria-hidden": "true" }, s("rect", { x: 1, y: 1, width: 20, height: 14, fill: tone, stroke: "#5a6573" }));
}

/** The box around paths of relative moves, as the data files hold them: `m10 20l3-4…z`. */
export function extent(path: string): [number, number, number, number] {
  let [x, y, startX, startY] = [0, 0, 0, 0];
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const part of path.matchAll(/([Mmlz])([^Mmlz]*)/g)) {
    if (part[1] === "z") {
      [x, y] = [startX, startY];
      continue;
    }
    const numbers = (part[2]?.match(/-?\d+/g) ?? []).map(Number);
    for (let at = 0; at + 1 < numbers.length; at += 2) {
      if (part[1] === "M") [x, y] = [numbers[at] ?? 0, numbers[at + 1] ?? 0];
      else [x, y] = [x + (numbers[at] ?? 0), y + (numbers[at + 1] ?? 0)];
      if (part[1] !== "l" && at === 0) [startX, startY] = [x, y];
      [left, top, right, bottom] = [Math.min(left, x), Math.min(top, y), Math.max(right, x), Math.max(bottom, y)];
    }
  }
  return [left, top, right - left, bottom - top];
}
