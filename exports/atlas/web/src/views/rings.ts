// Rings: members beside each other with median and quartiles as released, and the districts most like one.

import { dots, lines, type Line, type Point } from "../chart.ts";
import type { Area, Figures, Peers, Ring, RingIndicator, RingRecord, Row, Store } from "../data.ts";
import { h } from "../dom.ts";
import { address, areaField, foot, go, interval, landOf, link, points, receipt, shown, table, told, type Query, type View } from "../shared.ts";
import { csv, takeAway, type Cell } from "../take.ts";
import { day, number, of, t } from "../words.ts";
import { breakList, breaksOf, development, select, slider } from "./indicator.ts";

/** In the address: the districts of similar structure. */
export const SIMILAR = "aehnliche";
const MOST_COMPARED = 8;

function areaOf(store: Store, code: string): Area | undefined {
  return store.areas.find("KREIS", code) ?? store.areas.byCodeAlone(code);
}

/** All rings, each with its members. */
export function rings(store: Store, query: Query): View {
  const listed = store.atlas.rings.map((one) => {
    const areas = one.members.flatMap((code) => areaOf(store, code) ?? []);
    return h("section", {}, h("h2", {}, link(of(one.name), address(["ringe", one.id], { gebiet: query.get("gebiet") ?? null }))),
      h("p", {}, `${t("members")}: `, ...areas.flatMap((area, at) => [at ? "; " : "", link(area.name, address(["gebiet", area.level, area.code]))])));
  });
  const peers = peersOfAll(store);
  const similarPart = peers
    ? h("section", {}, h("h2", {}, t("similar")), h("p", {}, madeOf(store, peers)), areaField(store, t("similar_choose"), (area) => go(address(["ringe", SIMILAR, area.code])), "KREIS"))
    : null;
  return { title: t("rings"), content: [h("p", { class: "lead" }, t("rings_about")), ...listed, similarPart].filter((one): one is HTMLElement => one !== null) };
}

/** The choice of peers that every district has: it is no ring of its own. */
function peersOfAll(store: Store): Peers | undefined {
  return store.atlas.peers.find((one) => !store.atlas.rings.some((ring) => ring.id === one.id)) ?? store.atlas.peers[0];
}

function madeOf(store: Store, peers: Peers): string {
  return t("similar_about", peers.indicators.map((id) => of(store.head(id)?.name) || id).join(", "), peers.year);
}

interface Member {
  area: Area | undefined;
  code: string;
  name: string;
  at: number; // the row in the record
  row: Row | undefined; // the same figure with its interval and its receipt
}

