// The certified oidc-provider as an issuer: authorization code with PKCE only, three people, logout at the issuer.
// Usage: node issuer.mjs PORT CALLBACK AFTER_LOGOUT
import { Provider } from "oidc-provider";

const [port, callback, afterLogout] = process.argv.slice(2);

const people = {
  alice: { name: "Alice Approver", email: "alice@example.test", groups: ["finance-approvers", "everyone"] },
  bob: { name: "Bob Viewer", email: "bob@example.test", groups: ["finance-viewers"] },
  carol: { name: "Carol Nobody", email: "carol@example.test", groups: ["everyone"] },
};

const client = (id, more) => ({
  client_id: id,
  redirect_uris: [callback],
  post_logout_redirect_uris: [afterLogout],
  response_types: ["code"],
  grant_types: ["authorization_code"],
  ...more,
});

const provider = new Provider(`http://localhost:${port}`, {
  clients: [
    client("certified", { client_secret: "certified-secret", token_endpoint_auth_method: "client_secret_basic" }),
    client("public", { token_endpoint_auth_method: "none" }),
  ],
  pkce: { required: () => true },
  claims: { openid: ["sub"], profile: ["name"], email: ["email"], groups: ["groups"] },
  scopes: ["openid", "profile", "email", "groups"],
  cookies: { keys: ["for tests only"] },
  findAccount: (_ctx, id) => (people[id] ? { accountId: id, claims: () => ({ sub: id, ...people[id] }) } : undefined),
});

provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));
