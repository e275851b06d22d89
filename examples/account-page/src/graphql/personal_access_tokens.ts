import type { Cache, Link, UpdateResolver } from "@urql/exchange-graphcache";

interface Payload {
  personalAccessToken?: { name: string } | null;
  deletedName?: string | null;
}

/**
 * Keeps the list of personal access tokens, whose mutations don't return the user.
 * A token's id is its name, so renaming replaces it in the list.
 */
function editList(edit: (links: Link[], cache: Cache, payload: Payload, name: string) => Link[]) {
  return (field: string): UpdateResolver =>
    (result, variables, cache) => {
      const payload = result[field] as Payload | null;
      const user = cache.resolve("Query", "me") as string | null;
      const links = user && (cache.resolve(user, "personalAccessTokens") as Link[] | null);
      if (payload && links && (payload.personalAccessToken || payload.deletedName)) {
        const { name } = variables["input"] as { name: string };
        cache.link(user, "personalAccessTokens", edit(links, cache, payload, name) as Link);
      }
    };
}

function keyOf(cache: Cache, name: string): string | null {
  return cache.keyOfEntity({ __typename: "PersonalAccessToken", id: name });
}

const add = editList((links, cache, payload) => [...links, keyOf(cache, payload.personalAccessToken!.name)]);
const rename = editList((links, cache, payload, name) =>
  links.map((link) => (link === keyOf(cache, name) ? keyOf(cache, payload.personalAccessToken!.name) : link)),
);
const remove = editList((links, cache, _, name) => links.filter((link) => link !== keyOf(cache, name)));

export const personalAccessTokenUpdates: Record<string, UpdateResolver> = {
  createPersonalAccessToken: add("createPersonalAccessToken"),
  renamePersonalAccessToken: rename("renamePersonalAccessToken"),
  deletePersonalAccessToken: remove("deletePersonalAccessToken"),
};
