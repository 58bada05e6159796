/** Instants (epoch seconds) as people in a zone read them, and back. 24-hour clock throughout. */

const formatters = new Map();

function formatter(tz, options) {
  const key = tz + JSON.stringify(options);
  if (!formatters.has(key)) formatters.set(key, new Intl.DateTimeFormat("en-US", { timeZone: tz, ...options }));
  return formatters.get(key);
}

const format = (epoch, tz, options) => formatter(tz, options).format(new Date(epoch * 1000));

const NUMERIC = {
  year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
};

function parts(epoch, tz) {
  const pairs = formatter(tz, NUMERIC).formatToParts(new Date(epoch * 1000)).map(({ type, value }) => [type, value]);
  return Object.fromEntries(pairs);
}

/** "2026-12-08" on the wall of the zone. */
export function isoDate(epoch, tz) {
  const { year, month, day } = parts(epoch, tz);
  return `${year}-${month}-${day}`;
}

/** "10:02" on the wall of the zone. */
export function hhmm(epoch, tz) {
  const { hour, minute } = parts(epoch, tz);
  return `${hour}:${minute}`;
}

function offsetAt(epoch, tz) {
  const { year, month, day, hour, minute, second } = parts(epoch, tz);
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000 - Math.floor(epoch);
}

/** The instant of a wall time in a zone; where it exists twice the first, where it does not exist the hour after the gap. */
export function epochOf(date, time, tz) {
  const naive = Date.parse(`${date}T${time}:00Z`) / 1000;
  const early = naive - offsetAt(naive - 86400, tz);
  const late = naive - offsetAt(naive + 86400, tz);
  return early + offsetAt(early, tz) === naive ? early : late + offsetAt(late, tz) === naive ? late : early;
}

/** "New York" for America/New_York. */
export const city = (tz) => tz.split("/").pop().replaceAll("_", " ");

/** "GMT+1" or "EST": what to call the zone at that moment. */
export const zoneName = (epoch, tz) =>
  formatter(tz, { timeZoneName: "short" }).formatToParts(new Date(epoch * 1000)).find((p) => p.type === "timeZoneName").value;

/** "Mon 7 Dec" */
export function shortDay(epoch, tz) {
  const { day } = parts(epoch, tz);
  return `${format(epoch, tz, { weekday: "short" })} ${Number(day)} ${format(epoch, tz, { month: "short" })}`;
}

/** "Tuesday" for "2026-12-08". */
export const weekday = (date) => format(Date.parse(`${date}T12:00Z`) / 1000, "UTC", { weekday: "long" });

/** "Monday 7 December 2026, 10:02" */
export function fullMoment(epoch, tz) {
  const { day, year } = parts(epoch, tz);
  const words = `${format(epoch, tz, { weekday: "long" })} ${Number(day)} ${format(epoch, tz, { month: "long" })} ${year}`;
  return `${words}, ${hhmm(epoch, tz)}`;
}

const dayNumber = (epoch, tz) => Math.round(Date.parse(isoDate(epoch, tz)) / 86400000);

/** "yesterday", "today", "tomorrow" or nothing. */
function nearDay(epoch, tz, now) {
  return ["yesterday", "today", "tomorrow"][dayNumber(epoch, tz) - dayNumber(now, tz) + 1];
}

/** The words on the line between two days. */
export function dayDivider(epoch, tz, now) {
  const near = nearDay(epoch, tz, now);
  return near && near !== "tomorrow" ? capital(near) : dateWords("long", "long", epoch, tz, now);
}

const capital = (word) => word[0].toUpperCase() + word.slice(1);

function ordinal(day) {
  const teen = day % 100 > 10 && day % 100 < 14;
  return `${day}${(!teen && ["th", "st", "nd", "rd"][day % 10]) || "th"}`;
}

const HALF_A_YEAR = 182 * 86400;

function dateWords(month, weekday, epoch, tz, now) {
  const { day, year } = parts(epoch, tz);
  const name = format(epoch, tz, { month });
  const near = Math.abs(epoch - now) < HALF_A_YEAR;
  const date = month === "short" ? `${name} ${Number(day)}` : `${name} ${ordinal(Number(day))}`;
  return (weekday ? `${format(epoch, tz, { weekday })}, ` : "") + date + (near ? "" : `, ${year}`);
}

function ago(epoch, now) {
  const seconds = Math.abs(now - epoch);
  const [unit, size] = [["day", 86400], ["hour", 3600], ["minute", 60]].find(([, length]) => seconds >= length) ?? ["second", 1];
  const count = Math.floor(seconds / size);
  const words = `${count} ${unit}${count === 1 ? "" : "s"}`;
  return epoch <= now ? `${words} ago` : `in ${words}`;
}

const TOKENS = {
  date_num: (e, tz) => isoDate(e, tz),
  date: (e, tz, now) => dateWords("long", null, e, tz, now),
  date_short: (e, tz, now) => dateWords("short", null, e, tz, now),
  date_long: (e, tz, now) => dateWords("long", "long", e, tz, now),
  time: (e, tz) => hhmm(e, tz),
  time_secs: (e, tz) => `${hhmm(e, tz)}:${parts(e, tz).second}`,
  ago: (e, tz, now) => ago(e, now),
};

/** Fill a date format ("{date_short_pretty} at {time}"); undefined when it holds a token nobody knows. */
export function dateTokens(pattern, epoch, tz, now) {
  let known = true;
  const text = pattern.replace(/\{(\w+)\}/g, (whole, token, offset) => {
    const plain = token.replace(/_pretty$/, "");
    if (!TOKENS[plain] || (plain !== token && !plain.startsWith("date"))) known = false;
    const near = plain !== token && nearDay(epoch, tz, now);
    if (near) return offset === 0 ? capital(near) : near;
    return TOKENS[plain]?.(epoch, tz, now) ?? whole;
  });
  return known ? text : undefined;
}
