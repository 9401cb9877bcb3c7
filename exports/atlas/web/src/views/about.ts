// About the data: editions, sources with licences, the office, accessibility.

import type { Store } from "../data.ts";
import { h } from "../dom.ts";
import { outside, table, type View } from "../shared.ts";
import { day, t } from "../words.ts";

export function about(store: Store): View {
  const { atlas } = store;
  return {
    title: t("about"),
    content: [
      h("p", {}, t("made_from", day(atlas.made_on), atlas.office.name)),
      h("h2", {}, t("office")),
      h("p", {}, atlas.office.name, atlas.office.email ? `, ${atlas.office.email}` : "", " ", atlas.office.url ? outside(atlas.office.url, atlas.office.url) : ""),
      h("h2", {}, t("editions")),
      table(t("editions"), [t("edition"), t("called"), t("published"), t("hash")], atlas.editions.map((one) => [`${one.product}/${one.version}`, one.title, day(one.published.slice(0, 10)), h("code", {}, one.fingerprint.slice(0, 16))])),
      h("h2", {}, t("sources")),
      table(t("sources"), [t("source"), t("called"), t("publisher"), t("licence"), t("stand")], atlas.datasets.map((one) => [one.id, outside(one.title, one.source_url), one.attribution, outside(one.licence, one.licence_url), one.stand])),
      atlas.attribution_changed ? h("p", { class: "small" }, atlas.attribution_changed) : "",
      h("h2", {}, t("access")),
      h("p", {}, t("access_text")),
    ].filter((one): one is HTMLElement => one !== ""),
  };
}
