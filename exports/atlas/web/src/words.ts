// What the page says, in both languages, and how it writes numbers and days.

import type { Words } from "./data.ts";

export type Language = "de" | "en";

let language: Language = "de";

export function speak(chosen: Language): void {
  language = chosen;
  document.documentElement.lang = chosen;
}

export function spoken(): Language {
  return language;
}

let internal = false;

/** Says once for all views and pictures whether the atlas holds editions for an internal audience. */
export function mark(as: boolean): void {
  internal = as;
}

/** The mark of an internal atlas, else an empty text. */
export function internalMark(): string {
  return internal ? t("internal") : "";
}

export function of(words: Words | undefined): string {
  return words ? words[language === "de" ? 0 : 1] : "";
}

const TEXTS = {
  title: ["Sozialatlas", "Social atlas"],
  internal: ["intern – nicht weitergeben", "internal – do not pass on"],
  skip: ["Zum Inhalt springen", "Skip to content"],
  home: ["Übersicht", "Overview"],
  planning: ["Planung", "Planning"],
  planning_about: [
    "Bedarf und Plätze, Sozialindex, Ziele, Vereinbarungen, gute Beispiele und Angebote: was davon freigegeben ist, Zeile für Zeile.",
    "Need and places, social index, goals, agreements, good examples and offers: what of it was released, row by row.",
  ],
  planning_none: ["Davon ist noch nichts freigegeben.", "None of it has been released yet."],
  table_rows: ["{0} Zeilen", "{0} rows"],
  table_shown: ["{0} von {1} Zeilen; die CSV-Datei hat alle {1}.", "{0} of {1} rows; the CSV file has all {1}."],
  every: ["alle", "all"],
  text_filter: ["Text enthält", "Text contains"],
  german_rows: ["Texte der Zeilen sind deutsch.", "Texts of the rows are in German."],
  compare: ["Vergleich", "Comparison"],
  rings: ["Vergleichsringe", "Peer groups"],
  about: ["Über die Daten", "About the data"],
  other_language: ["English", "Deutsch"],
  search: ["Kennzahl oder Gebiet suchen", "Search for an indicator or area"],
  search_hint: ["z. B. Kinderarmut, Kreis Plön oder 01057", "e.g. child poverty, Kreis Plön or 01057"],
  found_none: ["Nichts gefunden für „{0}“.", "Nothing found for “{0}”."],
  found: ["{0} Treffer", "{0} results"],
  fields: ["Planungsfelder", "Policy fields"],
  news: ["Neu in dieser Ausgabe", "New in this edition"],
  news_none: ["Keine Ausgabe hat sich geändert.", "No edition has changed."],
  news_first: ["erste Ausgabe, {0} Zeilen", "first edition, {0} rows"],
  news_counts: [
    "{0} Zeilen neu, {1} geändert, {2} entfallen, {3} zurückgezogen",
    "{0} rows new, {1} changed, {2} removed, {3} withdrawn",
  ],
  indicator: ["Kennzahl", "Indicator"],
  area: ["Gebiet", "Area"],
  level: ["Ebene", "Level"],
  day: ["Stichtag", "Reference date"],
  value: ["Wert", "Value"],
  unit: ["Einheit", "Unit"],
  interval: ["95-%-Intervall", "95 % interval"],
  numerator: ["Zähler", "Numerator"],
  denominator: ["Nenner", "Denominator"],
  status: ["Status", "Status"],
  reason: ["Grund", "Reason"],
  confidentiality: ["Geheimhaltung", "Confidentiality"],
  reliability: ["Verlässlichkeit", "Reliability"],
  change: ["Veränderung", "Change"],
  verdict: ["Gegenüber dem Land", "Against the Land"],
  source: ["Quelle", "Source"],
  sources: ["Quellen", "Sources"],
  edition: ["Ausgabe", "Edition"],
  map: ["Karte", "Map"],
  course: ["Verlauf", "Development"],
  spread: ["Gebiete im Vergleich", "Areas compared"],
  table: ["Tabelle", "Table"],
  definition: ["Definition", "Definition"],
  read: ["So ist der Wert zu lesen", "How to read a value"],
  read_not: ["So nicht", "How not to read it"],
  formula: ["Formel", "Formula"],
  law: ["Rechtsgrundlage", "Legal basis"],
  german_only: ["Definitionen und Quellen sind deutsch.", "Definitions and sources are in German."],
  legend: ["Legende", "Legend"],
  no_value: ["kein Wert", "no value"],
  hidden: ["geheim gehalten", "kept secret"],
  other_territory: ["anderer Gebietsstand", "other boundaries"],
  classes_method: [
    "Klassen: gleich viele Werte je Klasse, über alle Stichtage dieser Ebene, gerundet; für alle Jahre gleich.",
    "Classes: equal numbers of values per class over all dates of this level, rounded; the same for all years.",
  ],
  classes_diverging: [
    "Klassen: unter und über null je gleich viele Werte, über alle Stichtage dieser Ebene, gerundet; für alle Jahre gleich.",
    "Classes: below and above zero with equal numbers of values, over all dates of this level, rounded; the same for all years.",
  ],
  pattern: ["Muster statt Farbe", "Patterns instead of colour"],
  map_no_outline: [
    "{0} Werte ohne Umriss auf dieser Karte: {1}",
    "{0} values without an outline on this map: {1}",
  ],
  map_stands: ["Umrisse: {0}", "Outlines: {0}"],
  map_other: [
    "{0} Gebiete dieser Karte hatten am {1} einen anderen Gebietsstand; sie sind nicht eingefärbt.",
    "{0} areas of this map had other boundaries on {1}; they are not coloured.",
  ],
  map_none: ["Für diese Ebene sind keine Umrisse da.", "There are no outlines for this level."],
  map_help: [
    "Ziehen oder Pfeiltasten verschieben, Mausrad oder + und − vergrößern, 0 zeigt alles. Die Tabelle darunter nennt jeden Wert.",
    "Drag or arrow keys move, wheel or + and − zoom, 0 shows all. The table below gives each value.",
  ],
  zoom_in: ["Vergrößern", "Zoom in"],
  zoom_out: ["Verkleinern", "Zoom out"],
  zoom_all: ["Alles zeigen", "Show all"],
  play: ["Jahre ablaufen lassen", "Play the years"],
  stop: ["Anhalten", "Stop"],
  choose_day: ["Stichtag wählen", "Choose the date"],
  chosen: ["Ausgewählte Gebiete", "Chosen areas"],
  add_area: ["Gebiet hinzufügen", "Add an area"],
  remove: ["{0} entfernen", "Remove {0}"],
  choose: ["auswählen", "choose"],
  land: ["Land", "Land"],
  break: ["Bruch", "Break"],
  breaks: ["Brüche der Reihe", "Breaks of the series"],
  break_untold: ["ohne Angabe", "not described"],
  not_joined: [
    "Linien enden an Brüchen und wo ein Wert fehlt. Band: 95-%-Intervall.",
    "Lines end at breaks and where a value is missing. Band: 95 % interval.",
  ],
  backcast: ["auf heutigen Gebietsstand umgerechnet", "converted to later boundaries"],
  take: ["Herunterladen", "Download"],
  take_svg: ["Bild (SVG)", "Picture (SVG)"],
  take_png: ["Bild (PNG)", "Picture (PNG)"],
  take_csv: ["Tabelle (CSV)", "Table (CSV)"],
  take_link: ["Link kopieren", "Copy link"],
  take_embed: ["Einbetten", "Embed"],
  copied: ["Kopiert.", "Copied."],
  copy_by_hand: ["Zum Kopieren markieren:", "Select to copy:"],
  print: ["Drucken", "Print"],
  profile: ["Gebietsprofil", "Area profile"],
  profile_of: ["Gebietsprofil {0}", "Area profile {0}"],
  profile_none: ["Zu diesem Gebiet gibt es keine Werte.", "There are no values of this area."],
  name_then: ["hieß {0} (ab {1})", "was called {0} (from {1})"],
  receipt: ["Beleg", "Receipt"],
  open_receipt: ["Beleg zu {0}", "Receipt for {0}"],
  close: ["Schließen", "Close"],
  receipt_line: ["Zeile der Quelle (Befehl fürs Amt)", "Line of the source (command for the office)"],
  differs: ["Änderung zur vorigen Ausgabe", "Change from the edition before"],
  row: ["Zeile", "Row"],
  measure: ["Auf der Karte", "On the map"],
  map_choose: [
    "Die Karte zeigt eine Zeile je Gebiet: bitte oben überall einen Wert wählen.",
    "The map shows one row per area: please choose one value of each list above.",
  ],
  map_nothing: ["Zu dieser Auswahl gibt es nichts zu zeichnen.", "There is nothing to draw for this choice."],
  facilities: ["{0} Einrichtungen", "{0} facilities"],
  show_points: ["Einrichtungen zeigen", "Show facilities"],
  classes_named: ["Klassen: wie in der Tabelle benannt.", "Classes: as the table names them."],
  classes_alike: [
    "Klassen: gleich viele Werte je Klasse über alle Stichtage dieser Auswahl; für alle Jahre gleich.",
    "Classes: equal numbers of values per class over all dates of this choice; the same for all years.",
  ],
  classes_balance: [
    "Klassen: unter und über null je gleich viele Werte über alle Stichtage dieser Auswahl; für alle Jahre gleich.",
    "Classes: below and above zero with equal numbers of values over all dates of this choice; the same for all years.",
  ],
  hash: ["Prüfsumme der Ausgabe", "Fingerprint of the edition"],
  snapshot: ["Lieferung", "Delivery"],
  stand: ["Stand", "As of"],
  licence: ["Lizenz", "Licence"],
  publisher: ["Herausgeber", "Publisher"],
  called: ["Titel", "Title"],
  editions: ["Ausgaben in diesem Atlas", "Editions in this atlas"],
  published: ["veröffentlicht", "published"],
  access: ["Erklärung zur Barrierefreiheit", "Accessibility statement"],
  access_text: [
    "Diese Seiten sollen die BITV 2.0 und WCAG 2.2 (Stufe AA) erfüllen. Jede Karte und jedes Diagramm hat eine Tabelle mit denselben Werten; alles ist mit der Tastatur zu bedienen; keine Angabe steht nur in der Farbe. Ausnahmen: Definitionen und Quellenangaben liegen nur auf Deutsch vor. Barrieren meldet man der oben genannten Stelle.",
    "These pages are meant to meet BITV 2.0 and WCAG 2.2 (level AA). Each map and chart has a table with the same values; everything works by keyboard; nothing is told by colour alone. Exceptions: definitions and sources are in German only. Please report barriers to the office named above.",
  ],
  office: ["Herausgebende Stelle", "Publishing office"],
  not_found: ["Das gibt es in dieser Ausgabe nicht: {0}", "This edition does not have: {0}"],
  broken: ["Die Datei {0} fehlt oder ist beschädigt; bitte den Ordner vollständig kopieren.", "The file {0} is missing or damaged; please copy the whole folder."],
  all_areas: ["Alle Gebiete", "All areas"],
  within: ["Nur in", "Only in"],
  rows_shown: ["{0} von {1} Gebieten; die CSV-Datei hat alle.", "{0} of {1} areas; the CSV file has all."],
  values_of: ["{0} am {1}", "{0} on {1}"],
  areas_in: ["{0} Gebiete", "{0} areas"],
  no_values_yet: ["ohne Werte auf dieser Ebene", "without values on this level"],
  choose_indicator: ["Kennzahl wählen", "Choose an indicator"],
  choose_areas: ["Bitte Gebiete hinzufügen.", "Please add areas."],
  rings_about: [
    "Wer liegt bei ähnlichen Voraussetzungen wo? Zum Vergleichen und Lernen, nicht als Rangliste.",
    "Who stands where under similar conditions? For comparing and learning, no ranking.",
  ],
  further: ["Weiter", "Further"],
  members: ["Mitglieder", "Members"],
  member: ["Mitglied", "Member"],
  own_area: ["Eigenes Gebiet", "Own area"],
  own_none: ["keines hervorheben", "highlight none"],
  own_value: ["Eigener Wert", "Own value"],
  median: ["Median", "Median"],
  lower_quartile: ["Unteres Quartil", "Lower quartile"],
  upper_quartile: ["Oberes Quartil", "Upper quartile"],
  smallest: ["Kleinster Wert", "Smallest value"],
  largest: ["Größter Wert", "Largest value"],
  with_value: ["Mitglieder mit Wert", "Members with a value"],
  with_value_of: ["{0} von {1}", "{0} of {1}"],
  change_since: ["Veränderung seit dem Wert davor", "Change since the value before"],
  change_median: ["Veränderung des Rings (Median)", "Change of the peer group (median)"],
  change_words: ["Urteil zur Veränderung", "Verdict on the change"],
  comparable: ["Vergleichbarkeit", "Comparability"],
  position: ["Platz", "Place"],
  distance: ["Struktureller Abstand", "Structural distance"],
  statistics: ["Der Ring am {0}", "The peer group on {0}"],
  ring_picture: ["Mitglieder nebeneinander", "Members side by side"],
  ring_legend: [
    "Band: unteres bis oberes Quartil; - - -: Median; Balken am Punkt: 95-%-Intervall",
    "Band: lower to upper quartile; - - -: median; bar at a dot: 95 % interval",
  ],
  ring_course_legend: [
    "- - -: Median des Rings, sein Band: unteres bis oberes Quartil; Band am eigenen Wert: 95-%-Intervall. Linien enden an Brüchen und wo ein Wert fehlt.",
    "- - -: median of the peer group, its band: lower to upper quartile; band at the own value: 95 % interval. Lines end at breaks and where a value is missing.",
  ],
  ring_median_of: ["Median: {0}", "Median: {0}"],
  ring_to_indicator: ["Karte und Definition: {0}", "Map and definition: {0}"],
  ring_to_compare: ["Alle Kennzahlen dieser Mitglieder vergleichen", "Compare all indicators of these members"],
  ring_without: ["{0} ohne Wert: {1}", "{0} without a value: {1}"],
  ring_no_rows: ["Zu diesem Ring gibt es keine Werte.", "There are no values of this peer group."],
  similar: ["Strukturähnliche Kreise", "Districts of similar structure"],
  similar_to: ["Strukturähnlich zu {0}", "Similar in structure to {0}"],
  similar_about: [
    "Die ähnlichsten Kreise nach {0} ({1}); Abstand in Standardabweichungen. Quartile nennt die Ausgabe nur für festgelegte Ringe.",
    "The most similar districts by {0} ({1}); distance in standard deviations. The edition gives quartiles of declared peer groups only.",
  ],
  similar_choose: ["Kreis wählen", "Choose a district"],
  similar_none: ["Zu diesem Gebiet sind keine ähnlichen Kreise freigegeben.", "No similar districts were released for this area."],
  made_from: ["Zusammengestellt am {0} aus freigegebenen Ausgaben von {1}.", "Put together on {0} from released editions of {1}."],
} as const satisfies Record<string, readonly [string, string]>;

