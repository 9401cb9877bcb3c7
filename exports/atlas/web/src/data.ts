// The records of the atlas: how they are loaded, unpacked and read. Their form is written by exports/atlas.

export type Words = [de: string, en: string];

export interface Definition {
  question: string;
  how_to_read: string;
  how_not_to_read: string;
  formula: string;
  law: string | null;
}

export interface Classes {
  edges: number[]; // inner borders, ascending, in the indicator's unit
  colours: string[]; // one more
  diverging: boolean; // the middle border is zero
  codes?: string[]; // of classes that are named, not numbers
  labels?: string[]; // their words
}

export interface Measure {
  column: string;
  lower: string;
  upper: string;
  words: string;
  category: boolean;
  digits: number;
  classes: Record<string, Classes>; // by the values that rows have alike
}

/** How a table is drawn on outlines. */
export interface TableMap {
  by: string[];
  alike: string[];
  measures: Measure[];
  reason: string;
  points: string; // product of facilities
}

export interface IndicatorHead {
  id: string;
  name: Words;
  field: string;
  unit: string;
  decimals: number;
  definition: Definition | null;
  newest: string;
  values: number;
  levels: Record<string, { areas: number; days: string[] }>;
  classes: Record<string, Classes>;
  datasets: string[];
}

export interface Layer {
  name: string;
  level: string;
  day: string;
  title: string;
  sources: string[];
}

export interface Dataset {
  id: string;
  title: string;
  publisher: string;
  licence: string;
  licence_url: string;
  attribution: string;
  stand: string;
  snapshot: string | null;
  source_url: string | null;
}

export interface Edition {
  product: string;
  version: string;
  title: string;
  published: string;
  rows: number;
  fingerprint: string;
}

export interface Change {
  product: string;
  previous: string | null;
  added: number;
  removed: number;
  changed: number;
  withdrawn: number;
  reason: string | null;
}

export interface Ring {
  id: string;
  name: Words;
  members: string[];
}

/** Of one day: what the edition says of all members of a ring. */
interface RingColumns {
  members: number[];
  median: (number | null)[];
  lower: (number | null)[];
  upper: (number | null)[];
  minimum: (number | null)[];
  maximum: (number | null)[];
  change: (number | null)[];
  reason: string[];
}

interface MemberColumns {
  area: number[];
  day: number[];
  value: (number | null)[];
  status: string[];
  reason: string[];
  change: (number | null)[];
  verdict: string[];
  comparability: string[];
  limits: string[];
  position: (number | null)[];
  distance: (number | null)[];
}

export interface RingIndicator {
  id: string;
  decimals: number | null;
  days: string[];
  ring: RingColumns;
  rows: MemberColumns;
}

export interface RingRecord {
  areas: [code: string, name: string][];
  indicators: RingIndicator[];
}

export interface Peers {
  id: string;
  name: Words;
  year: number;
  indicators: string[];
}

/** Ring -> area -> its peers, the nearest first. */
export type PeersRecord = Record<string, Record<string, [code: string, position: number, distance: number][]>>;

export interface TableColumn {
  name: string;
  heading: Words;
  number: boolean;
  digits: number | null;
  words: Record<string, Words>;
}

export interface TableHead {
  product: string;
  title: Words;
  about: Words;
  rows: number;
  columns: TableColumn[];
  datasets: string[];
  map: TableMap | null;
}

export type Value = string | number | null;

interface TableRecord {
  rows: number;
  columns: ((number | null)[] | { list: string[]; runs: number[] })[];
  version?: number[];
  points?: { x: (number | null)[]; y: (number | null)[] };
}

