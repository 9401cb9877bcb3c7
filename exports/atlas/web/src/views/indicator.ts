// One indicator: map with its years, areas compared, development, table, definition.

import { dots, lines, type Line } from "../chart.ts";
import type { Area, Classes, Figures, IndicatorHead, Layer, Outlines, Row, Store } from "../data.ts";
import { fresh, h } from "../dom.ts";
import { classOf, drawn, type Kind, type Shape } from "../map.ts";
import {
  address, areaField, foot, go, interval, isHidden, landOf, link, points, receipt, shown, table, told,
  type Query, type View,
} from "../shared.ts";
import { csv, takeAway, type Cell } from "../take.ts";
import { day, number, of, t } from "../words.ts";

const MOST_ROWS = 600;
const MOST_DOTS = 60;

/** The level that a reader starts with: the finest that whole Germany has, else the first with values. */
function firstLevel(head: IndicatorHead): string {
  return ["KREIS", "LAND", "DE"].find((one) => head.levels[one]) ?? Object.keys(head.levels)[0] ?? "";
}

/** The layer whose day is nearest to the value's, the earlier one first. */
export function layerFor(store: Store, level: string, on: string): Layer | undefined {
  const own = store.atlas.layers.filter((one) => one.level === level);
  const far = (one: Layer): number => Math.abs(Date.parse(one.day) - Date.parse(on));
  return own.sort((a, b) => far(a) - far(b) || a.day.localeCompare(b.day))[0];
}

