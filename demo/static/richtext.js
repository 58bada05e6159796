/** rich_text blocks: text with styles, lists, quotes and code as Slack's own editor makes them. */
import { html } from "./dom.js";
import { emoji, emojiOfCode } from "./emoji.js";
import { broadcast, channelMention, dateNode, link, unescape, userMention } from "./mrkdwn.js";

const STYLES = { bold: "strong", italic: "em", strike: "s", code: "code", underline: "u" };

function styled(node, style = {}) {
  return Object.entries(STYLES).reduce((inside, [name, Tag]) => (style[name] ? html`<${Tag}>${inside}<//>` : inside), node);
}

const LEAVES = {
  text: (leaf) => unescape(leaf.text),
  link: (leaf, viewer) => link(leaf.url, unescape(leaf.text || leaf.url), viewer),
  user: (leaf, viewer) => userMention(leaf.user_id, viewer),
  usergroup: () => broadcast("group"),
  channel: (leaf, viewer) => channelMention(leaf.channel_id, viewer),
  broadcast: (leaf) => broadcast(leaf.range),
  emoji: (leaf) => (leaf.unicode ? emojiOfCode(leaf.unicode) : (emoji(leaf.name) ?? `:${leaf.name}:`)),
  date: (leaf, viewer) => dateNode(leaf.timestamp, leaf.format, leaf.fallback, leaf.url, viewer),
  color: (leaf) => leaf.value,
};

function leaves(elements, viewer) {
  return elements.map((leaf) => {
    const draw = LEAVES[leaf.type];
    return draw ? styled(draw(leaf, viewer), leaf.style) : html`<code>${JSON.stringify(leaf)}</code>`;
  });
}

function list({ style, indent = 0, offset = 0, border, elements }, viewer) {
  const Tag = style === "ordered" ? "ol" : "ul";
  const items = elements.map((item) => html`<li>${part(item, viewer)}</li>`);
  return html`<${Tag} class=${`rich-list level-${indent % 3}${border ? " bordered" : ""}`} start=${style === "ordered" ? offset + 1 : undefined}
    style=${{ marginLeft: `${indent * 1.5}em` }}>${items}<//>`;
}

const PARTS = {
  rich_text_section: (part_, viewer) => html`<div class="lines">${leaves(part_.elements, viewer)}</div>`,
  rich_text_list: list,
  rich_text_quote: (part_, viewer) => html`<blockquote>${leaves(part_.elements, viewer)}</blockquote>`,
  rich_text_preformatted: (part_, viewer) => html`<pre>${leaves(part_.elements, viewer)}</pre>`,
};

function part(element, viewer) {
  return PARTS[element.type]?.(element, viewer) ?? html`<code>${JSON.stringify(element)}</code>`;
}

export const richText = (block, viewer) => html`<div class="rich-text">${block.elements.map((element) => part(element, viewer))}</div>`;
