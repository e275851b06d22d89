const characters = new Intl.Segmenter();

/** The first character of a name, of any script. */
export function Initial({ of: name }: { of: string }) {
  const [first] = characters.segment(name.trim());
  return first?.segment.toLocaleUpperCase();
}
