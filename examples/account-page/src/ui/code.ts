/** The code that was typed in. Apps and messages group its digits by spaces. */
export function codeIn(fields: FormData): string {
  return String(fields.get("code")).replaceAll(/\s/g, "");
}
