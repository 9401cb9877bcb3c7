// Lines over time and dots with intervals, as SVG. Nothing is joined across a break or a missing value.

import { s } from "./dom.ts";
import { day as written, internalMark, number, t } from "./words.ts";

export interface Point {
  day: string;
  value: number | null;
  lower: number | null;
  upper: number | null;
  broken: string | null; // what parts it from the point before; null where nothing does
  open: () => void;
}

export interface Line {
  name: string;
  colour: number; // place in the scale of lines
  points: Point[];
  banded: boolean;
  dashed: boolean;
}

/** Colours that stay apart for people who see few colours (Okabe and Ito 2008), dark enough on white. */
export const LINES = ["#0b5a8a", "#b3470e", "#00684a", "#8a3b7a", "#5b5b00", "#444444", "#a11c3a", "#2f4bbf"];

const MARKS = ["circle", "square", "triangle", "diamond"] as const;

export const year = (iso: string): number => {
  const [y, m, d] = iso.split("-").map(Number);
  return (Date.UTC(y ?? 0, (m ?? 1) - 1, d ?? 1) - Date.UTC(y ?? 0, 0, 1)) / (365.25 * 86400000) + (y ?? 0);
};

/** Round steps for an axis from `low` to `high`. */
export function ticks(low: number, high: number, wanted = 5): number[] {
  const span = high - low || 1;
  const power = 10 ** Math.floor(Math.log10(span / wanted));
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => span / one <= wanted) ?? 10 * power;
  const first = Math.ceil(low / step - 1e-9);
  return Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, at) => (first + at) * step);
}

/** The parts of a line that may be joined: they end before a break and at a missing value. */
export function pieces(points: Point[]): Point[][] {
  const found: Point[][] = [];
  let piece: Point[] = [];
  for (const point of points) {
    if (point.broken !== null || point.value === null) {
      if (piece.length) found.push(piece);
      piece = [];
    }
    if (point.value !== null) piece.push(point);
  }
  if (piece.length) found.push(piece);
  return found;
}

function mark(shape: number, x: number, y: number, size: number): string {
  switch (MARKS[shape % MARKS.length]) {
    case "square":
      return `M${x - size} ${y - size}h${2 * size}v${2 * size}h${-2 * size}z`;
    case "triangle":
      return `M${x} ${y - 1.3 * size}l${1.3 * size} ${2.3 * size}h${-2.6 * size}z`;
    case "diamond":
      return `M${x} ${y - 1.4 * size}l${1.4 * size} ${1.4 * size}l${-1.4 * size} ${1.4 * size}l${-1.4 * size} ${-1.4 * size}z`;
    default:
      return `M${x - size} ${y}a${size} ${size} 0 1 0 ${2 * size} 0a${size} ${size} 0 1 0 ${-2 * size} 0z`;
  }
}

export interface ChartWords {
  title: string;
  subtitle: string;
  foot: string[];
  unit: string;
  decimals: number;
}

let across = 760;

/** Pictures are as wide as the page, so that their letters stay as large on a telephone; asked before it changes. */
export function measure(): void {
  across = Math.max(350, Math.min(760, document.documentElement.clientWidth - 24));
}

const INK = "#1c2430";
const SOFT = "#4c5663";
const GRID = "#d5dbe2";

function text(x: number, y: number, words: string, more: Record<string, string | number> = {}): SVGTextElement {
  return s("text", { x, y, "font-size": 13, fill: INK, ...more }, words);
}

/** `words` in lines of at most `signs` signs. */
export function wrapped(words: string, signs: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of words.split(" ")) {
    if (line && `${line} ${word}`.length > signs) {
      lines.push(line);
      line = word;
    } else line = line ? `${line} ${word}` : word;
  }
  return line ? [...lines, line] : lines;
}

