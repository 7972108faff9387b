import assert from "node:assert/strict";
import { test } from "node:test";
import { isSoon, left } from "./kiosk.ts";

test("a minute runs down and never below nothing", () => {
  assert.equal(left(60, 0), 60);
  assert.equal(left(60, 999), 60);
  assert.equal(left(60, 1001), 59);
  assert.equal(left(60, 60_000), 0);
  assert.equal(left(60, 90_000), 0);
});

test("the last twenty seconds are announced once", () => {
  assert.equal(isSoon(21, 20), true);
  assert.equal(isSoon(20, 19), false);
  assert.equal(isSoon(60, 59), false);
  assert.equal(isSoon(60, 12), true);
});
