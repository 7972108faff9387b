import assert from "node:assert/strict";
import { test } from "node:test";
import { decode, encode, request, toJson } from "./webauthn.ts";

test("bytes survive the way there and back, also those that base64 writes with + and /", () => {
  const bytes = Uint8Array.from([251, 255, 254, 0, 1, 2, 62, 63]).buffer;
  assert.equal(encode(bytes).match(/[+/=]/), null);
  assert.deepEqual(decode(encode(bytes)), bytes);
  assert.deepEqual(decode(""), new ArrayBuffer(0));
});

test("challenge, user and keys become bytes, the rest stays", () => {
  const made = request(
    { challenge: "AQ", rp: { id: "x" }, user: { id: "Ag", name: "n" }, excludeCredentials: [{ id: "Aw", type: "public-key" }] },
    (text) => `<${text}>`,
  );
  assert.deepEqual(made, {
    challenge: "<AQ>",
    rp: { id: "x" },
    user: { id: "<Ag>", name: "n" },
    excludeCredentials: [{ id: "<Aw>", type: "public-key" }],
  });
  assert.deepEqual(request({ challenge: "AQ", allowCredentials: [] }, (text) => text), { challenge: "AQ", allowCredentials: [] });
});

test("a credential is sent with what it has", () => {
  const bytes = Uint8Array.from([1]).buffer;
  const credential = { id: "AQ", rawId: bytes, type: "public-key", response: { clientDataJSON: bytes, signature: bytes, userHandle: null } };
  assert.deepEqual(toJson(credential, encode), {
    id: "AQ",
    rawId: "AQ",
    type: "public-key",
    response: { clientDataJSON: "AQ", signature: "AQ" },
    clientExtensionResults: {},
  });
});
