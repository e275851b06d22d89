import { initGraphQLTada } from "gql.tada";

import type { introspection } from "./schema.d.ts";

/** Makes a typed document of the schema: `npm run schema` writes the types. */
export const graphql = initGraphQLTada<{
  introspection: introspection;
  disableMasking: true;
  scalars: { DateTime: string; URL: string; JSON: unknown };
}>();

export type { ResultOf, VariablesOf, TadaDocumentNode } from "gql.tada";