export interface Atlas {
  audience: "public" | "internal";
  made_on: string;
  office: { name: string; email: string | null; url: string | null };
  attribution_changed: string;
  editions: Edition[];
  changes: Change[];
  fields: Record<string, Words>;
  levels: Record<string, Words>;
  indicators: IndicatorHead[];
  layers: Layer[];
  datasets: Dataset[];
  rings: Ring[];
  ring_words: Record<string, Record<string, Words>>; // name of a column in a record -> code -> words
  peers: Peers[];
  tables: TableHead[];
  codes: Record<string, { list: string[]; words: Words[]; signs?: string[] }>;
  breaks: Words[];
  sources: string[];
}

interface AreasRecord {
  code: string[];
  level: string[];
  land: string[];
  name: string[];
  from: string[];
  version_of: number[];
}

interface FigureRecord {
  id: string;
  days: string[];
  version: [steps: number[], lengths: number[]];
  day: (number | null)[];
  value: (number | null)[] | string; // the name of a column is where the same numbers stand
  below: (number | null)[];
  above: (number | null)[];
  numerator: (number | null)[] | string;
  denominator: (number | null)[] | string;
  numerator_scale: number;
  denominator_scale: number;
  codes: Record<string, number[]>;
}

interface OutlineRecord {
  name: string;
  metres: number;
  width: number;
  height: number;
  left: number;
  top: number;
  version: number[];
  path: string[];
}

const given = new Map<string, Uint8Array<ArrayBuffer>>();
const waiting = new Map<string, Promise<unknown>>();

declare global {
  interface Window {
    planstat: { put: (name: string, length: number, letters: string) => void };
  }
}

window.planstat = {
  put: (name, length, letters) => {
    given.set(name, unlettered(letters, length));
  },
};

/** Letters of 15 bits each, the high bits first, as bytes. */
export function unlettered(letters: string, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let [held, bits, at] = [0, 0, 0];
  for (let place = 0; place < letters.length; place++) {
    held = (held << 15) | (letters.charCodeAt(place) - 0x3400);
    bits += 15;
    while (bits >= 8 && at < length) {
      bits -= 8;
      bytes[at++] = held >> bits;
      held &= (1 << bits) - 1;
    }
  }
  return bytes;
}

async function unpacked(bytes: Uint8Array<ArrayBuffer>): Promise<unknown> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return JSON.parse(await new Response(stream).text());
}

/** A record by its name; its script is loaded once. Rejects where the file is not there. */
export function record<T>(name: string): Promise<T> {
  let found = waiting.get(name) as Promise<T> | undefined;
  if (!found) {
    found = new Promise<void>((done, failed) => {
      if (given.has(name)) return done();
      const script = document.createElement("script");
      script.src = `data/${name}.js`;
      script.onload = () => done();
      script.onerror = () => failed(new Error(`data/${name}.js`));
      document.head.append(script);
    }).then(async () => (await unpacked(given.get(name) ?? new Uint8Array())) as T);
    waiting.set(name, found);
  }
  return found;
}

/** `[code, length, …]` as one code per row. */
export function unrolled(runs: number[], rows: number): Int32Array {
  const codes = new Int32Array(rows);
  let row = 0;
  for (let i = 0; i < runs.length; i += 2) {
    const until = row + (runs[i + 1] ?? 0);
    codes.fill(runs[i] ?? 0, row, until);
    row = until;
  }
  return codes;
}

/** Steps from run to run and their lengths as one number per row. */
export function climbed([up, lengths]: [number[], number[]]): Int32Array {
  const rows = lengths.reduce((sum, one) => sum + one, 0);
  const numbers = new Int32Array(rows);
  let [row, number] = [0, 0];
  up.forEach((step, at) => {
    number += step;
    const until = row + (lengths[at] ?? 0);
    numbers.fill(number, row, until);
    row = until;
  });
  return numbers;
}

/** A column of a record, wherever it stands. */
async function column(own: (number | null)[] | string): Promise<(number | null)[]> {
  if (typeof own !== "string") return own;
  const at = own.lastIndexOf("/");
  const there = await record<FigureRecord>(`indicator/${own.slice(0, at)}`);
  return column(there[own.slice(at + 1) as "value" | "numerator" | "denominator"]);
}

