import { defineConfig } from "vite";

// `npm run dev` takes the endpoint and the settings from this accountql.
const server = "http://127.0.0.1:8080";

export default defineConfig({
  base: "/account/",
  build: {
    target: "es2023",
    license: { fileName: "licenses.md" },
    modulePreload: { polyfill: false },
    // The content security policy allows no scripts and styles in data URLs.
    assetsInlineLimit: 0,
  },
  server: {
    port: 5173,
    strictPort: true,
    proxy: { "/graphql": server, "/account/config.json": server, "/account/simulator": server },
  },
});
