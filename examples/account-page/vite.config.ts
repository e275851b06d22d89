import { defineConfig, type Plugin, runnerImport } from "vite";

// `npm run dev` takes the endpoint and the settings from this accountql.
const server = "http://127.0.0.1:8080";

/** Writes operations.json beside the page: its operations, for a server that executes registered ones alone. */
const manifest: Plugin = {
  name: "manifest",
  apply: "build",
  async generateBundle() {
    const { module } = await runnerImport<typeof import("./operations")>("./operations.ts");
    const manifest = {
      format: "apollo-persisted-query-manifest",
      version: 1,
      operations: await module.readOperations(),
    };
    this.emitFile({ type: "asset", fileName: "operations.json", source: `${JSON.stringify(manifest, null, 2)}\n` });
  },
};

export default defineConfig({
  base: "/account/",
  plugins: [manifest],
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
