/** The middle of the workspace: a channel with its messages, the Home tab, and a thread beside it. */
import { Blocks } from "./blocks.js";
import { Composer } from "./composer.js";
import { ofView } from "./container.js";
import { html, useEffect, useRef } from "./dom.js";
import { HintCard } from "./hints.js";
import { Icon } from "./icons.js";
import { MessageRows, Scroller } from "./messages.js";
import { Avatar } from "./people.js";
import { dmChannel, go, update } from "./state.js";

export const CHANNEL_ICON = { public: "hash", private: "lock", mpim: "people", im: "message" };

function AppTabs({ current }) {
  const dm = dmChannel();
  const tab = (id, place, words) =>
    html`<a class="tab" href=${`#${place}`} aria-current=${current === id ? "page" : undefined} onClick=${(event) => (event.preventDefault(), go(place))}>${words}</a>`;
  return html`<nav class="tabs" aria-label="App">${tab("home", "home", "Home")}${dm && tab("messages", dm.id, "Messages")}</nav>`;
}

function OpenSidebar() {
  return html`<button type="button" class="icon-button only-narrow" aria-label="Open sidebar" data-testid="open-sidebar" onClick=${() => update({ sidebarOpen: true })}>
    <${Icon} name="menu" /></button>`;
}

function AppHead({ viewer, current }) {
  return html`<header class="place-head">
    <${OpenSidebar} />
    <${Avatar} person=${viewer.people.get(viewer.bot.user_id)} />
    <h1>${viewer.bot.name}</h1><span class="badge">App</span>
    <${AppTabs} current=${current} />
  </header>`;
}

function ChannelHead({ channel, viewer }) {
  if (channel.kind === "im") return html`<${AppHead} viewer=${viewer} current="messages" />`;
  const members = channel.members.map((id) => viewer.people.get(id)).filter(Boolean);
  const names = members.map((person) => person.real_name).join(", ");
  return html`<header class="place-head">
    <${OpenSidebar} />
    <span class="place-face"><${Icon} name=${CHANNEL_ICON[channel.kind]} /></span>
    <h1>${channel.name}</h1>
    <details class="members">
      <summary title=${names}><span class="sr-only">People here: </span><span class="faces">${members.slice(0, 4).map((person) => html`<${Avatar} person=${person} small />`)}</span>${members.length}</summary>
      <ul class="popup members-list">${members.map((person) => html`<li key=${person.id}><${Avatar} person=${person} small />${person.real_name}</li>`)}</ul>
    </details>
  </header>`;
}

function silence(channel, viewer) {
  if (viewer.me.deleted) return `${viewer.me.real_name}'s account is deactivated: they can read here, but not write.`;
  if (channel.archived) return "This channel is archived.";
  return channel.members.includes(viewer.me.id) ? "" : `${viewer.me.real_name} is not in #${channel.name}, and only reads along.`;
}

/** A composer, or why there is none. */
export function Foot({ channel, viewer, thread }) {
  const quiet = silence(channel, viewer);
  return quiet ? html`<p class="no-composer">${quiet}</p>` : html`<${Composer} key=${`${viewer.me.id} ${channel.id} ${thread}`} viewer=${viewer} channel=${channel} thread=${thread} />`;
}

export function ChannelPane({ channel, viewer, app }) {
  const place = `${viewer.me.id} ${channel.id}`;
  const messages = app.messages.of === place ? app.messages.list : [];
  return html`<main class="place" id="main" tabIndex="-1">
    <${ChannelHead} channel=${channel} viewer=${viewer} />
    <${HintCard} viewer=${viewer} />
    <${Scroller} key=${place} place=${app.messages.of} count=${messages.length} label="What was said">
      ${messages.length ? html`<${MessageRows} messages=${messages} />` : app.messages.of === place && html`<p class="nothing">Nothing has been said here yet.</p>`}
    <//>
    <${Foot} channel=${channel} viewer=${viewer} thread="" />
  </main>`;
}

export function HomePane({ viewer, app }) {
  const { home, home_error: error } = app.data;
  return html`<main class="place" id="main" tabIndex="-1">
    <${AppHead} viewer=${viewer} current="home" />
    <${HintCard} viewer=${viewer} />
    <div class="home-scroll" tabIndex="0" role="region" aria-label="Home tab" data-testid="home">
      <div class="home">
        ${error && html`<p class="banner banner-wrong" role="alert">${error}</p>`}
        ${home ? html`<${Blocks} container=${ofView(home, { errors: home.errors })} />` : !error && html`<p class="nothing">This is where ${viewer.bot.name} shows what is yours. It is still empty.</p>`}
      </div>
    </div>
  </main>`;
}

export function ThreadPane({ channel, viewer, app }) {
  const pane = useRef();
  const { channel: channelId, thread } = app.place;
  const of = `${viewer.me.id} ${channelId} ${thread}`;
  const { list, parent } = app.thread.of === of ? app.thread : { list: [], parent: null };
  useEffect(() => pane.current.focus(), [thread]);
  const close = () => go(channelId);
  const onKeyDown = (event) => event.key === "Escape" && close();
  return html`<aside ref=${pane} class="thread" aria-label="Thread" data-testid="thread-pane" tabIndex="-1" onKeyDown=${onKeyDown}>
    <header class="place-head">
      <h2>Thread</h2><span class="quiet thread-where">${channel.name}</span>
      <button type="button" class="icon-button" aria-label="Close thread" data-testid="thread-close" onClick=${close}><${Icon} name="close" /></button>
    </header>
    <${Scroller} key=${of} place=${app.thread.of} count=${list.length} label="Thread">
      ${parent && html`<${MessageRows} messages=${[parent]} inThread />
        <div class="replies" role="separator"><span>${list.length ? `${list.length} ${list.length === 1 ? "reply" : "replies"}` : "No replies yet"}</span></div>
        <${MessageRows} messages=${list} inThread />`}
      ${!parent && app.thread.of === of && html`<p class="nothing">This message is not here any more.</p>`}
    <//>
    <${Foot} channel=${channel} viewer=${viewer} thread=${thread} />
  </aside>`;
}
