/** Messages: the list of a channel, and each one in it. */
import { api, fileUrl } from "./api.js";
import { Blocks } from "./blocks.js";
import { ofMessage } from "./container.js";
import { classes, html, useContext, useEffect, useLayoutEffect, useRef, useState, Viewer } from "./dom.js";
import { Icon } from "./icons.js";
import { Menu } from "./menu.js";
import { Mrkdwn } from "./mrkdwn.js";
import { say } from "./notices.js";
import { Avatar, Badge } from "./people.js";
import { go, refresh, state, useApp } from "./state.js";
import { dayDivider, fullMoment, hhmm, isoDate } from "./time.js";

const NOBODY = { id: "", real_name: "Somebody", initials: "?", kind: "full" };
const TOGETHER = 5 * 60;

/** Whether a message stands under the one before without a face of its own. */
function follows(message, before, tz) {
  return (
    before && before.user === message.user && !message.ephemeral && !before.ephemeral && !before.reply_count &&
    message.time - before.time < TOGETHER && isoDate(message.time, tz) === isoDate(before.time, tz)
  );
}

const sizeOf = (bytes) => (bytes < 1024 ? `${bytes} bytes` : bytes < 1048576 ? `${Math.round(bytes / 1024)} kB` : `${(bytes / 1048576).toFixed(1)} MB`);
const KINDS = { "text/calendar": "Calendar file", "text/csv": "Table (CSV)", "application/json": "JSON" };

function FileCard({ file, viewer }) {
  const url = fileUrl(file.url, viewer.me.id);
  const name = file.title || file.name;
  if (file.mimetype?.startsWith("image/")) return html`<figure class="image"><figcaption>${name}</figcaption><img src=${url} alt=${file.alt || name} /></figure>`;
  return html`<a class="file" href=${url} download=${file.name} aria-label=${`Download ${name}`} data-testid="file">
    <span class="file-face"><${Icon} name="file" /></span>
    <span class="file-words"><b>${name}</b><span class="quiet">${KINDS[file.mimetype] ?? file.name.split(".").pop().toUpperCase()} · ${sizeOf(file.size)}</span></span>
    <${Icon} name="download" />
  </a>`;
}

const count = (number, word, words) => `${number} ${number === 1 ? word : words}`;

function ThreadLink({ message, viewer }) {
  const people = message.reply_users.map((id) => viewer.people.get(id) ?? NOBODY).slice(0, 4);
  return html`<button type="button" class="thread-link" data-testid="thread-open" onClick=${() => go(state.place.channel, message.ts)}>
    <span class="faces">${people.map((person) => html`<${Avatar} person=${person} small />`)}</span>
    <span>${count(message.reply_count, "reply", "replies")}</span>
  </button>`;
}

async function useShortcut(message, callbackId) {
  try {
    await api.shortcut(state.as, message, callbackId);
  } catch (error) {
    say(error.message);
  }
  await refresh();
}

/** What can be done with a message: a thread, and what the bot adds to its menu. */
function MessageTools({ message, inThread, viewer }) {
  const items = viewer.me.deleted ? [] : viewer.bot.shortcuts.map(({ callback_id: key, name }) => ({
    key,
    label: html`${name}<span class="quiet menu-note">${viewer.bot.name}</span>`,
  }));
  return html`<div class="message-tools">
    ${!inThread && html`<button type="button" class="icon-button" aria-label="Reply in thread" title="Reply in thread"
      onClick=${() => go(state.place.channel, message.ts)}><${Icon} name="message" /></button>`}
    ${items.length > 0 && html`<${Menu} label="Message actions" buttonLabel="Message actions" face=${html`<${Icon} name="more" />`} items=${items}
      onPick=${({ key }) => useShortcut(message, key)} buttonClass="icon-button" buttonProps=${{ title: "Message actions" }} />`}
  </div>`;
}