/** A picture with title above and source lines below; `body` draws between `top` and `top + height`. */
export function framed(words: ChartWords, width: number, height: number, body: (top: number) => Element[]): SVGSVGElement {
  const head = wrapped(words.title, Math.floor(width / 9.6));
  const under = wrapped(words.subtitle, Math.floor(width / 6.6));
  const foot = words.foot.flatMap((line) => wrapped(line, Math.floor(width / 6.3)));
  const mark = internalMark();
  const down = mark ? 18 : 0;
  const top = 10 + down + head.length * 21 + under.length * 17 + 8;
  const whole = top + height + foot.length * 15 + 14;
  const svg = s("svg", {
    xmlns: "http://www.w3.org/2000/svg",
    viewBox: `0 0 ${width} ${whole}`,
    width,
    height: whole,
    role: "img",
    "font-family": "system-ui, 'Segoe UI', Roboto, 'Liberation Sans', Arial, sans-serif",
    "aria-label": [mark, `${words.title}. ${words.subtitle}`].filter(Boolean).join(". "),
  });
  svg.append(s("title", {}, words.title), s("rect", { width, height: whole, fill: "#ffffff" }));
  if (mark) svg.append(text(10, 18, mark, { "font-weight": 700, fill: "#a11c3a" }));
  head.forEach((line, at) => svg.append(text(10, 22 + down + at * 21, line, { "font-size": 17, "font-weight": 600 })));
  under.forEach((line, at) => svg.append(text(10, 22 + down + head.length * 21 + at * 17, line, { fill: SOFT })));
  svg.append(...body(top));
  foot.forEach((line, at) => svg.append(text(10, top + height + 16 + at * 15, line, { "font-size": 11, fill: SOFT })));
  return svg;
}