export async function indicator(store: Store, id: string, query: Query): Promise<View> {
  const head = store.head(id);
  if (!head) return { title: t("not_found", id), content: [h("p", {}, t("not_found", id))] };
  const figures = await store.indicator(id);
  const level = query.get("ebene") && head.levels[query.get("ebene") ?? ""] ? (query.get("ebene") ?? "") : firstLevel(head);
  const days = head.levels[level]?.days ?? [];
  const on = days.includes(query.get("stand") ?? "") ? (query.get("stand") ?? "") : (days[days.length - 1] ?? "");
  const chosen = (query.get("gebiete") ?? "").split(",").filter(Boolean).flatMap((one) => {
    const [at, own] = one.split(":");
    const area = store.areas.find(at ?? "", own ?? "");
    return area ? [area] : [];
  });
  const inPatterns = query.get("muster") === "1";
  const within = query.get("land") ?? "";
  const to = (more: Record<string, string | null>): string =>
    address(["kennzahl", id], {
      ebene: level, stand: on, gebiete: chosen.map((one) => `${one.level}:${one.code}`).join(","),
      muster: inPatterns ? "1" : null, land: within, ...more,
    });
  const picked = (area: Area): string => {
    const rest = chosen.filter((one) => one !== area);
    const all = rest.length === chosen.length ? [...chosen, area] : rest;
    return to({ gebiete: all.map((one) => `${one.level}:${one.code}`).join(",") });
  };
  const title = `${of(head.name)} (${id})`;
  if (!days.length) return { title, content: [heading(head), h("p", {}, t("no_values_yet")), definition(head)] };

  const units = figures.units().map((one) => store.areas.units[one]).filter((one): one is Area => one?.level === level);
  const shownUnits = units.filter((one) => !within || one.land === within);
  const rows: [Area, Row][] = shownUnits.flatMap((area): [Area, Row][] => {
    const row = figures.at(area.unit, on);
    return row ? [[area, row]] : [];
  });
  const unitWords = `${head.unit}, ${day(on)}`;
  const about = { title: of(head.name), subtitle: `${of(store.atlas.levels[level])}, ${unitWords}`, foot: foot(store, head), unit: head.unit, decimals: head.decimals };
  const layer = layerFor(store, level, on);
  const outlines = layer ? await store.outlines(layer) : null;

  const controls = h("div", { class: "controls" },
    select(t("level"), Object.entries(head.levels).map(([name, one]) => [name, `${of(store.atlas.levels[name])} (${t("areas_in", number(one.areas))})`]), level, (one) => go(to({ ebene: one, stand: null, land: null }))),
    select(t("day"), days.map((one) => [one, day(one)]), on, (one) => go(to({ stand: one }))),
    slider(days, on, (one) => go(to({ stand: one }))),
    level !== "DE" && level !== "LAND"
      ? select(t("within"), [["", t("all_areas")], ...lands(store, units).map((one): [string, string] => [one.code, one.name])], within, (one) => go(to({ land: one })))
      : null);

  const mapPart = h("section", {}, h("h2", {}, t("map")));
  let takeMap: (() => SVGSVGElement) | null = null;
  const classes = head.classes[level] ?? { edges: [], colours: [], diverging: false };
  if (outlines && layer) {
    const onMap = mapped(store, figures, outlines, rows, on, within, classes, chosen, (area) => go(picked(area)));
    const made = drawn({ ...about, outlines: t("map_stands", [layer.title, ...layer.sources].join("; ")) }, outlines, onMap.shapes, classes, inPatterns);
    takeMap = made.picture;
    mapPart.append(made.frame, h("p", { class: "small" }, t(classes.diverging ? "classes_diverging" : "classes_method")));
    if (onMap.without.length) {
      const names = onMap.without.slice(0, 8).map(([area]) => area.name).join("; ");
      mapPart.append(h("p", { class: "small" }, t("map_no_outline", onMap.without.length, names + (onMap.without.length > 8 ? " …" : ""))));
    }
    if (onMap.others) mapPart.append(h("p", { class: "small" }, t("map_other", onMap.others, day(on))));
    mapPart.append(h("button", { type: "button", "aria-pressed": String(inPatterns), click: () => go(to({ muster: inPatterns ? null : "1" })) }, t("pattern")));
  } else mapPart.append(h("p", {}, t("map_none")));

  const csvHead = [t("indicator"), t("area"), "area_code", t("level"), t("day"), t("value"), t("unit"), t("interval"), t("status"), t("reason")];
  const asCells = (all: [Area, Row][]): Cell[][] => all.map(([area, row]) => [
    of(head.name), nameThen(area, row), area.code, of(store.atlas.levels[area.level]), row.day,
    row.value === null ? null : Number(row.value.toFixed(head.decimals)), head.unit, interval(head, row),
    told(store, figures, row, "status"), row.value === null ? told(store, figures, row, "reason") : "",
  ]);
  mapPart.append(takeAway({
    what: t("map"), name: `${id}_${level}_${on}`, picture: takeMap, embed: to({ rahmen: "karte" }),
    table: () => csv(csvHead, asCells(rows), [...about.foot]),
  }));

  const sorted = [...rows].sort((a, b) => (b[1].value ?? -Infinity) - (a[1].value ?? -Infinity));
  const land = within ? store.areas.find("LAND", within) : store.areas.byCodeAlone("DG");
  const spreadRows = sorted.filter(([, row]) => row.value !== null).slice(0, MOST_DOTS);
  const besideRow = land && land.level !== level ? figures.at(land.unit, on) : undefined;
  const beside = land && besideRow && besideRow.value !== null ? { name: land.name, value: besideRow.value } : null;
  const spreadPart = h("section", {}, h("h2", {}, t("spread")));
  if (spreadRows.length > 1 && sorted.length <= MOST_DOTS) {
    const picture = dots({ ...about, subtitle: `${about.subtitle}${beside ? `; - - - ${beside.name}` : ""}` }, spreadRows.map(([area, row]) => ({
      name: nameThen(area, row), value: row.value ?? 0, lower: row.lower, upper: row.upper,
      marked: chosen.includes(area), open: () => receipt(store, figures, area, row),
    })), beside);
    spreadPart.append(h("div", { class: "picture" }, picture), takeAway({ what: t("spread"), name: `${id}_${level}_${on}_vergleich`, picture: () => picture, embed: null, table: () => csv(csvHead, asCells(sorted), about.foot) }));
  }

  const course = development(store, figures, chosen.length ? chosen : [store.areas.byCodeAlone("DG")].filter((one): one is Area => !!one), to({ rahmen: "verlauf" }));
  const coursePart = h("section", {}, h("h2", {}, t("course")),
    h("div", { class: "chips", role: "group", "aria-label": t("chosen") }, ...chosen.map((area) =>
      h("button", { type: "button", "aria-label": t("remove", area.name), click: () => go(picked(area)) }, `${area.name} ✕`))),
    areaField(store, t("add_area"), (area) => go(picked(area))), ...course);

  const tableRows = (): (Node | string)[][] => sorted.slice(0, MOST_ROWS).map(([area, row]): (Node | string)[] => [
    link(nameThen(area, row), address(["gebiet", area.level, area.code])), area.code,
    h("button", { type: "button", class: "plain", "aria-label": t("open_receipt", `${area.name} ${shown(store, figures, row)}`), click: () => receipt(store, figures, area, row) }, shown(store, figures, row, false)),
    interval(head, row), told(store, figures, row, "verdict"), told(store, figures, row, "change"), told(store, figures, row, "reliability"),
    h("button", { type: "button", "aria-pressed": String(chosen.includes(area)), "aria-label": `${area.name} ${t("choose")}`, click: () => go(picked(area)) }, chosen.includes(area) ? "✓" : "+"),
  ]);
  const tablePart = h("section", {}, h("h2", {}, t("table")));
  const later = (): void => tablePart.append(
    table(`${of(head.name)} (${head.unit}), ${t("values_of", of(store.atlas.levels[level]), day(on))}`,
      [t("area"), "Code", `${t("value")} (${head.unit})`, t("interval"), t("verdict"), t("change"), t("reliability"), t("choose")], tableRows(), [2, 3]),
    sorted.length > MOST_ROWS ? h("p", { class: "small" }, t("rows_shown", number(MOST_ROWS), number(sorted.length))) : "");

  const frame = query.get("rahmen");
  if (frame === "karte") return { title, content: [mapPart] };
  if (frame === "verlauf") return { title, content: course };
  return { title, later, content: [heading(head), controls, mapPart, spreadRows.length > 1 && sorted.length <= MOST_DOTS ? spreadPart : "", coursePart, tablePart, definition(head)].filter((one): one is HTMLElement => one !== "") };
}

