/** What goes over the line between the bot and Slack, as it is. */
import { classes, html, useEffect, useRef, useState } from "./dom.js";
import { Icon } from "./icons.js";
import { refresh, update } from "./state.js";
import { hhmm } from "./time.js";

const DIRECTIONS = { to_bot: "to the bot", to_slack: "to Slack" };

export async function toggleInspector(open) {
  update({ inspecting: open });
  if (open) await refresh();
}

const isFine = (status) => typeof status === "number" && status < 400;
const failed = ({ status, response }) => !isFine(status) || response?.ok === false;

function Row({ entry, chosen, choose, tz }) {
  return html`<button type="button" role="option" aria-selected=${chosen} class=${classes("traffic-row", chosen && "active", failed(entry) && "traffic-failed")}
      data-testid="traffic-row" data-kind=${entry.kind} onClick=${choose}>
    <span class=${`traffic-way ${entry.direction}`}>${entry.direction === "to_bot" ? "→ bot" : "→ Slack"}</span>
    <span class="traffic-kind">${entry.kind}</span>
    <span class="traffic-summary quiet">${entry.summary}</span>
    <span class="traffic-time quiet">${failed(entry) ? `${entry.response?.error ?? entry.status} · ` : ""}${hhmm(entry.time, tz)}</span>
  </button>`;
}

const pretty = (value) => (typeof value === "string" ? value : JSON.stringify(value, null, 2));

function Detail({ entry, back }) {
  if (!entry) return html`<div class="traffic-detail traffic-none"><p class="quiet">Choose a line to see what was sent and what came back.</p></div>`;
  return html`<div class="traffic-detail" tabIndex="0" role="region" aria-label="Request and response">
    <button type="button" class="button only-narrow" onClick=${back}>Back to the list</button>
    <p><b>${entry.kind}</b> ${DIRECTIONS[entry.direction]} · status ${entry.status} · ${Math.round(entry.ms)} ms</p>
    <h3>Request</h3><pre>${pretty(entry.request)}</pre>
    <h3>Response</h3><pre>${pretty(entry.response) || "(empty)"}</pre>
  </div>`;
}

const wanted = (words, way) => (entry) =>
  (!way || entry.direction === way) &&
  words.toLowerCase().split(/\s+/).every((word) => `${entry.kind} ${entry.summary} ${entry.status}`.toLowerCase().includes(word));

export function Inspector({ app, viewer }) {
  const [words, setWords] = useState("");
  const [way, setWay] = useState("");
  const [chosen, setChosen] = useState(null);
  const search = useRef();
  useEffect(() => search.current.focus(), []);
  const entries = app.traffic.filter(wanted(words, way)).reverse();
  const entry = app.traffic.find((one) => one.n === chosen);
  const onKeyDown = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") toggleInspector(false);
    if (!step || !event.target.closest(".traffic-list")) return;
    event.preventDefault();
    const rows = [...event.currentTarget.querySelectorAll(".traffic-row")];
    rows[rows.indexOf(document.activeElement) + step]?.focus();
  };
  return html`<section class=${classes("inspector", entry && "with-detail")} aria-label="Inspector" data-testid="inspector" onKeyDown=${onKeyDown}>
    <header class="inspector-head">
      <h2>Inspector</h2>
      <label class="search"><${Icon} name="search" /><span class="sr-only">Filter</span>
        <input ref=${search} type="search" placeholder="Filter: chat.postMessage, view_submission…" value=${words} onInput=${(event) => setWords(event.target.value)} /></label>
      <select aria-label="Direction" value=${way} onChange=${(event) => setWay(event.target.value)}>
        <option value="">Both ways</option><option value="to_bot">To the bot</option><option value="to_slack">To Slack</option>
      </select>
      <button type="button" class="icon-button" aria-label="Close inspector" onClick=${() => toggleInspector(false)}><${Icon} name="close" /></button>
    </header>
    <div class="inspector-body">
      <div class="traffic-list" role="listbox" aria-label="Traffic, newest first">
        ${entries.map((one) => html`<${Row} key=${one.n} entry=${one} tz=${viewer.tz} chosen=${one.n === chosen} choose=${() => setChosen(one.n)} />`)}
        ${!entries.length && html`<p class="nothing">${app.traffic.length ? "Nothing matches." : "Nothing has been sent yet."}</p>`}
      </div>
      <${Detail} key=${chosen} entry=${entry} back=${() => setChosen(null)} />
    </div>
  </section>`;
}
