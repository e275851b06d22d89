import { createRequest, formatDocument, stringifyDocument, type TypedDocumentNode } from "urql";

interface Operation {
  id: string;
  name: string;
  type: string;
  body: string;
}

interface Definition {
  kind: string;
  operation?: string;
  name?: { value: string };
}

const modules = import.meta.glob<Record<string, unknown>>("./src/operations/*.ts", { eager: true });

/** All that the page asks, word for word as its client sends it, in the format of Apollo's manifests. */
export async function readOperations(): Promise<Operation[]> {
  const operations = [];
  for (const document of Object.values(modules).flatMap((module) => Object.values(module))) {
    const [first] = (document as { definitions: Definition[] }).definitions;
    if (first?.kind !== "OperationDefinition") {
      continue; // A fragment's own.
    }
    const { query } = createRequest(document as TypedDocumentNode, {});
    const body = stringifyDocument(formatDocument(query) as TypedDocumentNode); // With what the cache adds.
    operations.push({ id: await hash(body), name: first.name!.value, type: first.operation!, body });
  }
  return operations.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function hash(text: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