export type Text = keyof typeof TEXTS;

/** A text of the page in the chosen language; `{0}` and so on are filled in order. */
export function t(name: Text, ...gaps: (string | number)[]): string {
  const text: string = TEXTS[name][language === "de" ? 0 : 1];
  return gaps.reduce<string>((filled, gap, at) => filled.replaceAll(`{${at}}`, String(gap)), text);
}

const formats = new Map<string, Intl.NumberFormat>();

/** A number with so many decimals; the minus is a real one. */
export function number(value: number, decimals = 0): string {
  const key = `${language}${decimals}`;
  let format = formats.get(key);
  if (!format) {
    const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
    format = new Intl.NumberFormat(language === "de" ? "de-DE" : "en-GB", digits);
    formats.set(key, format);
  }
  return format.format(value).replace("-", "−");
}

/** `2022-12-31` as people write it. */
export function day(iso: string): string {
  const [year, month, date] = iso.split("-");
  return language === "de" ? `${date}.${month}.${year}` : iso;
}

/** What letters are compared by in a search: no case, no accents, `ß` as `ss`, `St.` as `sankt`. */
export function plain(text: string): string {
  return text
    .toLowerCase()
    .replaceAll("ß", "ss")
    .replaceAll("ä", "ae")
    .replaceAll("ö", "oe")
    .replaceAll("ü", "ue")
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .replace(/\bst\.\s*/g, "sankt ")
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}
