import assert from "node:assert/strict";
import { test } from "node:test";
import { step, titled } from "./answers.ts";

test("a fragment is swapped in", () => {
  assert.equal(step(200, '<section id="stimme">'), "swap");
});

test("a whole page is visited instead of being put into a part of this one", () => {
  assert.equal(step(200, "\n<!doctype html><html>"), "visit");
});

test("an error is shown as the page the server made for it", () => {
  assert.equal(step(409, "<!doctype html>"), "submit");
  assert.equal(step(500, ""), "submit");
});

test("no answer is told, nothing is sent again", () => {
  assert.equal(step(0, ""), "tell");
});

test("the title says the last thing saved, and only that", () => {
  assert.equal(titled("Rufbus – Beteiligung", "", "Gespeichert"), "Gespeichert – Rufbus – Beteiligung");
  assert.equal(titled("Gespeichert – Rufbus", "Gespeichert", "Zurückgezogen"), "Zurückgezogen – Rufbus");
});
