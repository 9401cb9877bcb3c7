// A table on outlines: one row per area, the measure that is chosen, places of facilities on it.

import type { Classes, Outlines, Store, TableHead, Value } from "../data.ts";
import { h } from "../dom.ts";
import { classOf, drawn, type Kind, type Shape, type Spot } from "../map.ts";
import { attributionsOf, footOf, go, SECRET, type Query } from "../shared.ts";
import { csv, takeAway, type Cell } from "../take.ts";
import { number, of, t } from "../words.ts";
import { select } from "./indicator.ts";

/** A column by which a map chooses its rows; null: rows of all values, which no map shows. */
export interface Choice {
  at: number;
  values: string[];
  chosen: Value;
}

const at = (head: TableHead, name: string): number => head.columns.findIndex((one) => one.name === name);

/** The choices of a map in their order: each offers what is left by those before. The level with most areas comes first. */
export function preset(head: TableHead, columns: Value[][], query: Query): Choice[] {
  let rows = Array.from({ length: head.rows }, (_, row) => row);
  return (head.map?.by ?? []).map((name): Choice => {
    const place = at(head, name);
    const column = columns[place] ?? [];
    const found = [...new Set(rows.map((row) => column[row] ?? null))];
    const areas = new Map(found.map((one) => [one, new Set(rows.filter((row) => column[row] === one).map((row) => columns[at(head, "area_code")]?.[row])).size]));
    found.sort(name === "area_level" ? (a, b) => (areas.get(b) ?? 0) - (areas.get(a) ?? 0) : (a, b) => String(a ?? "").localeCompare(String(b ?? ""), "de"));
    const asked = query.get(name);
    const chosen = asked === "*" ? null : (found.find((one) => String(one) === asked) ?? found[0] ?? null);
    if (chosen !== null) rows = rows.filter((row) => column[row] === chosen);
    return { at: place, values: found.map((one) => String(one ?? "")), chosen };
  });
}

/** What one row says on the map. */
export function kindOf(value: Value, classes: Classes, reason: string, digits: number): Kind {
  if (value === null || value === "") return { kind: SECRET.has(reason) ? "hidden" : "none" };
  if (typeof value === "number") return { kind: "class", at: classOf(Number(value.toFixed(digits)), classes) };
  return { kind: "class", at: Math.max(0, (classes.codes ?? []).indexOf(value)) };
}

export interface Places {
  section: HTMLElement;
  chooser: (row: number) => HTMLElement; // marks the area of a row on the map
}