/** One message. Alone in a thread's head it offers no link to its own thread. */
function Message({ message, compact, inThread }) {
  const viewer = useContext(Viewer);
  const author = viewer.people.get(message.user) ?? NOBODY;
  const time = hhmm(message.time, viewer.tz);
  const canReply = !inThread && !message.ephemeral;
  const edited = message.edited && html`<span class="edited">(edited)</span>`;
  const editedAbove = !compact && Boolean(message.blocks?.length);
  return html`<article class=${classes("message", compact && "compact", message.ephemeral && "ephemeral")} data-testid="message" data-ts=${message.ts}
      data-user-id=${message.user} data-ephemeral=${message.ephemeral || undefined} aria-label=${`${author.real_name}, ${time}`}>
    <div class="message-side">${compact ? html`<time class="side-time" aria-hidden="true">${time}</time>` : html`<${Avatar} person=${author} />`}</div>
    <div class="message-main">
      ${message.ephemeral && html`<p class="only-you"><${Icon} name="eye" />Only visible to you</p>`}
      ${!compact && html`<header class="message-head"><b>${author.real_name}</b><${Badge} person=${author} />
        <time class="quiet" title=${fullMoment(message.time, viewer.tz)}>${time}</time>${editedAbove && edited}</header>`}
      <div class="message-body">
        ${message.blocks?.length ? html`<${Blocks} container=${ofMessage(message)} />` : html`<div class="text"><${Mrkdwn} text=${message.text} viewer=${viewer} /></div>`}
        ${!editedAbove && edited}
      </div>
      ${message.files.map((file) => html`<${FileCard} key=${file.id} file=${file} viewer=${viewer} />`)}
      ${canReply && message.reply_count > 0 && html`<${ThreadLink} message=${message} viewer=${viewer} />`}
    </div>
    ${!message.ephemeral && html`<${MessageTools} message=${message} inThread=${inThread} viewer=${viewer} />`}
  </article>`;
}

/** Messages with a line between two days. */
export function MessageRows({ messages, inThread = false }) {
  const viewer = useContext(Viewer);
  const rows = [];
  messages.forEach((message, index) => {
    const before = messages[index - 1];
    const day = isoDate(message.time, viewer.tz);
    if (!inThread && (!before || isoDate(before.time, viewer.tz) !== day)) {
      rows.push(html`<div key=${`day ${day}`} class="day" role="separator"><span>${dayDivider(message.time, viewer.tz, viewer.now)}</span></div>`);
    }
    rows.push(html`<${Message} key=${message.ts} message=${message} compact=${follows(message, before, viewer.tz)} inThread=${inThread} />`);
  });
  return rows;
}

const NEAR = 60;

/** Keep a box at its end while the reader is there: {onScroll, toEnd, fresh (something came that they do not see)}. */
function useEnd(box, inside, place, sent, length) {
  const atEnd = useRef(true);
  const [height, seen] = [useRef(0), useRef(length)];
  const [fresh, setFresh] = useState(false);
  const toEnd = () => (box.current.scrollTop = box.current.scrollHeight);
  useLayoutEffect(() => {
    atEnd.current = true;
    setFresh(false);
    toEnd();
  }, [place, sent]);
  useLayoutEffect(() => {
    if (atEnd.current) toEnd();
    else if (length > seen.current) setFresh(true);
    seen.current = length;
  }, [length]);
  useEffect(() => {
    const watch = new ResizeObserver(() => atEnd.current && toEnd());
    watch.observe(inside.current);
    watch.observe(box.current);
    return () => watch.disconnect();
  }, []);
  const onScroll = () => {
    const { scrollTop, scrollHeight, clientHeight } = box.current;
    const near = scrollHeight - scrollTop - clientHeight < NEAR;
    // A box that has just grown has not been left by the reader.
    atEnd.current = near || (atEnd.current && scrollHeight !== height.current);
    height.current = scrollHeight;
    if (atEnd.current && fresh) setFresh(false);
  };
  return { onScroll, toEnd, fresh };
}

/** A scrolling box that stays at its end while the reader is there; else says when something new has come. */
export function Scroller({ place, count: length, label, children }) {
  const { sent } = useApp();
  const [box, inside] = [useRef(), useRef()];
  const { onScroll, toEnd, fresh } = useEnd(box, inside, place, sent, length);
  return html`<div class="scroller-frame">
    <div ref=${box} class="scroller" onScroll=${onScroll} tabIndex="0" role="log" aria-label=${label} aria-live="polite" aria-relevant="additions">
      <div ref=${inside} class="scroller-inside">${children}</div>
    </div>
    ${fresh && html`<button type="button" class="new-messages" onClick=${toEnd}>New messages <${Icon} name="down" /></button>`}
  </div>`;
}
