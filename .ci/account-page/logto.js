// Stands for what the embedded Logto lacks: the pages and endpoints of a browser's
// sign-in. It is put between the browser and Logto, and signs in whom it is told to.

import { fileURLToPath } from "node:url";

const picture = fileURLToPath(new URL("picture.svg", import.meta.url));
const page = (body) => ({ contentType: "text/html", body: `<!doctype html><title>Logto</title>${body}` });
const json = (body) => ({ json: body, headers: { "Access-Control-Allow-Origin": "*" } });

export class SignInPages {
  // Who signs in next.
  user = "alice";
  // Whether tokens are refused.
  isOver = false;
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
        return route.fulfill(page(`<a href="${parameters.get("redirect_uri")}?${back}">Sign in at Logto</a>`));
      }
      case "/oidc/session/end":
        return route.fulfill(page(`<a href="${parameters.get("post_logout_redirect_uri")}">Signed out of Logto</a>`));
      case "/oidc/token":
        if (this.isOver) {
          return route.fulfill({
            ...json({ code: "oidc.invalid_grant", message: "grant request is invalid" }),
            status: 400,
          });
        }
        return route.fulfill(json(await this.tokens(new URLSearchParams(route.request().postData()))));
      case "/oidc/token/revocation":
        return route.fulfill(json({}));
      default: {
        const answer = await fetch(url); // Discovery and keys.
        return route.fulfill(json(await answer.json()));
      }
    }
  }

  async tokens(form) {
    const nonce = this.requests[form.get("code")]?.nonce ?? "";
    const answer = await fetch(`${this.demo.logtoUrl}/simulator/sign-in`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ user: this.user, nonce }),
    });
    const { accessToken, idToken } = await answer.json();
    return {
      access_token: accessToken,
      id_token: idToken,
      refresh_token: "refresh",
      expires_in: 3600,
      token_type: "Bearer",
      scope: "openid account:read account:write account:security",
    };
  }
}
