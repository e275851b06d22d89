import type { CodegenConfig } from "@graphql-codegen/cli";

const config: CodegenConfig = {
  schema: "../../schema.graphqls",
  documents: "../operations/*.graphql",
  emitLegacyCommonJSImports: false,
  generates: {
    "src/gql/": {
      preset: "client",
      presetConfig: { fragmentMasking: false },
      config: {
        useTypeImports: true,
        // Values that come later than this app: a switch over an enum needs a default.
        futureProofEnums: true,
        enumsAsTypes: true,
        // Answers have all scalars as JSON has them. A scalar that isn't listed here fails.
        strictScalars: true,
        scalars: { DateTime: "string", URL: "string", JSON: "unknown" },
      },
    },
  },
};

export default config;