/** One ring: an indicator on a day, all members, and the years before. */
export async function ring(store: Store, id: string, query: Query): Promise<View> {
  const head = store.atlas.rings.find((one) => one.id === id);
  if (!head) return { title: t("not_found", id), content: [h("p", {}, t("not_found", id))] };
  const record = await store.ring(id);
  const known = record.indicators.filter((one) => store.head(one.id));
  const one = known.find((each) => each.id === query.get("kennzahl")) ?? known[0];
  const title = of(head.name);
  if (!one) return { title, content: [h("p", {}, t("ring_no_rows"))] };
  const figures = await store.indicator(one.id);
  const filled = one.days.filter((_, at) => (one.ring.members[at] ?? 0) > 0);
  const days = filled.length ? filled : one.days;
  const on = days.includes(query.get("stand") ?? "") ? (query.get("stand") ?? "") : newestWhole(one, days);
  const own = query.get("gebiet") ?? "";
  const to = (more: Record<string, string | null>): string => address(["ringe", id], { kennzahl: one.id, stand: on, gebiet: own, ...more });
  const members = membersOn(store, figures, one, record.areas, on);
  const mine = members.find((each) => each.code === own);
  const at = one.days.indexOf(on);
  const decimals = figures.head.decimals;
  const as = (value: number | null | undefined): string => (value === null || value === undefined ? "" : number(value, decimals));
  const signed = (value: number | null | undefined): string => (value === null || value === undefined ? "" : `${value > 0 ? "+" : ""}${as(value)}`);

  const controls = h("div", { class: "controls" },
    select(t("indicator"), known.map((each) => [each.id, `${of(store.head(each.id)?.name)} (${each.id})`]), one.id, (to_) => go(to({ kennzahl: to_, stand: null }))),
    select(t("day"), days.map((each) => [each, day(each)]), on, (to_) => go(to({ stand: to_ }))),
    slider(days, on, (to_) => go(to({ stand: to_ }))),
    select(t("own_area"), [["", t("own_none")], ...head.members.map((code): [string, string] => [code, areaOf(store, code)?.name ?? code])], own, (to_) => go(to({ gebiet: to_ || null }))));

  const reason = wordsOf(store, "reason", one.ring.reason[at] ?? "") || t("no_value");
  const median = one.ring.median[at] ?? null;
  const statistic = (value: number | null | undefined): string => (value === null || value === undefined ? reason : `${as(value)} ${figures.head.unit}`);
  const facts: [string, Node | string][] = [
    ...(mine ? [[t("own_value"), valueOf(store, figures, mine, one)] as [string, Node | string]] : []),
    [t("median"), statistic(median)],
    [t("lower_quartile"), statistic(one.ring.lower[at])],
    [t("upper_quartile"), statistic(one.ring.upper[at])],
    [t("smallest"), statistic(one.ring.minimum[at])],
    [t("largest"), statistic(one.ring.maximum[at])],
    [t("with_value"), t("with_value_of", one.ring.members[at] ?? 0, head.members.length)],
    ...(mine ? [[t("change_since"), `${signed(one.rows.change[mine.at])} ${wordsOf(store, "verdict", one.rows.verdict[mine.at] ?? "")}`.trim()] as [string, string]] : []),
    [t("change_median"), signed(one.ring.change[at])],
  ];
  const statistics = h("section", {}, h("h2", {}, t("statistics", day(on))),
    h("dl", { class: "facts" }, ...facts.filter((each) => each[1] !== "").map(([term, words]) => h("div", {}, h("dt", {}, term), h("dd", {}, words)))));

  // a ring that is no contest names no place, and its members stand in the order of their names
  const ranked = one.rows.position.some((each) => each !== null);
  const ordered = [...members].sort((a, b) =>
    ranked ? (one.rows.position[a.at] ?? Infinity) - (one.rows.position[b.at] ?? Infinity) || a.name.localeCompare(b.name, "de") : a.name.localeCompare(b.name, "de"));
  const edition = store.atlas.editions.find((each) => each.product === "peer_ring");
  const notes = [...foot(store, figures.head), `${t("edition")} peer_ring/${edition?.version ?? ""}`];
  const about = { title: `${of(figures.head.name)}: ${of(head.name)}`, subtitle: `${figures.head.unit}, ${day(on)}`, unit: figures.head.unit, decimals, foot: [t("ring_legend"), ...notes] };
  const withValue = ordered.filter((each) => one.rows.value[each.at] !== null);
  const without = ordered.filter((each) => one.rows.value[each.at] === null);
  const [lower, upper] = [one.ring.lower[at] ?? null, one.ring.upper[at] ?? null];
  const head_ = [t("member"), "Code", `${t("value")} (${figures.head.unit})`, t("interval"), t("change_since"), t("change_words"), t("comparable"), ...(ranked ? [t("position")] : []), t("distance")];
  const limits = (each: Member): string => [wordsOf(store, "comparability", one.rows.comparability[each.at] ?? ""), ...(one.rows.limits[each.at] ?? "").split(/,\s*/).filter(Boolean).map((code) => wordsOf(store, "limits", code))].filter(Boolean).join(": ");
  const far = (each: Member): number | null => one.rows.distance[each.at] ?? null;
  const asCells = (): Cell[][] => ordered.map((each) => [
    each.name, each.code, one.rows.value[each.at] ?? null, each.row ? interval(figures.head, each.row) : "", one.rows.change[each.at] ?? null,
    wordsOf(store, "verdict", one.rows.verdict[each.at] ?? ""), limits(each), ...(ranked ? [one.rows.position[each.at] ?? null] : []), far(each),
  ]);
  const summary = [`${of(head.name)}, ${day(on)}`, ...facts.filter((each) => typeof each[1] === "string" && each[1] !== "").map(([term, words]) => `${term}: ${String(words)}`)];
  const pictured = h("section", {}, h("h2", {}, t("ring_picture")));
  if (withValue.length) {
    const picture = dots(about, withValue.map((each) => ({
      name: each.name, value: one.rows.value[each.at] ?? 0, lower: each.row?.lower ?? null, upper: each.row?.upper ?? null,
      marked: each.code === own, open: () => opened(store, figures, each),
    })), median === null ? null : { name: t("median"), value: median }, lower === null || upper === null ? null : [lower, upper]);
    pictured.append(h("div", { class: "picture" }, picture), takeAway({
      what: t("ring_picture"), name: `${one.id}_${id}_${on}`, picture: () => picture, embed: to({ rahmen: "ring" }),
      table: () => csv(head_, asCells(), [...summary, ...notes]),
    }));
  }
  if (without.length) pictured.append(h("p", {}, t("ring_without", without.length, without.map((each) => `${each.name} (${wordsOf(store, "reason", one.rows.reason[each.at] ?? "")})`).join("; "))));
  if (query.get("rahmen")) return { title, content: [pictured] };

  const rows = ordered.map((each): (Node | string)[] => [
    each.area ? link(each.name, address(["gebiet", each.area.level, each.area.code])) : each.name, each.code, valueOf(store, figures, each, one, false),
    each.row ? interval(figures.head, each.row) : "", signed(one.rows.change[each.at]), wordsOf(store, "verdict", one.rows.verdict[each.at] ?? ""), limits(each),
    ...(ranked ? [String(one.rows.position[each.at] ?? "")] : []), far(each) === null ? "" : number(far(each) ?? 0, 2),
  ]);
  const someFar = ordered.some((each) => far(each) !== null);
  const keep = (cells: (Node | string)[]): (Node | string)[] => (someFar ? cells : cells.slice(0, -1));
  const numeric = [2, 3, 4, ...(ranked ? [7] : []), ranked ? 8 : 7];
  const tablePart = h("section", {}, h("h2", {}, t("table")), table(`${of(figures.head.name)} (${figures.head.unit}), ${day(on)}`, keep(head_) as string[], rows.map(keep), numeric));
  const areas = members.flatMap((each) => each.area ?? []);
  const first = [...areas].sort((a, b) => Number(b.code === own) - Number(a.code === own)).slice(0, MOST_COMPARED);
  const ways = h("ul", {},
    h("li", {}, link(t("ring_to_indicator", of(figures.head.name)), address(["kennzahl", one.id], { stand: on, gebiete: mine?.area ? `${mine.area.level}:${mine.area.code}` : null }))),
    h("li", {}, link(t("ring_to_compare"), address(["vergleich"], { gebiete: first.map((each) => `${each.level}:${each.code}`).join(","), kennzahl: one.id }))),
    ...(mine?.area ? [h("li", {}, link(t("profile_of", mine.area.name), address(["gebiet", mine.area.level, mine.area.code])))] : []));
  return { title, content: [h("p", { class: "lead" }, t("rings_about")), controls, statistics, pictured, tablePart, course(store, figures, head, record, one, mine), h("section", {}, h("h2", {}, t("further")), ways)] };
}

