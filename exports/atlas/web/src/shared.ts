// What several views need: words of a row, its receipt, fields to choose areas.

import type { Area, Dataset, Figures, IndicatorHead, Row, Store, TableHead } from "./data.ts";
import type { Point } from "./chart.ts";
import { fresh, h } from "./dom.ts";
import { day, number, of, plain, t, spoken } from "./words.ts";

export interface View {
  title: string;
  content: Node[];
  later?: () => void; // adds what is long and below, once the picture is there
}

export type Query = Map<string, string>;

export function address(parts: string[], query: Record<string, string | null | undefined> = {}): string {
  const pairs = Object.entries(query).filter((one): one is [string, string] => !!one[1]);
  if (spoken() === "en") pairs.push(["sprache", "en"]);
  const asked = new URLSearchParams(pairs).toString();
  return `/${parts.map(encodeURIComponent).join("/")}${asked ? `?${asked}` : ""}`;
}

export function link(words: string, to: string, more: Record<string, string> = {}): HTMLAnchorElement {
  return h("a", { href: `#${to}`, ...more }, words);
}

export function go(to: string): void {
  location.hash = to;
}

/** The code of a row's list, in words. */
export function told(store: Store, figures: Figures, row: Row, list: string): string {
  return of(store.atlas.codes[list]?.words[figures.code(list, row)]);
}

export function code(store: Store, figures: Figures, row: Row, list: string): string {
  return store.atlas.codes[list]?.list[figures.code(list, row)] ?? "";
}

export const SECRET = new Set(["suppressed", "suppressed_primary", "suppressed_secondary", "unknown_or_confidential"]);

/** Whether a row has no number because it is kept secret. */
export function isHidden(store: Store, figures: Figures, row: Row): boolean {
  return row.value === null && SECRET.has(code(store, figures, row, "reason"));
}

/** The value as printed, or why there is none. */
export function shown(store: Store, figures: Figures, row: Row | undefined, unit = true): string {
  if (!row) return t("no_value");
  const { head } = figures;
  if (row.value === null) return told(store, figures, row, "reason");
  const sign = store.atlas.codes["status"]?.signs?.[figures.code("status", row)] ?? "";
  return `${number(row.value, head.decimals)}${unit && head.unit ? ` ${head.unit}` : ""}${sign ? ` ${sign}` : ""}`;
}

export function interval(head: IndicatorHead, row: Row): string {
  if (row.lower === null || row.upper === null) return "";
  return `${number(row.lower, head.decimals)} – ${number(row.upper, head.decimals)}`;
}

export function points(store: Store, figures: Figures, area: Area, rows: Row[] = figures.of(area.unit)): Point[] {
  let crossed: string | null = null;
  let backcast: boolean | null = null;
  const found: Point[] = [];
  for (const row of rows) {
    const at = figures.code("break", row);
    if (at > 0) crossed = of(store.atlas.breaks[at - 1]) || t("break_untold");
    if (code(store, figures, row, "change") === "break") crossed ??= t("break_untold");
    const converted = code(store, figures, row, "backcast") === "true";
    if (backcast !== null && converted !== backcast) crossed ??= t("backcast");
    backcast = converted;
    found.push({
      day: row.day,
      value: row.value,
      lower: row.lower,
      upper: row.upper,
      broken: crossed,
      open: () => receipt(store, figures, area, row),
    });
    if (row.value !== null) crossed = null;
  }
  return found;
}

/** The attribution of the datasets that rows of an indicator are made from. */
export function attributions(store: Store, head: IndicatorHead): string[] {
  return attributionsOf(store, head.datasets);
}

export function attributionsOf(store: Store, datasets: string[]): string[] {
  const found = store.atlas.datasets.filter((one) => datasets.includes(one.id));
  return [...new Set(found.map((one) => `${one.attribution}, ${one.licence}`))];
}

/** Lines below a picture: sources, licence, edition. */
export function foot(store: Store, head: IndicatorHead): string[] {
  return footOf(store, "indicators", attributions(store, head));
}

