// The logic of the page that needs no page: columns, lines, classes, texts.

import assert from "node:assert/strict";
import { test } from "node:test";

import { pieces, ticks, wrapped, type Point } from "../src/chart.ts";
import { climbed, summed, unrolled } from "../src/data.ts";
import { classOf, classWords, extent } from "../src/map.ts";
import { csv } from "../src/take.ts";
import { day, number, plain } from "../src/words.ts";

const point = (year: number, value: number | null, broken: string | null = null): Point => ({
  day: `${year}-12-31`, value, lower: null, upper: null, broken, open: () => {},
});

test("columns come back", () => {
  assert.deepEqual([...unrolled([0, 2, 3, 1], 3)], [0, 0, 3]);
  assert.deepEqual([...climbed([[4, 1], [2, 1]])], [4, 4, 5]);
  assert.deepEqual([...summed([5, null, -2])], [5, NaN, 3]);
});

test("nothing is joined across a break or a missing value", () => {
  const found = pieces([point(2010, 1), point(2011, 2, "neu"), point(2012, 3), point(2013, null), point(2014, 4)]);
  assert.deepEqual(found.map((piece) => piece.map((one) => one.value)), [[1], [2, 3], [4]]);
  assert.deepEqual(pieces([point(2010, null)]), []);
});

test("a break at a year without a value parts the next value", () => {
  const found = pieces([point(2010, 1), point(2011, null, "neu"), point(2012, 3, "neu")]);
  assert.equal(found.length, 2);
});

test("classes begin at their lower border", () => {
  const classes = { edges: [1, 2], colours: [], diverging: false };
  assert.deepEqual([0.9, 1, 1.9, 2].map((one) => classOf(one, classes)), [0, 1, 1, 2]);
  assert.deepEqual(classWords(classes, 1), ["< 1,0", "1,0 – 1,9", "≥ 2,0"]);
});

test("the box around a path follows its relative moves", () => {
  assert.deepEqual(extent("M10 20l5 0 0-8zM0 0l1 1-1 1z"), [0, 0, 15, 20]);
});

test("an axis has round steps", () => {
  assert.deepEqual(ticks(0, 16), [0, 5, 10, 15]);
  assert.ok(ticks(0, 1e-9).length < 12);
});

test("a search finds umlauts, Sankt and hyphens", () => {
  assert.equal(plain("Plön"), plain("PLOEN"));
  assert.equal(plain("St. Wendel"), plain("Sankt Wendel"));
  assert.equal(plain("Rendsburg-Eckernförde"), "rendsburg eckernfoerde");
});

test("a table for Excel holds no formula and keeps its separators", () => {
  const text = csv(["Gebiet", "Wert"], [["=1+1", 1.5], ['A;"B"', null]], ["Quelle"]);
  assert.equal(text, '\ufeffGebiet;Wert\r\n\'=1+1;1,5\r\n"A;""B""";\r\n\r\nQuelle\r\n');
});

test("numbers and days are German first", () => {
  assert.equal(number(-1234.5, 1), "−1.234,5");
  assert.equal(day("2022-12-31"), "31.12.2022");
});

test("long texts break between words", () => {
  assert.deepEqual(wrapped("eins zwei drei", 9), ["eins zwei", "drei"]);
});