/** The newest day on which all members with a value ever have one, else the newest. */
function newestWhole(one: RingIndicator, days: string[]): string {
  const most = Math.max(...one.ring.members);
  return [...days].reverse().find((each) => one.ring.members[one.days.indexOf(each)] === most) ?? days[days.length - 1] ?? "";
}

function membersOn(store: Store, figures: Figures, one: RingIndicator, areas: [string, string][], on: string): Member[] {
  const at = one.days.indexOf(on);
  return one.rows.day.flatMap((each, row): Member[] => {
    if (each !== at) return [];
    const [code, name] = areas[one.rows.area[row] ?? 0] ?? ["", ""];
    const area = areaOf(store, code);
    return [{ area, code, name, at: row, row: area ? figures.at(area.unit, on) : undefined }];
  });
}

function opened(store: Store, figures: Figures, member: Member): void {
  if (member.area && member.row) receipt(store, figures, member.area, member.row);
}

/** The value of a member that opens its receipt, or why there is none. */
function valueOf(store: Store, figures: Figures, member: Member, one: RingIndicator, unit = true): Node | string {
  const value = one.rows.value[member.at] ?? null;
  const words = value === null ? wordsOf(store, "reason", one.rows.reason[member.at] ?? "") : `${number(value, figures.head.decimals)}${unit ? ` ${figures.head.unit}` : ""}`;
  if (!member.row) return words;
  return h("button", { type: "button", class: "plain", "aria-label": t("open_receipt", `${member.name} ${words}`), click: () => opened(store, figures, member) }, words);
}

