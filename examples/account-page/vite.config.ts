import { defineConfig } from "vite";

// Where `npm run dev` finds accountql's endpoint.
const server = "http://127.0.0.1:8080";

export default defineConfig({
  base: "/account/",
  build: {
    target: "es2023",
    license: { fileName: "licenses.md" },
    modulePreload: { polyfill: false },
    // Data URLs would need a wider content security policy.
    assetsInlineLimit: 0,
  },
  server: { port: 5173, strictPort: true, proxy: { "/graphql": server } },
});
