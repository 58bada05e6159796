/**
 * Slack's message markup as elements. Everything that is not markup becomes a text node, so no message can bring HTML along;
 * links keep only schemes that are safe to follow.
 */
import { dateTokens } from "./time.js";
import { emoji } from "./emoji.js";
import { html, memo } from "./dom.js";
import { followInside } from "./links.js";

const SAFE_LINK = /^(https?:|mailto:|tel:|slack:)/i;
const BARE_URL = /https?:\/\/[^\s<>|]*[^\s<>|.,;:!?)'"\]*_~`]/y;
const ENTITY = /<([^<>\n]+)>/y;
const EMOJI = /:([a-z0-9_+'-]+):(?::skin-tone-\d:)?/y;
const FENCE = /```([\s\S]+?)```/;
const MARKS = { "*": "strong", _: "em", "~": "s" };
const BULLET = /^(\s*)([•◦▪-]|\d{1,2}\.)\s+(.*)$/;

/** Slack keeps &, < and > escaped in every text. */
export const unescape = (text) => text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");

/** A text with its :emoji: drawn, and no other markup. */
export const withEmoji = (text) =>
  unescape(text).replace(/:([a-z0-9_+'-]+):/g, (whole, name) => emoji(name) ?? whole);

/** The plain string of a text object, or of a string. */
export const plain = (object) => withEmoji(typeof object === "string" ? object : (object?.text ?? ""));

/** A mrkdwn or plain_text object as elements. */
export function textObject(object, viewer) {
  if (object?.type === "mrkdwn") return html`<${Mrkdwn} text=${object.text} viewer=${viewer} />`;
  return html`<span class="plain">${plain(object)}</span>`;
}

/** mrkdwn that is read again only when its words or the viewer change. */
export const Mrkdwn = memo(({ text, viewer }) => mrkdwn(text, viewer));

/** mrkdwn as elements, in the zone and with the names of the viewer. */
export function mrkdwn(text, viewer) {
  return text.split(FENCE).map((piece, index, all) => {
    if (index % 2) return html`<pre>${unescape(piece.replace(/^\n|\n$/g, ""))}</pre>`;
    return paragraphs(trimFence(piece, index > 0, index < all.length - 1), viewer);
  });
}

const trimFence = (text, after, before) => {
  const start = after ? text.replace(/^\n/, "") : text;
  return before ? start.replace(/\n$/, "") : start;
};

/** Group neighbouring lines of one kind: quote, list item, anything else. */
function paragraphs(text, viewer) {
  if (!text) return null;
  const groups = [];
  let rest = false;
  for (const line of text.split("\n")) {
    const endless = /^(&gt;|>){3}/.test(line);
    const quote = rest || /^(&gt;|>)/.test(line);
    rest ||= endless;
    const kind = quote ? "quote" : BULLET.test(line) ? "item" : "text";
    const content = quote ? line.replace(endless ? /^(&gt;|>){3} ?/ : /^(&gt;|>) ?/, "") : line;
    const last = groups.at(-1);
    if (last?.kind === kind && kind !== "item") last.lines.push(content);
    else groups.push({ kind, lines: [content] });
  }
  return groups.map((group) => paragraph(group, viewer));
}

function paragraph({ kind, lines }, viewer) {
  if (kind === "item") {
    const [, indent, mark, content] = lines[0].match(BULLET);
    return html`<div class="item" style=${{ marginLeft: `${indent.length * 0.5}em` }}>
      <span class="item-mark">${mark} </span><span>${inline(content, viewer)}</span></div>`;
  }
  const body = lines.map((line, index) => [index ? "\n" : "", inline(line, viewer)]);
  if (!lines.at(-1)) body.push(html`<br />`);
  return kind === "quote" ? html`<blockquote>${body}</blockquote>` : html`<div class="lines">${body}</div>`;
}

const isWord = (char) => Boolean(char) && /[\p{L}\p{N}]/u.test(char);
const isSpace = (char) => !char || /\s/.test(char);

/** One line of mrkdwn. */
export function inline(text, viewer) {
  const out = [];
  let plainText = "";
  const put = (node) => {
    if (plainText) out.push(unescape(plainText));
    plainText = "";
    out.push(node);
  };
  for (let i = 0; i < text.length; ) {
    const found = nodeAt(text, i, viewer);
    if (found) put(found.node);
    else plainText += text[i];
    i = found ? found.end : i + 1;
  }
  if (plainText) out.push(unescape(plainText));
  return out;
}

function nodeAt(text, i, viewer) {
  const char = text[i];
  if (char === "`") return code(text, i);
  if (char === "<") return at(ENTITY, text, i, ([, inside]) => entity(inside, viewer));
  if (char === ":") return at(EMOJI, text, i, ([, name]) => emoji(name));
  if (char === "h" && !isWord(text[i - 1])) return at(BARE_URL, text, i, ([url]) => link(unescape(url), unescape(url), viewer));
  if (MARKS[char]) return marked(text, i, viewer);
  return null;
}

/** The node of a sticky pattern at a place, unless it makes none. */
function at(pattern, text, i, make) {
  pattern.lastIndex = i;
  const match = pattern.exec(text);
  const node = match && make(match);
  return node ? { node, end: i + match[0].length } : null;
}

function code(text, i) {
  const end = text.indexOf("`", i + 1);
  if (end < i + 2) return null;
  return { node: html`<code>${unescape(text.slice(i + 1, end))}</code>`, end: end + 1 };
}

function marked(text, i, viewer) {
  const char = text[i];
  if (isWord(text[i - 1]) || isSpace(text[i + 1]) || text[i + 1] === char) return null;
  const end = closing(text, i);
  if (end < 0) return null;
  const inside = inline(text.slice(i + 1, end), viewer);
  const Tag = MARKS[char];
  return { node: html`<${Tag}>${inside}<//>`, end: end + 1 };
}

/** Where a mark ends: after something, before no letter, and not inside code or an entity. */
function closing(text, start) {
  for (let i = start + 1; i < text.length; i += 1) {
    const shut = { "`": "`", "<": ">" }[text[i]];
    const skip = shut ? text.indexOf(shut, i + 1) : -1;
    if (skip > 0) i = skip;
    else if (text[i] === text[start] && !isSpace(text[i - 1]) && !isWord(text[i + 1])) return i;
  }
  return -1;
}

function entity(inside, viewer) {
  const bar = inside.indexOf("|");
  const target = bar < 0 ? inside : inside.slice(0, bar);
  const label = bar < 0 ? "" : inside.slice(bar + 1);
  if (target.startsWith("@")) return userMention(target.slice(1), viewer, label);
  if (target.startsWith("#")) return channelMention(target.slice(1), viewer, label);
  if (target.startsWith("!")) return special(target.slice(1), label, viewer);
  return SAFE_LINK.test(target) ? link(unescape(target), withEmoji(label) || unescape(target), viewer) : null;
}

/** A link that opens outside, or inside the page when it leads to a message or a channel of the demo. */
export function link(url, label, viewer) {
  if (!SAFE_LINK.test(url)) return label;
  const inside = followInside(url, viewer);
  if (inside) return html`<a href=${inside}>${label}</a>`;
  return html`<a href=${url} target="_blank" rel="noopener noreferrer">${label}</a>`;
}

/** @Ana Torres */
export function userMention(id, viewer, label = "") {
  const name = viewer.people.get(id)?.real_name || withEmoji(label) || "someone";
  return html`<span class=${id === viewer.me.id ? "mention mention-me" : "mention"}>@${name.replace(/^@/, "")}</span>`;
}

/** #general, as a link for those who can see it */
export function channelMention(id, viewer, label = "") {
  const channel = viewer.channels.get(id);
  if (channel) return html`<a class="mention" href=${`#${id}`}>#${channel.name}</a>`;
  return html`<span class="mention">#${withEmoji(label) || "a private channel"}</span>`;
}

/** @channel, @here, @everyone */
export const broadcast = (name) => html`<span class="mention mention-me">@${name}</span>`;

function special(target, label, viewer) {
  if (["here", "channel", "everyone"].includes(target)) return broadcast(target);
  if (target.startsWith("date^")) return date(target, label, viewer);
  return label ? withEmoji(label) : null;
}

function date(target, fallback, viewer) {
  const [, seconds, pattern = "", url] = target.split("^");
  return dateNode(Number(seconds), unescape(pattern), withEmoji(fallback), url && unescape(url), viewer);
}

/** An instant in the reader's zone; the fallback when it cannot be read. */
export function dateNode(epoch, pattern, fallback, url, viewer) {
  const text = Number.isFinite(epoch) && dateTokens(pattern, epoch, viewer.tz, viewer.now);
  if (!text) return fallback;
  const time = html`<time datetime=${new Date(epoch * 1000).toISOString()} title=${fallback}>${text}</time>`;
  return url ? link(url, time, viewer) : time;
}
