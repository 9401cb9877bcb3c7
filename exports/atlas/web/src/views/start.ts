// The first page: search, policy fields with their indicators, what is new.

import type { Store } from "../data.ts";
import { fresh, h } from "../dom.ts";
import { address, areasLike, link, type View } from "../shared.ts";
import { day, number, of, plain, t } from "../words.ts";

export function start(store: Store): View {
  const results = h("ul", { class: "found" });
  const said = h("p", { role: "status", class: "small" });
  const id = fresh("search");
  const hint = fresh("hint");
  const field = h("input", { type: "search", id, "aria-describedby": hint, autocomplete: "off", input: () => search() });
  const search = (): void => {
    const parts = plain(field.value).split(" ").filter(Boolean);
    const indicators = parts.length
      ? store.atlas.indicators.filter((one) => {
          const words = ` ${plain([one.id, ...one.name, one.definition?.question ?? ""].join(" "))}`;
          return parts.every((part) => words.includes(part));
        })
      : [];
    const areas = areasLike(store, field.value);
    results.replaceChildren(
      ...indicators.slice(0, 12).map((one) => h("li", {}, link(of(one.name), address(["kennzahl", one.id])), ` ${t("indicator")} ${one.id}`)),
      ...areas.map((one) => h("li", {}, link(one.name, address(["gebiet", one.level, one.code])), ` ${of(store.atlas.levels[one.level])} ${one.code}`)),
    );
    const many = Math.min(indicators.length, 12) + areas.length;
    said.replaceChildren(parts.length ? (many ? t("found", many) : t("found_none", field.value)) : "");
  };
  const fields = Object.entries(store.atlas.fields).flatMap(([name, words]) => {
    const own = store.atlas.indicators.filter((one) => one.field === name && one.values > 0);
    if (!own.length) return [];
    return [
      h("section", { class: "field" }, h("h3", {}, of(words)),
        h("ul", {}, ...own.map((one) => h("li", {}, link(of(one.name), address(["kennzahl", one.id])), h("span", { class: "small" }, ` ${one.newest.slice(0, 4)}`))))),
    ];
  });
  const news = store.atlas.changes.map((one) => {
    const edition = store.atlas.editions.find((each) => each.product === one.product);
    const counts = one.previous === null
      ? t("news_first", number(edition?.rows ?? 0))
      : (one.reason ?? t("news_counts", number(one.added), number(one.changed), number(one.removed), number(one.withdrawn)));
    return h("li", {}, h("strong", {}, edition?.title ?? one.product), ` (${one.product}/${edition?.version ?? ""}): ${counts}`);
  });
  return {
    title: t("home"),
    content: [
      h("section", { class: "search" }, h("label", { for: id }, t("search")), field, h("p", { id: hint, class: "small" }, t("search_hint")), said, results),
      h("h2", {}, t("fields")),
      h("div", { class: "fields" }, ...fields),
      h("h2", {}, t("news")),
      news.length ? h("ul", {}, ...news) : h("p", {}, t("news_none")),
      h("p", { class: "small" }, t("made_from", day(store.atlas.made_on), store.atlas.office.name)),
    ],
  };
}
