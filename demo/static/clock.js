/** The demo's clock, and the buttons that let time pass. */
import { api } from "./api.js";
import { html, useEffect, useRef, useState } from "./dom.js";
import { Icon } from "./icons.js";
import { say } from "./notices.js";
import { demoNow, refresh, update } from "./state.js";
import { city, epochOf, fullMoment, hhmm, isoDate, shortDay } from "./time.js";
import { trapTab } from "./focus.js";
import { playYear } from "./year.js";

const HOUR = 3600;
const BACKWARD = "Time goes forward only here, as it does outside. Pick a later moment.";

/** Whether the clock went on. */
async function move(request) {
  let moved = true;
  try {
    await api.clock(request);
  } catch (error) {
    say(error.message === "backward" ? BACKWARD : error.message);
    moved = false;
  }
  await refresh();
  return moved;
}

export function ClockBar({ viewer, app }) {
  const [asking, setAsking] = useState(false);
  const [playing, setPlaying] = useState(false);
  const goesOn = useRef(false);
  const opener = useRef();
  const now = demoNow();
  const { tz } = viewer;
  const { movable } = app.data.clock;
  const { moving } = app.clock;
  const pass = (request) => {
    update({ clock: { ...app.clock, moving: true } });
    move(request);
  };
  const play = async () => {
    goesOn.current = true;
    setPlaying(true);
    try {
      const people = [...viewer.people.values()].filter((one) => one.kind !== "bot" && !one.deleted);
      await playYear(people, move, () => goesOn.current);
    } catch (error) {
      say(error.message);
    }
    setPlaying(false);
  };
  if (playing) {
    return html`<div class="clock" role="group" aria-label="Demo clock" data-testid="clock" data-moving="true">
      <span class="clock-face"><${Icon} name="clock" /></span>
      <span class="clock-words" title=${fullMoment(now, tz)}>
        <span class="clock-now" data-testid="clock-now"><span class="clock-day">${shortDay(now, tz)}</span> <b>${hhmm(now, tz)}</b></span>
        <span class="clock-where" aria-live="polite">a year goes by…</span>
      </span>
      <span class="clock-buttons"><button type="button" class="bar-button" data-testid="clock-stop" onClick=${() => { goesOn.current = false; }}>Stop here</button></span>
    </div>`;
  }
  return html`<div class="clock" role="group" aria-label="Demo clock" data-testid="clock" data-moving=${moving}>
    <span class="clock-face"><${Icon} name="clock" /></span>
    <span class="clock-words" title=${fullMoment(now, tz)}>
      <span class="clock-now" data-testid="clock-now"><span class="clock-day">${shortDay(now, tz)}</span> <b>${hhmm(now, tz)}</b></span>
      <span class="clock-where" aria-live="polite">${moving ? "moving…" : city(tz)}</span>
    </span>
    ${movable && html`<span class="clock-buttons">
      <button type="button" class="bar-button" disabled=${moving} data-testid="clock-hour" onClick=${() => pass({ by_seconds: HOUR })}>+1 hour</button>
      <button type="button" class="bar-button" disabled=${moving} data-testid="clock-morning" onClick=${() => pass({ next_morning: { tz } })}>Next morning</button>
      <button ref=${opener} type="button" class="bar-button" disabled=${moving} aria-expanded=${asking} data-testid="clock-date" onClick=${() => setAsking(!asking)}>To a date…</button>
    </span>`}
    ${asking && html`<${MoveTo} now=${now} tz=${tz} pass=${pass} play=${play} close=${() => (setAsking(false), opener.current?.focus())} />`}
  </div>`;
}

function MoveTo({ now, tz, pass, play, close }) {
  const form = useRef();
  const [date, setDate] = useState(() => isoDate(now + 24 * HOUR, tz));
  const [time, setTime] = useState("09:00");
  const [refusal, setRefusal] = useState("");
  useEffect(() => form.current.querySelector("input").focus(), []);
  const submit = (event) => {
    event.preventDefault();
    const to = epochOf(date, time, tz);
    if (!Number.isFinite(to)) return setRefusal("Pick a date and a time.");
    if (to <= now) return setRefusal(BACKWARD);
    close();
    return pass({ to });
  };
  const onKeyDown = (event) => {
    if (event.key === "Escape") close();
    else trapTab(event, form.current);
  };
  return html`<div ref=${form} class="popup move-to" role="dialog" aria-label="Move the clock to a date" onKeyDown=${onKeyDown}><form onSubmit=${submit} novalidate>
    <label>Date <input type="date" class="text-field" value=${date} min=${isoDate(now, tz)} onInput=${(event) => setDate(event.target.value)} data-testid="clock-to-date" /></label>
    <label>Time in ${city(tz)} <input type="time" class="text-field" value=${time} onInput=${(event) => setTime(event.target.value)} data-testid="clock-to-time" /></label>
    ${refusal && html`<p class="error" role="alert">${refusal}</p>`}
    <p class="quiet">Everything that falls due on the way happens in its order.</p>
    <div class="dialog-actions">
      <button type="button" class="button" onClick=${close}>Cancel</button>
      <button type="submit" class="button button-primary" data-testid="clock-go">Move the clock</button>
    </div>
    <hr />
    <p class="quiet">Or watch rhythm, turns and meetings in person: a week at a time, and everybody says that they come.</p>
    <button type="button" class="button" data-testid="clock-year" onClick=${() => { close(); play(); }}>Play a year</button>
  </form></div>`;
}
