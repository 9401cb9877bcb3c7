// What a reader takes away: the picture as seen, the table as CSV, a permanent link, a frame for other pages.

import { fresh, h, SVG } from "./dom.ts";
import { internalMark, t } from "./words.ts";

function save(name: string, content: Blob): void {
  const address = URL.createObjectURL(content);
  const link = h("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

export function svgText(picture: SVGSVGElement): string {
  const copy = picture.cloneNode(true) as SVGSVGElement;
  copy.setAttribute("xmlns", SVG);
  copy.querySelectorAll("[tabindex]").forEach((one) => one.removeAttribute("tabindex"));
  return `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(copy)}\n`;
}

async function png(picture: SVGSVGElement): Promise<Blob> {
  const image = new Image();
  const [width, height] = [picture.viewBox.baseVal.width, picture.viewBox.baseVal.height];
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svgText(picture))}`;
  await image.decode();
  const canvas = h("canvas", { width: width * 2, height: height * 2 });
  canvas.getContext("2d")?.drawImage(image, 0, 0, width * 2, height * 2);
  return new Promise((done, failed) => canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error("png"))), "image/png"));
}

export type Cell = string | number | null;

/** Rows for German Excel: semicolons, a comma in numbers, a mark of the encoding; a text that looks like a formula is one no more. */
export function csv(head: string[], rows: Cell[][], notes: string[]): string {
  const cell = (one: Cell): string => {
    if (one === null) return "";
    if (typeof one === "number") return String(one).replace(".", ",");
    const safe = /^[=+\-@\t\r]/.test(one) ? `'${one}` : one;
    return /[";\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const line = (cells: Cell[]): string => cells.map(cell).join(";");
  const mark = internalMark();
  return `\ufeff${[line(head), ...rows.map(line), "", ...(mark ? [mark] : []), ...notes.map((one) => cell(one))].join("\r\n")}\r\n`;
}

export interface Taken {
  what: string; // of the page is taken away
  name: string; // of the file, without its ending
  picture: (() => SVGSVGElement) | null;
  table: () => string;
  embed: string | null; // the hash that a frame shows
}

async function copied(text: string, said: HTMLElement): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    said.replaceChildren(t("copied"));
  } catch {
    const field = h("input", { type: "text", readonly: true, value: text, "aria-label": t("copy_by_hand") });
    said.replaceChildren(t("copy_by_hand"), " ", field);
    field.select();
  }
}

/** The buttons for all of it. */
export function takeAway(taken: Taken): HTMLElement {
  const said = h("p", { role: "status", class: "small" });
  const id = fresh("take");
  const button = (words: string, act: () => void): HTMLElement => h("button", { type: "button", click: act }, words);
  const { picture } = taken;
  const mark = internalMark();
  const name = mark ? `intern_${taken.name}` : taken.name;
  return h("section", { class: "take", "aria-labelledby": id },
    h("h3", { id }, `${t("take")}: ${taken.what}`),
    h("div", { class: "buttons" },
      picture && button(t("take_svg"), () => save(`${name}.svg`, new Blob([svgText(picture())], { type: "image/svg+xml" }))),
      picture && button(t("take_png"), () => void png(picture()).then((blob) => save(`${name}.png`, blob))),
      button(t("take_csv"), () => save(`${name}.csv`, new Blob([taken.table()], { type: "text/csv;charset=utf-8" }))),
      button(t("take_link"), () => void copied(location.href, said)),
      taken.embed !== null && !mark &&
        button(t("take_embed"), () => {
          const address = `${location.href.split("#")[0]}#${taken.embed ?? ""}`;
          void copied(`<iframe src="${address.replaceAll("&", "&amp;").replaceAll('"', "&quot;")}" width="800" height="620" style="border:0" title="${document.title.replaceAll('"', "&quot;")}"></iframe>`, said);
        })),
    said);
}