/** The own value over the years beside median and quartiles of the ring. */
function course(store: Store, figures: Figures, head: Ring, record: RingRecord, one: RingIndicator, mine: Member | undefined): HTMLElement {
  // the ring's line ends where that of a member does
  const broken = one.days.map((each, at): string | null => {
    const row = one.rows.day.findIndex((on, place) => on === at && one.rows.verdict[place] === "break");
    if (row < 0) return null;
    const member = areaOf(store, record.areas[one.rows.area[row] ?? 0]?.[0] ?? "");
    const figure = member && figures.at(member.unit, each);
    return of(store.atlas.breaks[(figure ? figures.code("break", figure) : 0) - 1]) || wordsOf(store, "verdict", "break");
  });
  const median: Point[] = one.days.map((each, at) => ({
    day: each, value: one.ring.median[at] ?? null, lower: one.ring.lower[at] ?? null, upper: one.ring.upper[at] ?? null,
    broken: broken[at] ?? null, open: () => undefined,
  }));
  const shownLines: Line[] = [];
  if (mine?.area) shownLines.push({ name: mine.area.name, colour: 1, points: points(store, figures, mine.area), banded: true, dashed: false });
  if (median.some((each) => each.value !== null)) shownLines.push({ name: t("median"), colour: 0, points: median, banded: true, dashed: true });
  const part = h("section", {}, h("h2", {}, t("course")));
  if (!shownLines.some((line) => line.points.some((each) => each.value !== null))) {
    part.append(h("p", {}, t("no_values_yet")));
    return part;
  }
  const edition = store.atlas.editions.find((each) => each.product === "peer_ring");
  const { decimals, unit } = figures.head;
  const breaks = breaksOf(shownLines);
  const about = {
    title: `${of(figures.head.name)}: ${of(head.name)}`, subtitle: `${unit}; ${shownLines.map((each) => each.name).join(", ")}`, unit, decimals,
    foot: [t("ring_course_legend"), ...breaks.map((each) => `${t("break")} ${each}`), ...foot(store, figures.head), `${t("edition")} peer_ring/${edition?.version ?? ""}`],
  };
  const picture = lines(about, shownLines);
  const heads = [t("day"), ...(mine ? [mine.name] : []), t("median"), t("lower_quartile"), t("upper_quartile"), t("with_value")];
  const area = mine?.area;
  const told = one.days.flatMap((each, at) => (one.ring.members[at] || (area && figures.at(area.unit, each)) ? [at] : []));
  const cells = told.map((at): { day: string; row: Row | undefined; members: number; numbers: (number | null)[] } => ({
    day: one.days[at] ?? "", members: one.ring.members[at] ?? 0, row: area ? figures.at(area.unit, one.days[at] ?? "") : undefined, numbers: [one.ring.median[at] ?? null, one.ring.lower[at] ?? null, one.ring.upper[at] ?? null],
  }));
  const rows = cells.map((each): (Node | string)[] => [
    day(each.day),
    ...(mine ? [each.row && area ? h("button", { type: "button", class: "plain", "aria-label": t("open_receipt", `${mine.name} ${day(each.day)} ${shown(store, figures, each.row)}`), click: () => each.row && receipt(store, figures, area, each.row) }, shown(store, figures, each.row, false)) : ""] : []),
    ...each.numbers.map((value) => (value === null ? "" : number(value, decimals))), String(each.members),
  ]);
  part.append(h("div", { class: "picture" }, picture), breakList(breaks), takeAway({
    what: t("course"), name: `${figures.head.id}_${head.id}`, picture: () => picture, embed: null,
    table: () => csv(heads, cells.map((each): Cell[] => [each.day, ...(mine ? [each.row?.value ?? null] : []), ...each.numbers, each.members]), about.foot),
  }), table(`${of(figures.head.name)} (${unit}), ${t("course")}`, heads, rows, heads.map((_, at) => at).slice(1)));
  return part;
}

