// Chosen areas side by side: one indicator over time, and every indicator at its newest day.

import type { Area, Store } from "../data.ts";
import { h } from "../dom.ts";
import { address, areaField, go, link, receipt, shown, table, type Query, type View } from "../shared.ts";
import { day, of, t } from "../words.ts";
import { development, select } from "./indicator.ts";

export async function compare(store: Store, query: Query): Promise<View> {
  const chosen = (query.get("gebiete") ?? "").split(",").filter(Boolean).flatMap((one): Area[] => {
    const [level, code] = one.split(":");
    const area = store.areas.find(level ?? "", code ?? "");
    return area ? [area] : [];
  });
  const named = chosen.map((one) => `${one.level}:${one.code}`);
  const fitting = store.atlas.indicators.filter((one) => one.values && (!chosen.length || chosen.some((area) => one.levels[area.level])));
  const id = fitting.find((one) => one.id === query.get("kennzahl"))?.id ?? fitting[0]?.id ?? "";
  const to = (areas: string[], indicator: string): string => address(["vergleich"], { gebiete: areas.join(","), kennzahl: indicator });
  const content: Node[] = [
    h("div", { class: "chips", role: "group", "aria-label": t("chosen") }, ...chosen.map((area, at) =>
      h("button", { type: "button", "aria-label": t("remove", area.name), click: () => go(to(named.filter((_, place) => place !== at), id)) }, `${area.name} ✕`))),
    areaField(store, t("add_area"), (area) => go(to([...new Set([...named, `${area.level}:${area.code}`])], id))),
  ];
  if (!chosen.length || !id) return { title: t("compare"), content: [...content, h("p", {}, t("choose_areas"))] };
  content.push(select(t("choose_indicator"), fitting.map((one) => [one.id, `${of(one.name)} (${one.id})`]), id, (one) => go(to(named, one))));
  const figures = await store.indicator(id);
  content.push(h("section", {}, h("h2", {}, of(figures.head.name)), ...development(store, figures, chosen, null)));
  const all = await Promise.all(fitting.map((one) => store.indicator(one.id)));
  const rows = all.flatMap((one): (Node | string)[][] => {
    const days = [...new Set(chosen.flatMap((area) => one.of(area.unit).filter((row) => row.value !== null).map((row) => row.day)))].sort();
    const on = [...days].reverse().find((each) => chosen.every((area) => one.at(area.unit, each)?.value != null)) ?? days[days.length - 1];
    if (on === undefined) return [];
    return [[
      link(of(one.head.name), address(["kennzahl", one.head.id], { stand: on, gebiete: named.join(",") })), day(on), one.head.unit,
      ...chosen.map((area): Node | string => {
        const row = one.at(area.unit, on);
        return row ? h("button", { type: "button", class: "plain", "aria-label": t("open_receipt", `${of(one.head.name)} ${area.name} ${shown(store, one, row)}`), click: () => receipt(store, one, area, row) }, shown(store, one, row, false)) : t("no_value");
      }),
    ]];
  });
  content.push(h("section", {}, h("h2", {}, t("table")), table(t("compare"), [t("indicator"), t("day"), t("unit"), ...chosen.map((one) => one.name)], rows, chosen.map((_, at) => at + 3))));
  return { title: t("compare"), content };
}