/** Differences as numbers; NaN where there is none. */
export function summed(steps: (number | null)[]): Float64Array {
  const numbers = new Float64Array(steps.length);
  let number = 0;
  steps.forEach((step, row) => {
    if (step === null) numbers[row] = NaN;
    else numbers[row] = number += step;
  });
  return numbers;
}

export interface Area {
  unit: number;
  code: string;
  level: string;
  land: string; // code of the Land it lies in
  name: string; // of the newest version
  versions: { index: number; name: string; from: string }[];
}

/** The areas that figures are of: a unit is a code of a level, with its versions in time. */
export class Areas {
  readonly units: Area[] = [];
  readonly unitOf: number[] = []; // version -> unit
  readonly nameOf: string[];
  private readonly byCode = new Map<string, Area>();

  constructor(from: AreasRecord) {
    this.nameOf = from.name;
    from.version_of.forEach((unit, version) => {
      const area = (this.units[unit] ??= {
        unit,
        code: from.code[unit] ?? "",
        level: from.level[unit] ?? "",
        land: from.land[unit] ?? "",
        name: "",
        versions: [],
      });
      this.unitOf[version] = unit;
      area.versions.push({ index: version, name: from.name[version] ?? "", from: from.from[version] ?? "" });
      area.name = from.name[version] ?? "";
      this.byCode.set(this.key(area.level, area.code), area);
    });
  }

  private key(level: string, code: string): string {
    return `${level}:${code}`;
  }

  /** By level and code, as permanent links name it. */
  find(level: string, code: string): Area | undefined {
    return this.byCode.get(this.key(level, code));
  }

  /** By code alone: a link may say no level. */
  byCodeAlone(code: string): Area | undefined {
    return this.units.find((area) => area.code === code);
  }
}

export interface Row {
  index: number;
  version: number;
  day: string;
  value: number | null;
  lower: number | null;
  upper: number | null;
}

/** The released figures of one indicator, by area. */
export class Figures {
  readonly days: string[];
  private readonly day: Float64Array;
  private readonly version: Int32Array;
  private readonly value: Float64Array;
  private readonly below: Float64Array;
  private readonly above: Float64Array;
  private readonly numerator: Float64Array;
  private readonly denominator: Float64Array;
  private readonly codes: Record<string, Int32Array> = {};
  private readonly places = new Map<number, [from: number, to: number]>(); // unit -> rows
  private readonly scale: number;
  private readonly scales: [number, number];

  constructor(
    readonly head: IndicatorHead,
    from: FigureRecord,
    counts: { value: (number | null)[]; numerator: (number | null)[]; denominator: (number | null)[] },
    areas: Areas,
  ) {
    const rows = counts.value.length;
    this.days = from.days;
    this.scale = 10 ** head.decimals;
    this.scales = [from.numerator_scale, from.denominator_scale];
    this.day = summed(from.day);
    this.version = climbed(from.version);
    this.value = summed(counts.value);
    this.below = Float64Array.from(from.below, (one) => one ?? NaN);
    this.above = Float64Array.from(from.above, (one) => one ?? NaN);
    this.numerator = summed(counts.numerator);
    this.denominator = summed(counts.denominator);
    for (const [name, runs] of Object.entries(from.codes)) this.codes[name] = unrolled(runs, rows);
    for (let row = 0; row < rows; row++) {
      const unit = areas.unitOf[this.version[row] ?? 0] ?? -1;
      const place = this.places.get(unit);
      if (place) place[1] = row + 1;
      else this.places.set(unit, [row, row + 1]);
    }
  }

  private scaled(number: number | undefined, scale: number): number | null {
    return number === undefined || Number.isNaN(number) ? null : number / scale;
  }