export async function places(
  store: Store, head: TableHead, columns: Value[][], rows: number[], choices: Choice[], query: Query,
  to: (more: Record<string, string | null>) => string, cell: (at: number, row: number) => string,
): Promise<Places> {
  const { measures, alike, reason, points } = head.map ?? { measures: [], alike: [], reason: "", points: "" };
  const value = (name: string, row: number): Value => columns[at(head, name)]?.[row] ?? null;
  const marked = query.get("gebiet") ?? "";
  const mark = (code: string): void => go(to({ gebiet: code === marked ? null : code }));
  const chooser = (row: number): HTMLElement => {
    const code = String(value("area_code", row) ?? "");
    return h("button", { type: "button", "aria-pressed": String(code === marked), "aria-label": `${String(value("area_name", row) ?? code)} ${t("choose")} (${number(row + 1)})`, click: () => mark(code) }, code === marked ? "✓" : "+");
  };
  const section = h("section", {}, h("h2", {}, t("map")));
  const first = rows[0] ?? 0;
  const scope = JSON.stringify(alike.map((name) => String(value(name, first) ?? "")));
  const offered = measures.filter((each) => each.classes[scope]);
  const measure = offered.find((each) => each.column === query.get("mass")) ?? offered[0];
  const one = choices.every((each) => each.chosen !== null);
  if (!measure || !one || !rows.length) {
    section.append(h("p", {}, t(one ? "map_nothing" : "map_choose")));
    return { section, chooser };
  }
  const heading = (name: string): string => of(head.columns[at(head, name)]?.heading);
  const found = measure.classes[scope] ?? { edges: [], colours: ["#6baed6"], diverging: false };
  const column = head.columns[at(head, measure.column)];
  const labels = found.codes?.map((code) => {
    const row = measure.words ? columns[at(head, measure.column)]?.findIndex((each, place) => each === code && alike.every((name) => value(name, place) === value(name, first))) ?? -1 : -1;
    return row >= 0 ? cell(at(head, measure.words), row) : of(column?.words[code]) || code;
  });
  const classes: Classes = labels ? { ...found, labels } : found;
  const versions = await store.versions(head);
  const level = String(value("area_level", first) ?? "");
  const outlines = await layerOf(store, level, rows.map((row) => versions[row] ?? -1));
  const controls = h("div", { class: "controls" }, select(t("measure"), offered.map((each) => [each.column, heading(each.column)]), measure.column, (name) => go(to({ mass: name }))));
  section.append(controls);
  if (!outlines) {
    section.append(h("p", {}, t("map_none")));
    return { section, chooser };
  }
  const unitWords = (): string => {
    const unit = value("unit", first);
    return typeof unit === "string" && !measure.category ? unit : "";
  };
  const shownOf = (row: number): string => {
    const held = value(measure.column, row);
    if (held === null || held === "") return cell(at(head, reason), row) || t("no_value");
    if (typeof held === "string") return labels?.[found.codes?.indexOf(held) ?? -1] ?? held;
    const between = measure.lower && value(measure.lower, row) !== null ? ` (${cell(at(head, measure.lower), row)} – ${cell(at(head, measure.upper), row)})` : "";
    return `${number(held, measure.digits)}${between}`;
  };
  const by = new Map(rows.map((row) => [versions[row] ?? -1, row]));
  const units = new Set(rows.map((row) => String(value("area_code", row))));
  const shapes: Shape[] = [];
  let others = 0;
  for (const version of outlines.paths.keys()) {
    const area = store.areas.units[store.areas.unitOf[version] ?? -1];
    const row = by.get(version);
    if (row !== undefined) {
      const code = String(value("area_code", row));
      const name = String(value("area_name", row) ?? code);
      shapes.push({ version, name, told: shownOf(row), kind: kindOf(value(measure.column, row), classes, String(value(reason, row) ?? ""), measure.digits), chosen: code === marked, choose: () => mark(code) });
    } else if (area) {
      const other = units.has(area.code);
      if (other) others += 1;
      shapes.push({ version, name: area.name, told: t(other ? "other_territory" : "no_value"), kind: { kind: other ? "other" : "none" }, chosen: false, choose: () => mark(area.code) });
    }
  }
  const without = rows.filter((row) => !outlines.paths.has(versions[row] ?? -1));
  const said = choices.map((each) => cell(each.at, first)).filter(Boolean).join(", ");
  const foot = footOf(store, head.product, attributionsOf(store, head.datasets));
  const spots = points && query.get("punkte") !== "0" ? await spotsOf(store, points, outlines, choices, head) : [];
  const made = drawn({
    title: `${of(head.title)}: ${heading(measure.column)}`, subtitle: said, unit: unitWords(), decimals: measure.digits, foot,
    outlines: t("map_stands", [outlines.layer.title, ...outlines.layer.sources].join("; ")), ...(spots.length ? { spots: t("facilities", number(spots.length)) } : {}),
  }, outlines, shapes, classes, query.get("muster") === "1", spots);
  section.append(made.frame, h("p", { class: "small" }, t(classes.codes ? "classes_named" : classes.diverging ? "classes_balance" : "classes_alike")));
  if (without.length) section.append(h("p", { class: "small" }, t("map_no_outline", without.length, without.slice(0, 8).map((row) => String(value("area_name", row))).join("; ") + (without.length > 8 ? " …" : ""))));
  if (others) section.append(h("p", { class: "small" }, t("map_other", others, said)));
  const patterns = query.get("muster") === "1";
  section.append(h("button", { type: "button", "aria-pressed": String(patterns), click: () => go(to({ muster: patterns ? null : "1" })) }, t("pattern")));
  if (points && store.atlas.tables.some((each) => each.product === points)) {
    const hidden = query.get("punkte") === "0";
    section.append(" ", h("button", { type: "button", "aria-pressed": String(!hidden), click: () => go(to({ punkte: hidden ? null : "0" })) }, t("show_points")));
  }
  const names = [measure.column, measure.lower, measure.upper, measure.words].filter(Boolean);
  const cells = (): Cell[][] => rows.map((row) => [
    cell(at(head, "area_name"), row), cell(at(head, "area_code"), row), ...choices.map((each) => cell(each.at, row)),
    ...names.map((name): Cell => value(name, row)), value(measure.column, row) === null || value(measure.column, row) === "" ? cell(at(head, reason), row) : "",
  ]);
  section.append(takeAway({
    what: t("map"), name: `${head.product}_${measure.column}`, picture: made.picture, embed: to({ rahmen: "karte" }),
    table: () => csv([t("area"), "area_code", ...choices.map((each) => of(head.columns[each.at]?.heading)), ...names.map(heading), t("reason")], cells(), [...foot, ...outlines.layer.sources]),
  }));
  return { section, chooser };
}

/** The layer that has most of the versions which rows are of: a value stands on the outline of its own boundaries. */
async function layerOf(store: Store, level: string, versions: number[]): Promise<Outlines | null> {
  const all = await Promise.all(store.atlas.layers.filter((one) => one.level === level).map((one) => store.outlines(one)));
  const held = (one: Outlines): number => versions.filter((version) => one.paths.has(version)).length;
  return all.sort((a, b) => held(b) - held(a) || b.layer.day.localeCompare(a.layer.day))[0] ?? null;
}

/** The facilities of the kinds that the map is of. */
async function spotsOf(store: Store, product: string, outlines: Outlines, choices: Choice[], of_: TableHead): Promise<Spot[]> {
  const head = store.atlas.tables.find((one) => one.product === product);
  if (!head) return [];
  const [columns, points] = await Promise.all([store.table(head), store.points(head)]);
  const wanted = choices.flatMap((one): [number, Value][] => {
    const place = at(head, of_.columns[one.at]?.name ?? "");
    return place < 0 || of_.columns[one.at]?.name === "area_level" ? [] : [[place, one.chosen]];
  });
  const name = columns[at(head, "facility_name")] ?? [];
  return points.flatMap((point, row): Spot[] => {
    if (!point || !wanted.every(([place, value]) => columns[place]?.[row] === value)) return [];
    return [{ x: Math.round((point[0] - outlines.left) / outlines.metres * 10) / 10, y: Math.round((outlines.top - point[1]) / outlines.metres * 10) / 10, told: String(name[row] ?? "") }];
  });
}
