// JSON to what navigator.credentials takes, and back. Browsers before 2025 lack parseCreationOptionsFromJSON and toJSON.
export type Json = { [name: string]: unknown };

/** Base64url without padding to bytes. */
export function decode(text: string): ArrayBuffer {
  const binary = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(binary, (char) => char.charCodeAt(0)).buffer;
}

/** Bytes to base64url without padding. */
export function encode(bytes: ArrayBuffer): string {
  const binary = Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join("");
  return btoa(binary).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/** The server's options with bytes where the browser wants bytes. */
export function request(options: Json, bytes: (text: string) => unknown): Json {
  const keys = (name: string): Json[] | undefined =>
    (options[name] as Json[] | undefined)?.map((key) => ({ ...key, id: bytes(key["id"] as string) }));
  const user = options["user"] as Json | undefined;
  const made: Json = { ...options, challenge: bytes(options["challenge"] as string) };
  if (user !== undefined) made["user"] = { ...user, id: bytes(user["id"] as string) };
  for (const name of ["excludeCredentials", "allowCredentials"]) {
    const list = keys(name);
    if (list !== undefined) made[name] = list;
  }
  return made;
}

/** What the browser made, as JSON for the server. */
export function toJson(credential: Json, text: (bytes: ArrayBuffer) => string): Json {
  const response = credential["response"] as Json;
  const sent: Json = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    const value = response[name];
    if (value instanceof ArrayBuffer) sent[name] = text(value);
  }
  return {
    id: credential["id"],
    rawId: text(credential["rawId"] as ArrayBuffer),
    type: credential["type"],
    response: sent,
    clientExtensionResults: {},
  };
}
