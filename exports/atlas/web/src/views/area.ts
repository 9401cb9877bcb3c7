// The profile of an area: every indicator with its newest value, its course, its Land beside.

import { spark } from "../chart.ts";
import type { Area, Figures, Row, Store } from "../data.ts";
import { h } from "../dom.ts";
import { address, attributions, interval, landOf, link, points, receipt, shown, told, type Query, type View } from "../shared.ts";
import { csv, takeAway, type Cell } from "../take.ts";
import { day, number, of, t } from "../words.ts";

interface Line {
  figures: Figures;
  row: Row;
  rows: Row[];
  land: Row | undefined;
}

export async function profile(store: Store, level: string, code: string, query: Query): Promise<View> {
  const area = store.areas.find(level, code) ?? store.areas.byCodeAlone(code || level);
  if (!area) return { title: t("not_found", code || level), content: [h("p", {}, t("not_found", code || level))] };
  const land = landOf(store, area);
  const heads = store.atlas.indicators.filter((one) => one.levels[area.level]);
  const all = await Promise.all(heads.map((one) => store.indicator(one.id)));
  const found: Line[] = all.flatMap((figures): Line[] => {
    const rows = figures.of(area.unit);
    const row = [...rows].reverse().find((one) => one.value !== null) ?? rows[rows.length - 1];
    if (!row) return [];
    return [{ figures, row, rows, land: land ? figures.at(land.unit, row.day) : undefined }];
  });
  const title = t("profile_of", area.name);
  const said = `${of(store.atlas.levels[area.level])}, ${area.code}`;
  if (!found.length) return { title, content: [h("p", {}, said), h("p", {}, t("profile_none"))] };
  const parts = Object.entries(store.atlas.fields).flatMap(([field, words]) => {
    const own = found.filter((one) => one.figures.head.field === field);
    return own.length ? [section(store, area, land, of(words), own)] : [];
  });
  const head = [t("indicator"), "id", t("day"), t("value"), t("unit"), t("interval"), land?.name ?? t("land"), t("verdict"), t("change"), t("reason")];
  const cells = (): Cell[][] => found.map(({ figures, row, land: beside }) => [
    of(figures.head.name), figures.head.id, row.day, row.value, figures.head.unit, interval(figures.head, row), beside?.value ?? null,
    told(store, figures, row, "verdict"), told(store, figures, row, "change"), row.value === null ? told(store, figures, row, "reason") : "",
  ]);
  const sources = [...new Set(found.flatMap((one) => attributions(store, one.figures.head)))];
  const edition = store.atlas.editions.find((one) => one.product === "indicators");
  const notes = [...sources, `${t("edition")} indicators/${edition?.version ?? ""}, ${store.atlas.office.name}`];
  const tools = takeAway({ what: t("profile"), name: `profil_${area.code}`, picture: null, embed: address(["gebiet", area.level, area.code], { rahmen: "profil" }), table: () => csv(head, cells(), notes) });
  const before = area.versions.filter((one) => one.name !== area.name);
  const content: (Node | null)[] = [
    h("p", { class: "lead" }, said),
    before.length ? h("p", { class: "small" }, before.map((one) => t("name_then", one.name, day(one.from))).join("; ")) : null,
    ...parts,
    h("p", { class: "small" }, `${t("sources")}: ${notes.join("; ")}`),
    tools,
    query.get("rahmen") ? null : h("button", { type: "button", class: "screen", click: () => print() }, t("print")),
  ];
  return { title, content: content.filter((one): one is Node => one !== null) };
}

function section(store: Store, area: Area, land: Area | undefined, title: string, own: Line[]): HTMLElement {
  return h("section", { class: "profile" }, h("h2", {}, title),
    h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": title },
      h("table", {}, h("thead", {}, h("tr", {}, ...[t("indicator"), t("value"), t("day"), t("interval"), land?.name ?? t("land"), t("course"), t("verdict")].map((one, at) =>
        h("th", { scope: "col", class: at === 1 || at === 3 || at === 4 ? "number" : null }, one)))),
      h("tbody", {}, ...own.map(({ figures, row, rows, land: beside }) => h("tr", {},
        h("th", { scope: "row" }, link(of(figures.head.name), address(["kennzahl", figures.head.id], { ebene: area.level, stand: row.day, gebiete: `${area.level}:${area.code}` }))),
        h("td", { class: row.value === null ? null : "number" }, h("button", { type: "button", class: "plain", "aria-label": t("open_receipt", `${of(figures.head.name)}: ${shown(store, figures, row)}`), click: () => receipt(store, figures, area, row) }, shown(store, figures, row))),
        h("td", {}, day(row.day)),
        h("td", { class: "number" }, interval(figures.head, row)),
        h("td", { class: "number" }, beside ? (beside.value === null ? "" : number(beside.value, figures.head.decimals)) : ""),
        h("td", {}, spark(points(store, figures, area, rows), figures.head.decimals, figures.head.unit)),
        h("td", {}, told(store, figures, row, "verdict"))))))));
}