export function footOf(store: Store, product: string, sources: string[]): string[] {
  const edition = store.atlas.editions.find((one) => one.product === product);
  return [
    `${t("sources")}: ${sources.join("; ")}${store.atlas.attribution_changed ? `; ${store.atlas.attribution_changed}` : ""}`,
    `${t("edition")} ${product}/${edition?.version ?? ""}, ${store.atlas.office.name}`,
  ];
}

/** The receipt of one number, in a dialog: what it is, what it is made of, where it comes from. */
export function receipt(store: Store, figures: Figures, area: Area, row: Row): void {
  const { head } = figures;
  const rows: [string, Node | string][] = [
    [t("value"), shown(store, figures, row)],
    [t("day"), day(row.day)],
  ];
  const add = (heading: string, words: string): void => {
    if (words) rows.push([heading, words]);
  };
  add(t("interval"), interval(head, row));
  const [numerator, denominator] = figures.parts(row);
  if (numerator !== null) add(t("numerator"), exact(numerator));
  if (denominator !== null) add(t("denominator"), exact(denominator));
  add(t("status"), told(store, figures, row, "status"));
  if (row.value === null) add(t("reason"), told(store, figures, row, "reason"));
  add(t("confidentiality"), told(store, figures, row, "confidentiality"));
  add(t("reliability"), told(store, figures, row, "reliability"));
  add(t("change"), told(store, figures, row, "change"));
  add(t("verdict"), told(store, figures, row, "verdict"));
  const at = figures.code("break", row);
  if (at > 0) add(t("break"), of(store.atlas.breaks[at - 1]));
  const ids = [code(store, figures, row, "source"), code(store, figures, row, "source_below")].join(", ").split(", ");
  for (const id of [...new Set(ids)].filter(Boolean)) {
    const dataset = store.atlas.datasets.find((one) => one.id === id);
    if (!dataset) continue;
    rows.push([t("source"), sourceOf(dataset)]);
  }
  rows.push(...editionOf(store, "indicators"));
  if (head.definition) {
    add(t("definition"), head.definition.question);
    add(t("read"), head.definition.how_to_read);
    add(t("formula"), head.definition.formula);
  }
  const name = area.versions.find((one) => one.index === row.version)?.name ?? area.name;
  rows.push([t("receipt_line"), h("code", {}, `planstat explain ${head.id} ${area.code} ${row.day.slice(0, 4)}`)]);
  open(`${of(head.name)}, ${name}`, rows);
}

/** The receipt of a row of a further product: every cell, its sources and its edition. */
export function rowReceipt(store: Store, head: TableHead, cells: [string, string][]): void {
  const sources = store.atlas.datasets.filter((one) => head.datasets.includes(one.id));
  open(of(head.title), [
    ...cells.filter((one) => one[1] !== ""),
    ...editionOf(store, head.product),
    ...sources.map((one): [string, Node] => [t("source"), sourceOf(one)]),
  ]);
}

/** Title, publisher's table, licence and delivery of a source. */
function sourceOf(dataset: Dataset): HTMLElement {
  return h("span", {}, `${dataset.id} ${dataset.title}. ${dataset.attribution}, `, outside(dataset.licence, dataset.licence_url), `. ${t("publisher")}: ${dataset.publisher}. ${t("stand")}: ${dataset.stand}. ${t("snapshot")}: `, h("code", {}, dataset.snapshot ?? "–"));
}

/** The edition of a product with its fingerprint, and how it differs from the one before. */
function editionOf(store: Store, product: string): [string, Node | string][] {
  const edition = store.atlas.editions.find((one) => one.product === product);
  const change = store.atlas.changes.find((one) => one.product === product);
  if (!edition) return [];
  const differs = change?.previous
    ? `${change.previous}: ${t("news_counts", number(change.added), number(change.changed), number(change.removed), number(change.withdrawn))}${change.reason ? `. ${change.reason}` : ""}`
    : t("news_first", number(edition.rows));
  return [[t("edition"), `${product}/${edition.version}`], [t("hash"), h("code", {}, edition.fingerprint)], [t("differs"), differs]];
}

