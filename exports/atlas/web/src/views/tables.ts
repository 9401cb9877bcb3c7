// Further products, row by row: need and places, goals, agreements, examples, offers.

import type { Store, TableColumn, TableHead, Value } from "../data.ts";
import { fresh, h } from "../dom.ts";
import { places, preset } from "./places.ts";
import { address, go, link, rowReceipt, table, type Query, type View } from "../shared.ts";
import { csv, takeAway, type Cell } from "../take.ts";
import { day, number, of, plain, t } from "../words.ts";
import { select } from "./indicator.ts";

const MOST_ROWS = 300;
const MOST_CHOICES = 40;
const EVERY = "*"; // in an address: rows of all values

/** All tables, each with what it is. */
export function planning(store: Store): View {
  const { tables, editions } = store.atlas;
  const listed = tables.map((one) =>
    h("section", {}, h("h2", {}, link(of(one.title), address(["planung", one.product]))), h("p", {}, of(one.about)),
      h("p", { class: "small" }, `${t("table_rows", number(one.rows))}; ${one.product}/${editions.find((each) => each.product === one.product)?.version ?? ""}`)));
  return { title: t("planning"), content: listed.length ? [h("p", { class: "lead" }, t("planning_about")), ...listed] : [h("p", {}, t("planning_none"))] };
}

/** A cell as it is written: numbers with their decimals, days, codes in words. */
export function written(column: TableColumn, value: Value): string {
  if (value === null || value === "") return "";
  if (typeof value === "number") {
    const exact = Math.round(value * 1e6) / 1e6;
    const places = column.name.endsWith("_year") ? -1 : Math.min(column.digits ?? 3, (String(exact).split(".")[1] ?? "").length);
    return places < 0 ? String(value) : number(value, places);
  }
  if (column.words[value]) return of(column.words[value]);
  if (/^\d{4}-\d\d-\d\d$/.test(value)) return day(value);
  return value;
}

/** Columns by which a reader chooses rows: few texts, each in several rows. */
function choices(head: TableHead, columns: Value[][]): [number, string[]][] {
  return head.columns.flatMap((column, at): [number, string[]][] => {
    if (column.number || ["obs_status", "missing_reason"].includes(column.name)) return [];
    const values = [...new Set(columns[at])].map(String);
    const few = values.length > 1 && values.length <= MOST_CHOICES && values.length * 2 <= head.rows;
    return few && values.every((one) => one.length < 90) ? [[at, values.sort((a, b) => written(column, a).localeCompare(written(column, b), "de"))]] : [];
  });
}

