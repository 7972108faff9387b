import assert from "node:assert/strict";
import { test } from "node:test";
import { countText, crosses, length } from "./count.ts";

test("a line break counts once, whatever the platform", () => {
  assert.equal(length("eins\r\nzwei"), 9);
  assert.equal(length("eins\nzwei"), 9);
});

test("a character outside the basic plane counts once, as in Python", () => {
  assert.equal(length("gut 👍"), 5);
});

test("numbers are written the German way", () => {
  assert.equal(countText("{n} von {max} Zeichen", 90, 4000), "90 von 4.000 Zeichen");
  assert.equal(countText("{n} von {max} Zeichen", 1234567, 4000), "1.234.567 von 4.000 Zeichen");
});

test("the count is spoken near the limit and beyond it, not at every key", () => {
  assert.equal(crosses(3799, 3801, 4000), true);
  assert.equal(crosses(3801, 3802, 4000), false);
  assert.equal(crosses(4000, 4001, 4000), true);
  assert.equal(crosses(10, 11, 4000), false);
});