function open(title: string, rows: [string, Node | string][]): void {
  const id = fresh("receipt");
  const dialog = h("dialog", { "aria-labelledby": id, close: () => dialog.remove() },
    h("h2", { id }, title),
    h("table", {}, h("tbody", {}, ...rows.map(([heading, words]) => h("tr", {}, h("th", { scope: "row" }, heading), h("td", {}, words))))),
    h("form", { method: "dialog" }, h("button", { autofocus: true }, t("close"))));
  document.body.append(dialog);
  dialog.showModal();
}

function exact(value: number): string {
  return new Intl.NumberFormat(spoken() === "de" ? "de-DE" : "en-GB", { maximumFractionDigits: 6 }).format(value);
}

export function outside(words: string, to: string | null): Node {
  return to && /^https?:/.test(to) ? h("a", { href: to, rel: "noreferrer" }, words) : document.createTextNode(words);
}

export interface Found {
  words: string;
  beside: string;
  to: string;
}

/** Areas whose name or code fits, those of higher levels first. */
export function areasLike(store: Store, asked: string, most = 12, level: string | null = null): Area[] {
  const parts = plain(asked).split(" ").filter(Boolean);
  if (!parts.length) return [];
  const order = Object.keys(store.atlas.levels);
  const ranked: [number, Area][] = [];
  for (const area of store.areas.units) {
    if (level !== null && area.level !== level) continue;
    const words = searched(area);
    if (!parts.every((part) => words.includes(` ${part}`))) continue;
    const exactly = words.startsWith(` ${parts.join(" ")}`) ? 0 : 1;
    ranked.push([exactly * 100 + order.indexOf(area.level), area]);
  }
  ranked.sort((a, b) => a[0] - b[0] || a[1].name.localeCompare(b[1].name, "de"));
  return ranked.slice(0, most).map((one) => one[1]);
}

const words = new WeakMap<Area, string>();

function searched(area: Area): string {
  let found = words.get(area);
  if (found === undefined) {
    const kind = area.level === "KREIS" ? " kreis" : "";
    found = ` ${plain([...new Set(area.versions.map((one) => one.name))].join(" "))}${kind} ${area.code}`;
    words.set(area, found);
  }
  return found;
}

/** A field to find an area; `chosen` is called with it; `level`: of that level only. */
export function areaField(store: Store, label: string, chosen: (area: Area) => void, level: string | null = null): HTMLElement {
  const id = fresh("area");
  const list = h("ul", { class: "found" });
  const said = h("p", { role: "status", class: "small" });
  const field = h("input", { type: "search", id, autocomplete: "off", input: () => show() });
  const show = (): void => {
    const hits = areasLike(store, field.value, 12, level);
    list.replaceChildren(...hits.map((area) =>
      h("li", {}, h("button", { type: "button", click: () => chosen(area) }, `${area.name} (${of(store.atlas.levels[area.level])}, ${area.code})`))));
    said.replaceChildren(field.value.trim() ? (hits.length ? t("found", hits.length) : t("found_none", field.value)) : "");
  };
  return h("div", { class: "areafield" }, h("label", { for: id }, label), field, said, list);
}

/** A table that readers of a screen can go through; `rows` are shown as they come. */
export function table(caption: string, head: string[], rows: (Node | string)[][], numeric: number[] = []): HTMLElement {
  return h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": caption },
    h("table", {}, h("caption", {}, caption),
      h("thead", {}, h("tr", {}, ...head.map((one, at) => h("th", { scope: "col", class: numeric.includes(at) ? "number" : null }, one)))),
      h("tbody", {}, ...rows.map((row) => h("tr", {}, ...row.map((one, at) =>
        at === 0 ? h("th", { scope: "row" }, one) : h("td", { class: numeric.includes(at) ? "number" : null }, one)))))));
}

/** The Land that an area lies in, or Germany for a Land. */
export function landOf(store: Store, area: Area): Area | undefined {
  if (area.level === "DE") return undefined;
  return area.level === "LAND" ? store.areas.byCodeAlone("DG") : store.areas.find("LAND", area.land);
}