export async function rowsOf(store: Store, product: string, query: Query): Promise<View> {
  const head = store.atlas.tables.find((one) => one.product === product);
  if (!head) return { title: t("not_found", product), content: [h("p", {}, t("not_found", product))] };
  const columns = await store.table(head);
  const onMap = preset(head, columns, query);
  const offered: [number, string[]][] = [...onMap.map((one): [number, string[]] => [one.at, one.values]), ...choices(head, columns).filter(([at]) => !onMap.some((one) => one.at === at))];
  const chosen = new Map<number, Value>(offered.flatMap(([at]): [number, Value][] => {
    const name = head.columns[at]?.name ?? "";
    const asked = query.get(name);
    return asked === undefined || onMap.some((one) => one.at === at) ? [] : [[at, asked]];
  }));
  for (const one of onMap) if (one.chosen !== null) chosen.set(one.at, one.chosen);
  const sought = plain(query.get("text") ?? "");
  const to = (more: Record<string, string | null>): string => {
    const now = Object.fromEntries([...chosen].map(([at, value]) => [head.columns[at]?.name ?? "", String(value)]));
    for (const one of onMap) if (one.chosen === null) now[head.columns[one.at]?.name ?? ""] = EVERY;
    const kept = Object.fromEntries(["text", "mass", "gebiet", "muster", "punkte"].map((name) => [name, query.get(name) ?? null]));
    return address(["planung", product], { ...now, ...kept, ...more });
  };
  const fits = (row: number): boolean =>
    [...chosen].every(([at, value]) => columns[at]?.[row] === value) &&
    (!sought || columns.some((column) => typeof column[row] === "string" && plain(column[row] as string).includes(sought)));
  const rows = Array.from({ length: head.rows }, (_, row) => row).filter(fits);
  const cell = (at: number, row: number): string => written(head.columns[at] as TableColumn, columns[at]?.[row] ?? null);
  // what is the same in every row is said once, and an empty column says nothing
  const open = head.columns.map((_, at) => at).filter((at) => !chosen.has(at) && rows.some((row) => cell(at, row) !== ""));
  const alike = open.filter((at) => rows.length > 1 && rows.every((row) => cell(at, row) === cell(at, rows[0] ?? 0)));
  const visible = open.filter((at) => !alike.includes(at));
  // further filters are of the table: an area that they leave out has a value on the map as before
  const placed = Array.from({ length: head.rows }, (_, row) => row).filter((row) => onMap.every((one) => one.chosen === null || columns[one.at]?.[row] === one.chosen));
  const map = head.map ? await places(store, head, columns, placed, onMap, query, to, cell) : null;
  if (query.get("rahmen") && map) return { title: of(head.title), content: [map.section] };
  const id = fresh("text");
  const field = h("input", { type: "search", id, value: query.get("text") ?? "" });
  field.addEventListener("change", () => go(to({ text: field.value || null })));
  const numeric = visible.flatMap((at, place) => (head.columns[at]?.number ? [place] : []));
  const edition = store.atlas.editions.find((one) => one.product === product);
  const notes = [`${of(head.title)}, ${product}/${edition?.version ?? ""}, ${store.atlas.office.name}`];
  const cells = (): Cell[][] => rows.map((row) => head.columns.map((column, at): Cell => {
    const value = columns[at]?.[row] ?? null;
    return typeof value === "number" ? value : written(column, value);
  }));
  return {
    title: of(head.title),
    content: [
      h("p", { class: "lead" }, of(head.about)),
      h("div", { class: "controls" },
        ...offered.map(([at, values]) => select(of(head.columns[at]?.heading), [[EVERY, t("every")], ...values.filter(Boolean).map((one): [string, string] => [one, written(head.columns[at] as TableColumn, one)])], String(chosen.get(at) ?? EVERY), (one) => go(to({ [head.columns[at]?.name ?? ""]: one === EVERY && !onMap.some((each) => each.at === at) ? null : one })))),
        h("div", { class: "choice" }, h("label", { for: id }, t("text_filter")), field)),
      h("p", { role: "status" }, rows.length > MOST_ROWS ? t("table_shown", number(MOST_ROWS), number(rows.length)) : t("table_rows", number(rows.length))),
      alike.length ? h("p", {}, alike.map((at) => `${of(head.columns[at]?.heading)}: ${cell(at, rows[0] ?? 0)}`).join("; ")) : "",
      map?.section ?? "",
      h("section", {}, h("h2", {}, t("table")), table(of(head.title), [...visible.map((at) => of(head.columns[at]?.heading)), ...(map ? [t("choose")] : []), t("receipt")], rows.slice(0, MOST_ROWS).map((row) => [
        ...visible.map((at) => cell(at, row)),
        ...(map ? [map.chooser(row)] : []),
        h("button", { type: "button", class: "plain", "aria-label": t("open_receipt", `${t("row")} ${number(row + 1)}`), click: () => rowReceipt(store, head, head.columns.map((column, at): [string, string] => [of(column.heading), cell(at, row)])) }, t("receipt")),
      ]), numeric)),
      h("p", { class: "small" }, t("german_rows")),
      takeAway({ what: t("table"), name: product, picture: null, embed: null, table: () => csv(head.columns.map((one) => of(one.heading)), cells(), notes) }),
      h("p", { class: "small" }, notes.join("; ")),
    ].filter((one): one is HTMLElement => one !== ""),
  };
}
