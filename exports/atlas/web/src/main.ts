// The atlas: reads the address, shows the view. All state stands in the address after `#`.

import { measure } from "./chart.ts";
import { Store } from "./data.ts";
import { h } from "./dom.ts";
import { address, link, type Query, type View } from "./shared.ts";
import { internalMark, mark, speak, spoken, t } from "./words.ts";
import { about } from "./views/about.ts";
import { profile } from "./views/area.ts";
import { compare } from "./views/compare.ts";
import { indicator } from "./views/indicator.ts";
import { ring, rings, similar, SIMILAR } from "./views/rings.ts";
import { planning, rowsOf } from "./views/tables.ts";
import { start } from "./views/start.ts";

interface Place {
  parts: string[];
  query: Query;
}

export function placeOf(hash: string): Place {
  const [path = "", asked = ""] = hash.replace(/^#/, "").split("?");
  return { parts: path.split("/").filter(Boolean).map(decodeURIComponent), query: new Map(new URLSearchParams(asked)) };
}

async function view(store: Store, { parts, query }: Place): Promise<View> {
  const [name = "", first = "", second = ""] = parts;
  switch (name) {
    case "":
      return start(store);
    case "kennzahl":
      return indicator(store, first, query);
    case "gebiet":
      return profile(store, first, second, query);
    case "vergleich":
      return compare(store, query);
    case "planung":
      return first ? rowsOf(store, first, query) : planning(store);
    case "ringe":
      if (!first) return rings(store, query);
      return first === SIMILAR ? similar(store, second, query) : ring(store, first, query);
    case "daten":
      return about(store);
    default:
      return { title: t("not_found", name), content: [h("p", {}, t("not_found", name))] };
  }
}

function frame(store: Store | null, place: Place, shown: View): Node[] {
  const main = h("main", { id: "inhalt", tabindex: -1 }, internalMark() ? h("p", { class: "internal" }, internalMark()) : null, h("h1", {}, shown.title), ...shown.content);
  if (place.query.get("rahmen")) return [main];
  const other = spoken() === "de" ? "en" : "de";
  const switched = h("button", { type: "button", lang: other, click: () => {
    speak(other);
    const query = Object.fromEntries([...place.query].filter(([name]) => name !== "sprache"));
    location.hash = address(place.parts, query);
  } }, t("other_language"));
  const here = place.parts[0] ?? "";
  const entries: [string, string[]][] = [[t("home"), []], [t("compare"), ["vergleich"]]];
  if (store?.atlas.tables.length) entries.push([t("planning"), ["planung"]]);
  if (store?.atlas.rings.length || store?.atlas.peers.length) entries.push([t("rings"), ["ringe"]]);
  entries.push([t("about"), ["daten"]]);
  return [
    h("a", { class: "skip", href: "#inhalt", click: (event) => {
      event.preventDefault();
      main.focus();
    } }, t("skip")),
    h("header", {}, h("span", { class: "brand" }, t("title"), store ? ` – ${store.atlas.office.name}` : ""),
      h("nav", { "aria-label": t("title") }, ...entries.map(([words, to]) => link(words, address(to), (to[0] ?? "") === here ? { "aria-current": "page" } : {}))), switched),
    main,
    h("footer", {}, h("p", { class: "small" }, store?.atlas.sources.join("; ") ?? "")),
  ];
}

let store: Store | null = null;
let before = "";

async function show(): Promise<void> {
  const place = placeOf(location.hash);
  measure();
  speak(place.query.get("sprache") === "en" ? "en" : "de");
  let shown: View;
  try {
    store ??= await Store.open();
    mark(store.atlas.audience === "internal");
    shown = await view(store, place);
  } catch (problem) {
    const file = problem instanceof Error ? problem.message : String(problem);
    shown = { title: t("title"), content: [h("p", { role: "alert" }, t("broken", file))] };
  }
  const path = place.parts.join("/");
  const stays = path === before;
  const [across, down] = [scrollX, scrollY];
  const focused = stays && document.activeElement instanceof HTMLElement ? document.activeElement.getAttribute("aria-label") ?? document.activeElement.id : null;
  // who is further down, or at the table, sees all of it at once
  const atOnce = stays && (down > innerHeight / 2 || !!document.activeElement?.closest("table"));
  rest = shown.later ?? null;
  if (atOnce) complete();
  document.title = [internalMark(), shown.title, t("title")].filter(Boolean).join(" – ");
  document.body.replaceChildren(...frame(store, place, shown));
  document.body.dataset["ready"] = location.hash;
  if (stays) {
    scrollTo(across, down);
    if (focused) refocus(focused);
  } else {
    scrollTo(0, 0);
    if (before) document.getElementById("inhalt")?.focus({ preventScroll: true });
  }
  before = path || "/";
  requestAnimationFrame(() => setTimeout(complete));
}

let rest: (() => void) | null = null;

/** Adds what a view has left for after its picture. */
function complete(): void {
  rest?.();
  rest = null;
  document.body.dataset["whole"] = location.hash;
}

/** After a change of the same view the keyboard stays where it was. */
function refocus(name: string): void {
  const again = [...document.querySelectorAll<HTMLElement>("[aria-label], [id]")].find((one) => one.getAttribute("aria-label") === name || one.id === name);
  again?.focus({ preventScroll: true });
}

addEventListener("beforeprint", complete);
addEventListener("hashchange", () => void show());
void show();
