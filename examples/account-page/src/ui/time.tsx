import { texts } from "../texts";

const day = new Intl.DateTimeFormat(texts.language, { dateStyle: "medium" });
const minute = new Intl.DateTimeFormat(texts.language, { dateStyle: "medium", timeStyle: "short" });

export function Day({ at }: { at: string }) {
  return <time dateTime={at}>{day.format(new Date(at))}</time>;
}

export function Minute({ at }: { at: string }) {
  return <time dateTime={at}>{minute.format(new Date(at))}</time>;
}
