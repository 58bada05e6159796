/** The list of places on the left. */
import { CHANNEL_ICON } from "./channel.js";
import { classes, html, useEffect, useRef } from "./dom.js";
import { Icon } from "./icons.js";
import { Avatar } from "./people.js";
import { go, update } from "./state.js";

function Place({ id, name, icon, face, unread, current, archived }) {
  const open = (event) => {
    event.preventDefault();
    go(id);
  };
  const waiting = unread > 0 && !current;
  return html`<li><a href=${`#${id}`} class=${classes("place-link", waiting && "unread", archived && "archived")} aria-current=${current ? "page" : undefined}
    data-testid=${id === "home" ? "home-item" : "channel-item"} data-channel-id=${id} onClick=${open}>
    ${face ?? html`<${Icon} name=${icon} />`}<span class="place-name">${name}</span>
    ${waiting && html`<span class="unread-count" data-testid="unread">${unread}<span class="sr-only"> unread</span></span>`}
  </a></li>`;
}

function Group({ title, children }) {
  return html`<section class="place-group"><h2>${title}</h2><ul>${children}</ul></section>`;
}

export function Sidebar({ viewer, app }) {
  const nav = useRef();
  const { channels } = app.data;
  const here = app.place.channel;
  useEffect(() => {
    if (!app.sidebarOpen) return undefined;
    nav.current.querySelector("[aria-current]")?.focus();
    const onEscape = (event) => event.key === "Escape" && update({ sidebarOpen: false });
    document.addEventListener("keydown", onEscape);
    return () => document.removeEventListener("keydown", onEscape);
  }, [app.sidebarOpen]);
  const list = (...kinds) =>
    channels.filter((channel) => kinds.includes(channel.kind)).map((channel) =>
      html`<${Place} key=${channel.id} ...${channel} icon=${CHANNEL_ICON[channel.kind]} current=${channel.id === here} />`);
  const groups = list("mpim");
  const bot = viewer.people.get(viewer.bot.user_id);
  const dms = channels.filter((channel) => channel.kind === "im").map((channel) =>
    html`<${Place} key=${channel.id} ...${channel} name="Messages" icon="message" current=${channel.id === here} />`);
  return html`
    <div class=${classes("sidebar-shade", app.sidebarOpen && "open")} onClick=${() => update({ sidebarOpen: false })}></div>
    <nav ref=${nav} class=${classes("sidebar", app.sidebarOpen && "open")} aria-label="Sidebar" data-testid="sidebar">
      <${Group} title=${html`<span class="group-app"><${Avatar} person=${bot} small />${viewer.bot.name}</span>`}>
        <${Place} id="home" name="Home" icon="home" unread=${0} current=${here === "home"} />
        ${dms}
      <//>
      <${Group} title="Channels">${list("public", "private")}<//>
      ${groups.length > 0 && html`<${Group} title="Group messages">${groups}<//>`}
    </nav>`;
}
