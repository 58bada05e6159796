/** The page: a bar of the demo's own on top, the workspace under it, and the inspector when it is wanted. */
import { ChannelPane, HomePane, ThreadPane } from "./channel.js";
import { ClockBar } from "./clock.js";
import { Confirm } from "./confirm.js";
import { classes, html, render, useEffect, Viewer } from "./dom.js";
import { Icon } from "./icons.js";
import { Inspector, toggleInspector } from "./inspector.js";
import { Modals } from "./modal.js";
import { Notices } from "./notices.js";
import { PersonSwitcher } from "./people.js";
import { Sidebar } from "./sidebar.js";
import { channelOf, demoNow, dmChannel, start, update, useApp } from "./state.js";

let lastViewer = null;
let lastSign = "";

/** The viewer stays the same object while nothing in it has changed to the eye (the time counts by the minute). */
function viewerOf({ data }) {
  const now = demoNow();
  const sign = JSON.stringify([data.me, data.people, data.channels, data.bot, Math.floor(now / 60)]);
  if (sign === lastSign) return lastViewer;
  lastSign = sign;
  const people = new Map(data.people.map((person) => [person.id, person]));
  const me = people.get(data.me);
  const channels = new Map(data.channels.map((channel) => [channel.id, channel]));
  lastViewer = { me, tz: me.tz, now, people, channels, bot: data.bot, dm: dmChannel()?.id ?? "" };
  return lastViewer;
}

function titleOf({ data, place }) {
  const unread = data.channels.filter((channel) => channel.id !== place.channel).reduce((sum, channel) => sum + channel.unread, 0);
  const name = place.channel === "home" ? `${data.bot.name} home` : (channelOf(place.channel)?.name ?? "");
  return `${unread ? `(${unread}) ` : ""}${name} · ${data.team.name} · local demo`;
}

function Bar({ app, viewer }) {
  return html`<header class="bar">
    <div class="brand"><img src="/static/icon.svg" alt="" width="28" height="28" /><span class="brand-words"><b>${app.data.team.name}</b><span>local demo</span></span></div>
    <${ClockBar} viewer=${viewer} app=${app} />
    <div class="bar-end">
      <button type="button" class="bar-button bar-icon" aria-label="Inspector" title="Inspector: what the bot and Slack say to each other" aria-pressed=${app.inspecting} data-testid="inspector-toggle"
        onClick=${() => toggleInspector(!app.inspecting)}><${Icon} name="pulse" /><span class="wide-words">Inspector</span></button>
      <${PersonSwitcher} viewer=${viewer} />
    </div>
  </header>`;
}

function Trouble({ app }) {
  const words = app.trouble || (app.connected ? "" : "Connecting to the local demo again…");
  return words ? html`<p class="trouble" role="status">${words}</p>` : null;
}

function Workspace({ app, viewer }) {
  const { channel: id, thread } = app.place;
  const channel = channelOf(id);
  const covered = app.data.modals.length > 0;
  return html`<div class="workspace">
    <div class=${classes("panes", thread && channel && "with-thread")} inert=${covered}>
      <${Sidebar} viewer=${viewer} app=${app} />
      ${channel ? html`<${ChannelPane} channel=${channel} viewer=${viewer} app=${app} />` : html`<${HomePane} viewer=${viewer} app=${app} />`}
      ${thread && channel && html`<${ThreadPane} channel=${channel} viewer=${viewer} app=${app} />`}
    </div>
    <${Modals} app=${app} />
  </div>`;
}

function App() {
  const app = useApp();
  useEffect(() => {
    if (app.data) document.title = titleOf(app);
  });
  if (!app.data) return html`<p class="boot" role="status">${app.trouble || "Opening the local demo…"}</p>`;
  const viewer = viewerOf(app);
  return html`<${Viewer.Provider} value=${viewer}>
    <a class="skip" href="#main" onClick=${(event) => (event.preventDefault(), document.getElementById("main").focus())}>Skip to the messages</a>
    <div class=${classes("page", app.inspecting && "inspecting")}>
      <${Bar} app=${app} viewer=${viewer} />
      <div class="strip"><${Trouble} app=${app} /><${Notices} /></div>
      <${Workspace} app=${app} viewer=${viewer} />
      ${app.inspecting && html`<${Inspector} app=${app} viewer=${viewer} />`}
    </div>
    <${Confirm} viewer=${viewer} />
  <//>`;
}

const root = document.getElementById("app");
root.replaceChildren();
render(html`<${App} />`, root);
start().catch((error) => update({ trouble: error.message }));