function heading(head: IndicatorHead): HTMLElement {
  return h("p", { class: "lead" }, head.definition?.question ?? "");
}

function nameThen(area: Area, row: Row): string {
  return area.versions.find((one) => one.index === row.version)?.name ?? area.name;
}

function lands(store: Store, units: Area[]): Area[] {
  const codes = new Set(units.map((one) => one.land));
  return store.areas.units.filter((one) => one.level === "LAND" && codes.has(one.code));
}

export function select(label: string, options: [string, string][], now: string, changed: (to: string) => void): HTMLElement {
  const id = fresh("choice");
  const field = h("select", { id }, ...options.map(([value, words]) => h("option", { value, selected: value === now }, words)));
  field.addEventListener("change", () => changed(field.value));
  return h("div", { class: "choice" }, h("label", { for: id }, label), field);
}

let playing: ReturnType<typeof setInterval> | null = null;

export function slider(days: string[], on: string, changed: (to: string) => void): HTMLElement {
  const id = fresh("slider");
  const at = days.indexOf(on);
  const field = h("input", { type: "range", id, min: 0, max: days.length - 1, step: 1, value: at, "aria-valuetext": day(on) });
  field.addEventListener("change", () => changed(days[Number(field.value)] ?? on));
  const button = h("button", { type: "button" }, playing ? t("stop") : t("play"));
  button.addEventListener("click", () => {
    if (playing) {
      clearInterval(playing);
      playing = null;
      changed(on);
      return;
    }
    let next = at + 1 < days.length ? at + 1 : 0;
    changed(days[next] ?? on);
    playing = setInterval(() => {
      next += 1;
      if (next >= days.length && playing) {
        clearInterval(playing);
        playing = null;
      } else changed(days[next] ?? on);
    }, 1200);
  });
  return h("div", { class: "choice" }, h("label", { for: id }, `${t("choose_day")}: ${day(on)}`), h("div", { class: "row" }, field, days.length > 1 ? button : null));
}

interface OnMap {
  shapes: Shape[];
  without: [Area, Row][];
  others: number;
}

/** What stands on each outline: a value only on the outline of the very version of the area that it is of. */
export function mapped(store: Store, figures: Figures, outlines: Outlines, rows: [Area, Row][], on: string, within: string, classes: Classes, chosen: Area[], choose: (area: Area) => void): OnMap {
  const by = new Map(rows.map(([area, row]) => [row.version, [area, row] as const]));
  const units = new Set(rows.map(([area]) => area.unit));
  const shapes: Shape[] = [];
  let others = 0;
  for (const version of outlines.paths.keys()) {
    const found = by.get(version);
    const unit = store.areas.unitOf[version] ?? -1;
    const area = store.areas.units[unit];
    if (!area) continue;
    if (found) {
      const [own, row] = found;
      const kind: Kind = row.value !== null ? { kind: "class", at: classOf(row.value, classes) } : { kind: isHidden(store, figures, row) ? "hidden" : "none" };
      shapes.push({ version, name: nameThen(own, row), told: shown(store, figures, row), kind, chosen: chosen.includes(own), choose: () => choose(own) });
    } else if (units.has(unit)) {
      others += 1;
      shapes.push({ version, name: area.name, told: t("other_territory"), kind: { kind: "other" }, chosen: false, choose: () => choose(area) });
    } else if (!within || area.land === within) {
      // an area that began later had no value under this name
      const later = (area.versions.find((one) => one.index === version)?.from ?? "") > on;
      if (later) others += 1;
      shapes.push({ version, name: area.name, told: t(later ? "other_territory" : "no_value"), kind: { kind: later ? "other" : "none" }, chosen: false, choose: () => choose(area) });
    }
  }
  const drawnVersions = new Set(outlines.paths.keys());
  return { shapes, without: rows.filter(([, row]) => row.value !== null && !drawnVersions.has(row.version)), others };
}

