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

/** The list without a token. The one that gets a name may be listed there still, deleted in another tab. */
function without(links: Link[], cache: Cache, name: string): Link[] {
  return links.filter((link) => link !== keyOf(cache, name));
}

const add = editList((links, cache, payload) => {
  const { name } = payload.personalAccessToken!;
  return [...without(links, cache, name), keyOf(cache, name)];
});
const rename = editList((links, cache, payload, name) => {
  const { name: newName } = payload.personalAccessToken!;
  const others = newName === name ? links : without(links, cache, newName);
  return others.map((link) => (link === keyOf(cache, name) ? keyOf(cache, newName) : link));
});
const remove = editList((links, cache, _, name) => without(links, cache, name));

export const personalAccessTokenUpdates: Record<string, UpdateResolver> = {
  createPersonalAccessToken: add("createPersonalAccessToken"),
  renamePersonalAccessToken: rename("renamePersonalAccessToken"),
  deletePersonalAccessToken: remove("deletePersonalAccessToken"),
};
