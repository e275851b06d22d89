// Stands for what the embedded Logto lacks: the pages and endpoints of a browser's
// sign-in. It is put between the browser and Logto, and signs in whom it is told to.
// As Logto does for single-page applications, it takes each refresh token once, and
// ends the sign-in of whoever uses one again.

import { fileURLToPath } from "node:url";

const picture = fileURLToPath(new URL("picture.svg", import.meta.url));
const page = (body) => ({ contentType: "text/html", body: `<!doctype html><title>Logto</title>${body}` });
const json = (body) => ({ json: body, headers: { "Access-Control-Allow-Origin": "*" } });

export class SignInPages {
  // Who signs in next.
  user = "alice";
  // Whether tokens are refused.
  isOver = false;
  // How long access tokens last, in seconds, as the browser is told.
  lifetime = 3600;
  // Whose each refresh token is that wasn't used yet.
  refreshable = new Map();
  // The authorization requests, oldest first.
  requests = [];

  constructor(demo) {
    this.demo = demo;
  }

  async attach(context) {
    // The picture that alice has in the demo.
    await context.route("https://example.com/avatars/*", (route) => route.fulfill({ path: picture }));
    await context.route(`${this.demo.logtoUrl}/oidc/**`, (route) => this.answer(route));
  }

  async answer(route) {
    const url = new URL(route.request().url());
    const parameters = url.searchParams;
    switch (url.pathname) {
      case "/oidc/auth": {
        const code = String(this.requests.push(Object.fromEntries(parameters)) - 1);
        const back = new URLSearchParams({ code, state: parameters.get("state") });
        const refusal = new URLSearchParams({ error: "access_denied", state: parameters.get("state") });
        const address = parameters.get("redirect_uri");
        return route.fulfill(
          page(`<a href="${address}?${back}">Sign in at Logto</a> <a href="${address}?${refusal}">Refuse</a>`),
        );
      }
      case "/oidc/session/end":
        return route.fulfill(page(`<a href="${parameters.get("post_logout_redirect_uri")}">Signed out of Logto</a>`));
      case "/oidc/token": {
        const form = new URLSearchParams(route.request().postData());
        const user = form.has("code") ? this.user : this.take(form.get("refresh_token"));
        if (this.isOver) {
          return route.fulfill({
            ...json({ code: "oidc.invalid_grant", message: "grant request is invalid" }),
            status: 400,
          });
        }
        return route.fulfill(json(await this.tokens(user, form.get("code"))));
      }
      case "/oidc/token/revocation":
        return route.fulfill(json({}));
      default: {
        const answer = await fetch(url); // Discovery and keys.
        return route.fulfill(json(await answer.json()));
      }
    }
  }

  take(refreshToken) {
    const user = this.refreshable.get(refreshToken);
    this.isOver ||= !this.refreshable.delete(refreshToken);
    return user;
  }

  async tokens(user, code) {
    const nonce = this.requests[code]?.nonce ?? "";
    const refreshToken = `refresh ${crypto.randomUUID()}`;
    this.refreshable.set(refreshToken, user);
    const answer = await fetch(`${this.demo.logtoUrl}/simulator/sign-in`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ user, nonce }),
    });
    const { accessToken, idToken } = await answer.json();
    return {
      access_token: accessToken,
      id_token: idToken,
      refresh_token: refreshToken,
      expires_in: this.lifetime,
      token_type: "Bearer",
      scope: "openid account:read account:write account:security",
    };
  }
}