export function lines(words: ChartWords, shown: Line[]): SVGSVGElement {
  const wide = across;
  const high = 320;
  const [left, right, above, below] = [64, wide < 560 ? 110 : 150, 26, 30];
  const points = shown.flatMap((line) => line.points.filter((one) => one.value !== null));
  const reach = points.flatMap((one) => [one.value, one.lower, one.upper].filter((x): x is number => x !== null));
  const lowest = Math.min(0, ...reach);
  const highest = Math.max(...reach, lowest + 1e-9);
  const least = Math.min(...reach);
  const close = lowest === 0 && least > 0.6 * highest && highest > least;
  const bottom = close ? least - (highest - least) * 0.1 : lowest;
  const marksY = ticks(bottom, highest + (highest - bottom) * 0.04);
  const days = points.map((one) => year(one.day));
  const from = Math.min(...days);
  const to = Math.max(...days, from + 1);
  const x = (at: number): number => left + ((at - from) / (to - from)) * (wide - left - right);
  return framed(words, wide, high, (top) => {
    const y = (value: number): number =>
      top + above + (1 - (value - bottom) / (highest + (highest - bottom) * 0.04 - bottom)) * (high - above - below);
    const drawn: Element[] = [text(left - 8, top + 12, words.unit, { fill: SOFT, "text-anchor": "start" })];
    const small = marksY.some((one) => Math.abs(one - Math.round(one)) > 1e-9);
    for (const one of marksY) {
      drawn.push(s("line", { x1: left, x2: wide - right, y1: y(one), y2: y(one), stroke: one === 0 ? SOFT : GRID }));
      drawn.push(text(left - 8, y(one) + 4, number(one, small ? Math.max(1, words.decimals) : 0), { "text-anchor": "end", fill: SOFT }));
    }
    // a year is written where its figures stand: those of 31 December at its end
    const yearly = new Map<string, number[]>();
    for (const one of points) yearly.set(one.day.slice(0, 4), [...(yearly.get(one.day.slice(0, 4)) ?? []), year(one.day)]);
    let free = -Infinity;
    for (const [name, places] of [...yearly].sort()) {
      const at = x(places.reduce((sum, one) => sum + one, 0) / places.length);
      drawn.push(s("line", { x1: at, x2: at, y1: top + high - below, y2: top + high - below + 5, stroke: SOFT }));
      if (at < free) continue;
      drawn.push(text(at, top + high - below + 19, name, { "text-anchor": "middle", fill: SOFT }));
      free = at + 40;
    }
    // a break stands between the day before and its own
    const broken = new Map<string, string>();
    for (const line of shown) {
      line.points.forEach((point, at) => {
        const before = line.points[at - 1];
        if (point.broken === null || !before) return;
        const where = x((year(before.day) + year(point.day)) / 2).toFixed(1);
        broken.set(where, point.broken);
      });
    }
    [...broken].forEach(([where, what], at) => {
      const line = s("g", {}, s("title", {}, `${t("break")}: ${what}`));
      line.append(s("line", { x1: where, x2: where, y1: top + above - 8, y2: top + high - below, stroke: SOFT, "stroke-dasharray": "2 3" }));
      line.append(text(Number(where), top + above - 11, `${at + 1}`, { "text-anchor": "middle", "font-size": 11, fill: SOFT }));
      drawn.push(line);
    });
    const labels: { y: number; line: Line }[] = [];
    for (const line of shown) {
      const colour = LINES[line.colour % LINES.length] ?? INK;
      for (const piece of pieces(line.points)) {
        if (line.banded && piece.length > 1 && piece.every((one) => one.lower !== null && one.upper !== null)) {
          const upper = piece.map((one) => `${x(year(one.day)).toFixed(1)} ${y(one.upper ?? 0).toFixed(1)}`);
          const lower = piece.map((one) => `${x(year(one.day)).toFixed(1)} ${y(one.lower ?? 0).toFixed(1)}`).reverse();
          drawn.push(s("path", { d: `M${[...upper, ...lower].join("L")}z`, fill: colour, "fill-opacity": 0.15 }));
        }
        const path = piece.map((one) => `${x(year(one.day)).toFixed(1)} ${y(one.value ?? 0).toFixed(1)}`).join("L");
        drawn.push(
          s("path", { d: `M${path}`, fill: "none", stroke: colour, "stroke-width": 2, "stroke-dasharray": line.dashed ? "6 4" : null }),
        );
        for (const one of piece) {
          if (line.banded && one.lower !== null && one.upper !== null && piece.length === 1) {
            const at = x(year(one.day));
            drawn.push(s("line", { x1: at, x2: at, y1: y(one.lower), y2: y(one.upper), stroke: colour, "stroke-opacity": 0.5, "stroke-width": 3 }));
          }
          const told = `${line.name}, ${written(one.day)}: ${number(one.value ?? 0, words.decimals)} ${words.unit}`;
          const place = mark(line.colour, Number(x(year(one.day)).toFixed(1)), Number(y(one.value ?? 0).toFixed(1)), 3.5);
          drawn.push(s("path", { d: place, fill: colour, class: "point", click: one.open }, s("title", {}, told)));
        }
      }
      const last = [...line.points].reverse().find((one) => one.value !== null);
      if (last) labels.push({ y: y(last.value ?? 0), line });
    }
    labels.sort((a, b) => a.y - b.y);
    let least = top + 8;
    for (const label of labels) {
      const place = Math.max(label.y + 4, least);
      wrapped(label.line.name, Math.floor(right / 7.5)).slice(0, 2).forEach((part, at) => {
        drawn.push(text(wide - right + 10, place + at * 14, part, { fill: LINES[label.line.colour % LINES.length] ?? INK, "font-weight": 600, "font-size": 12 }));
        least = place + at * 14 + 15;
      });
    }
    return drawn;
  });
}

export interface Dot {
  name: string;
  value: number;
  lower: number | null;
  upper: number | null;
  marked: boolean;
  open: () => void;
}