/** The breaks of these lines, each once, with its year. */
export function breaksOf(lines: Line[]): string[] {
  return [...new Set(lines.flatMap((line) => line.points.flatMap((one) => (one.broken ? [`${one.day.slice(0, 4)}: ${one.broken}`] : []))))];
}

export function breakList(broken: string[]): HTMLElement {
  return broken.length ? h("div", {}, h("h3", {}, t("breaks")), h("ul", {}, ...broken.map((one) => h("li", {}, one)))) : h("div", {});
}

/** Lines of areas with their Land, the breaks in words, and the numbers as a table. */
export function development(store: Store, figures: Figures, areas: Area[], embed: string | null): HTMLElement[] {
  const { head } = figures;
  const besides = [...new Set(areas.map((one) => landOf(store, one)).filter((one): one is Area => !!one))].filter((one) => !areas.includes(one));
  const all = [...areas, ...besides].filter((one) => figures.of(one.unit).some((row) => row.value !== null));
  if (!all.length) return [h("p", {}, t("no_values_yet"))];
  const made: Line[] = all.map((area, at) => ({
    name: area.name, colour: at, points: points(store, figures, area), banded: areas.includes(area), dashed: !areas.includes(area),
  }));
  const broken = breaksOf(made);
  const about = {
    title: of(head.name), subtitle: `${head.unit}; ${all.map((one) => one.name).join(", ")}`, unit: head.unit, decimals: head.decimals,
    foot: [t("not_joined"), ...broken.map((one) => `${t("break")} ${one}`), ...foot(store, head)],
  };
  const picture = lines(about, made);
  const days = [...new Set(made.flatMap((line) => line.points.map((one) => one.day)))].sort();
  const cells = days.map((on): (Node | string)[] => [day(on), ...all.map((area): Node | string => {
    const row = figures.at(area.unit, on);
    return row ? h("button", { type: "button", class: "plain", "aria-label": t("open_receipt", `${area.name} ${day(on)} ${shown(store, figures, row)}`), click: () => receipt(store, figures, area, row) }, shown(store, figures, row, false)) : "";
  })]);
  return [
    h("div", { class: "picture" }, picture),
    breakList(broken),
    takeAway({
      what: t("course"), name: `${head.id}_${t("course")}`, picture: () => picture, embed,
      table: () => csv([t("day"), ...all.map((one) => `${one.name} (${one.code})`)], days.map((on): Cell[] => [on, ...all.map((area): Cell => {
        const row = figures.at(area.unit, on);
        return row?.value === null || row === undefined ? (row ? `(${told(store, figures, row, "reason")})` : null) : Number(row.value.toFixed(head.decimals));
      })]), [`${of(head.name)} (${head.unit})`, ...about.foot]),
    }),
    table(`${of(head.name)} (${head.unit}), ${t("course")}`, [t("day"), ...all.map((one) => one.name)], cells, all.map((_, at) => at + 1)),
  ];
}

function definition(head: IndicatorHead): HTMLElement {
  const rows: [string, string | null][] = head.definition
    ? [[t("read"), head.definition.how_to_read], [t("read_not"), head.definition.how_not_to_read], [t("formula"), head.definition.formula], [t("law"), head.definition.law]]
    : [];
  return h("section", {}, h("h2", {}, t("definition")),
    h("dl", {}, ...rows.filter((one) => one[1]).flatMap(([heading, words]) => [h("dt", {}, heading), h("dd", { lang: "de" }, words)])),
    h("p", { class: "small" }, t("german_only")));
}

