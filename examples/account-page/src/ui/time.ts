import { texts } from "../texts";

const day = new Intl.DateTimeFormat(texts.language, { dateStyle: "medium" });
const minute = new Intl.DateTimeFormat(texts.language, { dateStyle: "medium", timeStyle: "short" });

/** The day of a moment, where the person is. */
export function formatDay(moment: string): string {
  return day.format(new Date(moment));
}

/** Day and time of a moment, where the person is. */
export function formatMinute(moment: string): string {
  return minute.format(new Date(moment));
}