  row(index: number): Row {
    const value = this.value[index] ?? NaN;
    const around = (by: number): number | null => this.scaled(value + by, this.scale);
    return {
      index,
      version: this.version[index] ?? 0,
      day: this.days[this.day[index] ?? 0] ?? "",
      value: this.scaled(value, this.scale),
      lower: around(-(this.below[index] ?? NaN)),
      upper: around(this.above[index] ?? NaN),
    };
  }

  /** The rows of an area in the order of time. */
  of(unit: number): Row[] {
    const [from, to] = this.places.get(unit) ?? [0, 0];
    return Array.from({ length: to - from }, (_, at) => this.row(from + at));
  }

  at(unit: number, day: string): Row | undefined {
    return this.of(unit).find((row) => row.day === day);
  }

  units(): number[] {
    return [...this.places.keys()];
  }

  /** The code of a row in one of the lists of `Atlas.codes`, as its place there. */
  code(list: string, row: Row): number {
    return this.codes[list]?.[row.index] ?? 0;
  }

  parts(row: Row): [numerator: number | null, denominator: number | null] {
    return [
      this.scaled(this.numerator[row.index], this.scales[0]),
      this.scaled(this.denominator[row.index], this.scales[1]),
    ];
  }
}

export interface Outlines {
  layer: Layer;
  width: number;
  height: number;
  left: number;
  top: number;
  metres: number; // of one step
  paths: Map<number, string>; // version of an area -> path
}

export class Store {
  private readonly figures = new Map<string, Promise<Figures>>();

  constructor(
    readonly atlas: Atlas,
    readonly areas: Areas,
  ) {}

  static async open(): Promise<Store> {
    const [atlas, areas] = await Promise.all([record<Atlas>("atlas"), record<AreasRecord>("areas")]);
    return new Store(atlas, new Areas(areas));
  }

  head(id: string): IndicatorHead | undefined {
    return this.atlas.indicators.find((one) => one.id === id);
  }

  indicator(id: string): Promise<Figures> {
    let found = this.figures.get(id);
    const head = this.head(id);
    if (!head) return Promise.reject(new Error(id));
    if (!found) {
      found = record<FigureRecord>(`indicator/${id}`).then(async (one) => {
        const [value, numerator, denominator] = await Promise.all([column(one.value), column(one.numerator), column(one.denominator)]);
        return new Figures(head, one, { value, numerator, denominator }, this.areas);
      });
      this.figures.set(id, found);
    }
    return found;
  }

  ring(id: string): Promise<RingRecord> {
    return record<RingRecord>(`ring/${id}`);
  }

  peers(): Promise<PeersRecord> {
    return record<PeersRecord>("peers");
  }

  /** The rows of a further product, column by column. */
  async table(head: TableHead): Promise<Value[][]> {
    const found = await record<TableRecord>(`table/${head.product}`);
    return found.columns.map((one) => {
      if (Array.isArray(one)) return one;
      return Array.from(unrolled(one.runs, found.rows), (place) => one.list[place] ?? "");
    });
  }

  /** The version of the area that each row of a drawn product is of; -1 for one without outline. */
  async versions(head: TableHead): Promise<Int32Array> {
    const found = await record<TableRecord>(`table/${head.product}`);
    return unrolled(found.version ?? [], found.rows);
  }

  /** Where each row's facility stands, in metres of the outlines' grid. */
  async points(head: TableHead): Promise<([number, number] | null)[]> {
    const found = (await record<TableRecord>(`table/${head.product}`)).points;
    return (found?.x ?? []).map((x, at) => {
      const y = found?.y[at] ?? null;
      return x === null || y === null ? null : [x, y];
    });
  }

  async outlines(layer: Layer): Promise<Outlines> {
    const found = await record<OutlineRecord>(`outlines/${layer.name}`);
    const { width, height, left, top, metres } = found;
    return { layer, width, height, left, top, metres, paths: new Map(found.version.map((one, at) => [one, found.path[at] ?? ""])) };
  }
}
