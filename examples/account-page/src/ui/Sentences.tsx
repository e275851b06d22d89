interface Props {
  of: readonly (string | false | null | undefined)[];
}

/** What is known of something: what isn't is left out. */
export function Sentences({ of }: Props) {
  return of.filter(Boolean).join(" ");
}
