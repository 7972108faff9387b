import assert from "node:assert/strict";
import { test } from "node:test";
import { shortcut, takesKeys } from "./keys.ts";

const press = (key: string, more = {}) => ({ key, ctrlKey: false, altKey: false, metaKey: false, ...more });

test("a letter and the arrows to the sides are shortcuts", () => {
  assert.equal(shortcut(press("j"), false, true), "j");
  assert.equal(shortcut(press("?"), false, true), "?");
  assert.equal(shortcut(press("M"), false, true), "M");
  assert.equal(shortcut(press("ArrowRight"), false, true), "ArrowRight");
});

test("nothing else is: no scrolling key, no combination, nothing while typing or switched off", () => {
  for (const key of ["ArrowDown", "Tab", "Enter", "Escape", "PageDown"]) assert.equal(shortcut(press(key), false, true), "");
  for (const more of [{ ctrlKey: true }, { altKey: true }, { metaKey: true }]) assert.equal(shortcut(press("a", more), false, true), "");
  assert.equal(shortcut(press("a"), true, true), "");
  assert.equal(shortcut(press("a"), false, false), "");
});

test("fields take letters, tick boxes and links do not", () => {
  assert.equal(takesKeys("INPUT", "text", false), true);
  assert.equal(takesKeys("INPUT", "radio", false), true);
  assert.equal(takesKeys("INPUT", "checkbox", false), false);
  assert.equal(takesKeys("TEXTAREA", "", false), true);
  assert.equal(takesKeys("SELECT", "", false), true);
  assert.equal(takesKeys("DIV", "", true), true);
  assert.equal(takesKeys("A", "", false), false);
});
