/** Short notices at the edge of the page: what Slack itself would say, and what the page could not do. */
import { classes, html, useEffect, useState } from "./dom.js";
import { withEmoji } from "./mrkdwn.js";
import { Icon } from "./icons.js";

const SHOWN_FOR = 15000;
const seen = new Set();
let shown = [];
let draw = () => {};

function put(notice) {
  shown = [...shown.filter((other) => other.text !== notice.text), notice].slice(-4);
  setTimeout(() => dismiss(notice.id), SHOWN_FOR);
  draw(shown);
}

function dismiss(id) {
  shown = shown.filter((notice) => notice.id !== id);
  draw(shown);
}

let count = 0;
/** Show a sentence of the page's own. */
export const say = (text, kind = "page") => put({ id: `page-${(count += 1)}`, text, kind });

/** Show those of Slack's notices that are new. */
export function receiveNotices(notices) {
  for (const { id, text } of notices) {
    if (seen.has(id)) continue;
    seen.add(id);
    put({ id, text, kind: "slack" });
  }
}

/** Take back a notice that is now shown elsewhere. */
export function withdraw(text) {
  shown = shown.filter((notice) => notice.text !== text);
  draw(shown);
}

export function Notices() {
  const [notices, set] = useState(shown);
  useEffect(() => {
    draw = set;
    set(shown);
    return () => (draw = () => {});
  }, []);
  return html`<div class="notices" role="status" aria-live="polite" aria-label="Notices">
    ${notices.map(
      ({ id, text, kind }) => html`<div key=${id} class=${classes("notice", `notice-${kind}`)} data-testid="notice">
        <span class="notice-from">${kind === "slack" ? "Slack" : "Demo"}</span>
        <p>${withEmoji(text).replaceAll("`", "")}</p>
        <button class="icon-button" aria-label="Dismiss notice" onClick=${() => dismiss(id)}><${Icon} name="close" /></button>
      </div>`,
    )}
  </div>`;
}
