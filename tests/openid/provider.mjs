// An OpenID provider that shares no code with ours: panva's oidc-provider, with people and a client from the environment.
// node provider.mjs PORT, with PEOPLE (login -> claims), CALLBACKS and LOGOUT_SINK in the environment. New keys at every start.
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { Provider } from "oidc-provider";

const port = Number(process.argv[2]);
const people = JSON.parse(process.env.PEOPLE);
const issuer = `http://localhost:${port}`;
const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const key = { ...privateKey.export({ format: "jwk" }), kid: randomUUID(), use: "sig", alg: "RS256" };

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: "beteiligung",
      client_secret: "not-a-secret-at-all-32-characters",
      redirect_uris: JSON.parse(process.env.CALLBACKS),
      post_logout_redirect_uris: [process.env.SIGNED_OUT ?? "http://localhost:8000/anmelden/abgemeldet"],
      backchannel_logout_uri: process.env.LOGOUT_SINK,
      backchannel_logout_session_required: true,
      response_types: ["code"],
      grant_types: ["authorization_code"],
    },
  ],
  jwks: { keys: [key] },
  cookies: { keys: ["only-for-tests"] },
  pkce: { required: () => true },
  claims: {
    openid: ["sub", "acr_level", "ags"],
    profile: ["name", "given_name", "family_name", "birthdate"],
    email: ["email", "email_verified"],
  },
  // "idtoken" in the environment puts all claims into the ID token, as Keycloak does; else they come from userinfo.
  conformIdTokenClaims: process.env.CLAIMS_IN !== "idtoken",
  features: { devInteractions: { enabled: true }, backchannelLogout: { enabled: true }, rpInitiatedLogout: { enabled: true } },
  // Its own guard lets it call no address of this machine; the tests' listener is one.
  fetch: (url, { dispatcher, ...options }) => globalThis.fetch(url, options),
  findAccount: (_ctx, login) => ({ accountId: login, claims: () => ({ sub: login, ...people[login] }) }),
});
provider.listen(port, "127.0.0.1", () => console.log("ready"));