/** Dots with intervals in the order given; no places are numbered. `band`: quartiles of a ring, from and to. */
export function dots(words: ChartWords, shown: Dot[], beside: { name: string; value: number } | null, band: [number, number] | null = null): SVGSVGElement {
  const wide = across;
  const [left, right, row] = [wide < 560 ? 150 : 210, wide < 560 ? 56 : 70, 20];
  const letters = Math.floor(left / 7);
  const high = shown.length * row + 34;
  const reach = shown.flatMap((one) => [one.value, one.lower, one.upper].filter((x): x is number => x !== null));
  if (beside) reach.push(beside.value);
  if (band) reach.push(...band);
  const low = Math.min(0, ...reach);
  const top = Math.max(...reach, low + 1e-9);
  const x = (value: number): number => left + ((value - low) / (top - low)) * (wide - left - right);
  return framed(words, wide, high, (start) => {
    const drawn: Element[] = [];
    const marks = ticks(low, top, wide < 560 ? 3 : 6);
    const small = marks.some((one) => Math.abs(one - Math.round(one)) > 1e-9);
    if (band) drawn.push(s("rect", { x: x(band[0]), y: start, width: Math.max(1, x(band[1]) - x(band[0])), height: high - 20, fill: "#e3e9f0" }));
    for (const one of marks) {
      drawn.push(s("line", { x1: x(one), x2: x(one), y1: start, y2: start + high - 20, stroke: GRID }));
      drawn.push(text(x(one), start + high - 6, number(one, small ? Math.max(1, words.decimals) : 0), { "text-anchor": "middle", fill: SOFT, "font-size": 12 }));
    }
    if (beside) {
      drawn.push(
        s("line", { x1: x(beside.value), x2: x(beside.value), y1: start, y2: start + high - 20, stroke: INK, "stroke-dasharray": "5 4" },
          s("title", {}, `${beside.name}: ${number(beside.value, words.decimals)}`)),
      );
    }
    shown.forEach((one, at) => {
      const y = start + at * row + 12;
      const colour = one.marked ? LINES[1] : LINES[0];
      drawn.push(text(left - 10, y + 4, one.name.length > letters ? `${one.name.slice(0, letters - 1)}…` : one.name, { "text-anchor": "end", "font-size": 12, "font-weight": one.marked ? 700 : 400 }));
      if (one.lower !== null && one.upper !== null) {
        drawn.push(s("line", { x1: x(one.lower), x2: x(one.upper), y1: y, y2: y, stroke: colour, "stroke-width": 3, "stroke-opacity": 0.35 }));
      }
      const told = `${one.name}: ${number(one.value, words.decimals)} ${words.unit}`;
      drawn.push(s("path", { d: mark(one.marked ? 3 : 0, x(one.value), y, 4.5), fill: colour, class: "point", click: one.open }, s("title", {}, told)));
      drawn.push(text(wide - 6, y + 4, number(one.value, words.decimals), { "text-anchor": "end", "font-size": 12 }));
    });
    return drawn;
  });
}

/** A small line without axes for a row of a profile. */
export function spark(points: Point[], decimals: number, unit: string): SVGSVGElement {
  const [wide, high] = [120, 28];
  const known = points.filter((one) => one.value !== null);
  const svg = s("svg", { viewBox: `0 0 ${wide} ${high}`, width: wide, height: high, role: "img" });
  const [first, last] = [known[0], known[known.length - 1]];
  if (!first || !last) return svg;
  const told = (one: Point): string => `${written(one.day)}: ${number(one.value ?? 0, decimals)} ${unit}`;
  svg.setAttribute("aria-label", `${told(first)} – ${told(last)}`);
  svg.append(s("title", {}, `${told(first)} – ${told(last)}`));
  const values = known.map((one) => one.value ?? 0);
  const [low, top] = [Math.min(...values), Math.max(...values)];
  const [from, to] = [year(first.day), year(last.day)];
  const x = (one: Point): number => 4 + ((year(one.day) - from) / (to - from || 1)) * (wide - 8);
  const y = (one: Point): number => high - 5 - (((one.value ?? 0) - low) / (top - low || 1)) * (high - 10);
  for (const piece of pieces(points)) {
    const path = piece.map((one) => `${x(one).toFixed(1)} ${y(one).toFixed(1)}`).join("L");
    svg.append(s("path", { d: `M${path}`, fill: "none", stroke: LINES[0], "stroke-width": 1.6 }));
    if (piece.length === 1 && piece[0]) svg.append(s("circle", { cx: x(piece[0]), cy: y(piece[0]), r: 1.4, fill: LINES[0] }));
  }
  svg.append(s("circle", { cx: x(last), cy: y(last), r: 2.8, fill: LINES[0] }));
  return svg;
}