/** The districts most like one, on one indicator; without quartiles, which the edition does not give of them. */
export async function similar(store: Store, code: string, query: Query): Promise<View> {
  const area = areaOf(store, code);
  const made = peersOfAll(store);
  const peers = area && made ? (await store.peers())[made.id]?.[code] : undefined;
  if (!area || !made || !peers) return { title: t("similar"), content: [h("p", {}, area ? t("similar_none") : t("not_found", code))] };
  const found = peers.flatMap(([peer, , distance]): [Area, number][] => {
    const other = areaOf(store, peer);
    return other ? [[other, distance]] : [];
  });
  const all = [area, ...found.map((one) => one[0])];
  const fitting = store.atlas.indicators.filter((one) => one.levels[area.level]);
  const head = fitting.find((one) => one.id === query.get("kennzahl")) ?? fitting.find((one) => one.id === "P07") ?? fitting[0];
  const title = t("similar_to", area.name);
  const content: Node[] = [h("p", { class: "lead" }, madeOf(store, made))];
  if (!head) return { title, content };
  const figures = await store.indicator(head.id);
  const days = figures.days.filter((each) => figures.at(area.unit, each)?.value != null);
  const on = days.includes(query.get("stand") ?? "") ? (query.get("stand") ?? "") : (days[days.length - 1] ?? "");
  const to = (more: Record<string, string | null>): string => address(["ringe", SIMILAR, code], { kennzahl: head.id, stand: on, ...more });
  content.push(h("div", { class: "controls" },
    select(t("indicator"), fitting.map((one) => [one.id, `${of(one.name)} (${one.id})`]), head.id, (one) => go(to({ kennzahl: one, stand: null }))),
    days.length ? select(t("day"), days.map((one) => [one, day(one)]), on, (one) => go(to({ stand: one }))) : null));
  const rows = all.map((one) => ({ area: one, row: figures.at(one.unit, on), distance: found.find((each) => each[0] === one)?.[1] ?? null }));
  const drawn = rows.filter((one) => one.row?.value != null);
  const land = landOf(store, area);
  const besideRow = land ? figures.at(land.unit, on) : undefined;
  const beside = land && besideRow?.value != null ? { name: land.name, value: besideRow.value } : null;
  const edition = store.atlas.editions.find((each) => each.product === "structural_peers");
  const notes = [...foot(store, head), `${t("edition")} structural_peers/${edition?.version ?? ""}`];
  const heads = [t("area"), "Code", t("distance"), `${t("value")} (${head.unit})`, t("interval"), t("change")];
  if (drawn.length) {
    const about = { title: `${of(head.name)}: ${title}`, subtitle: `${head.unit}, ${day(on)}${beside ? `; - - - ${beside.name}` : ""}`, unit: head.unit, decimals: head.decimals, foot: notes };
    const picture = dots(about, drawn.map((one) => ({
      name: one.area.name, value: one.row?.value ?? 0, lower: one.row?.lower ?? null, upper: one.row?.upper ?? null, marked: one.area === area,
      open: () => one.row && receipt(store, figures, one.area, one.row),
    })), beside);
    content.push(h("section", {}, h("h2", {}, t("ring_picture")), h("div", { class: "picture" }, picture), takeAway({
      what: t("ring_picture"), name: `${head.id}_${SIMILAR}_${code}_${on}`, picture: () => picture, embed: null,
      table: () => csv(heads, rows.map((one): Cell[] => [one.area.name, one.area.code, one.distance, one.row?.value ?? null, one.row ? interval(head, one.row) : "", one.row ? told(store, figures, one.row, "change") : ""]), notes),
    })));
  } else content.push(h("p", {}, t("no_values_yet")));
  const own = all.slice(0, MOST_COMPARED);
  content.push(h("section", {}, h("h2", {}, t("table")), table(title, heads, rows.map((one): (Node | string)[] => [
    link(one.area.name, address(["gebiet", one.area.level, one.area.code])), one.area.code, one.distance === null ? "" : number(one.distance, 2),
    one.row ? h("button", { type: "button", class: "plain", "aria-label": t("open_receipt", `${one.area.name} ${shown(store, figures, one.row)}`), click: () => one.row && receipt(store, figures, one.area, one.row) }, shown(store, figures, one.row, false)) : t("no_value"),
    one.row ? interval(head, one.row) : "", one.row ? told(store, figures, one.row, "change") : "",
  ]), [2, 3, 4])));
  content.push(h("section", {}, h("h2", {}, t("course")), ...development(store, figures, own.slice(0, 5), null)));
  content.push(h("p", {}, link(t("ring_to_compare"), address(["vergleich"], { gebiete: own.map((one) => `${one.level}:${one.code}`).join(","), kennzahl: head.id }))));
  return { title, content };
}

/** A code of the edition of rings in words. */
function wordsOf(store: Store, list: string, code: string): string {
  return of(store.atlas.ring_words[list]?.[code]) || code;
}
