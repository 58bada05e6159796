/** The question that Slack asks before a button with `confirm` does anything. */
import { freshId, html, useEffect, useRef, useState } from "./dom.js";
import { trapTab } from "./focus.js";
import { plain, textObject } from "./mrkdwn.js";

let open = () => {};

/** Ask; resolves to true when the person agrees. Without a question, at once. */
export const confirmed = (question) => (question ? new Promise((resolve) => open({ question, resolve })) : Promise.resolve(true));

export function Confirm({ viewer }) {
  const [asked, set] = useState(null);
  useEffect(() => {
    open = set;
  }, []);
  if (!asked) return null;
  const answer = (yes) => {
    set(null);
    asked.resolve(yes);
  };
  return html`<${Question} key=${asked} ...${asked} answer=${answer} viewer=${viewer} />`;
}

function Question({ question, answer, viewer }) {
  const box = useRef();
  const [id] = useState(() => freshId("confirm"));
  useEffect(() => {
    const before = document.activeElement;
    box.current.querySelector("[data-role=deny]").focus();
    return () => before?.isConnected && before.focus();
  }, []);
  const onKeyDown = (event) => {
    if (event.key === "Escape") answer(false);
    else trapTab(event, box.current);
    event.stopPropagation();
  };
  return html`<div class="backdrop confirm-backdrop">
    <div ref=${box} class="dialog confirm" role="alertdialog" aria-modal="true" aria-labelledby=${id} aria-describedby=${`${id}-text`}
      data-testid="confirm" onKeyDown=${onKeyDown}>
      <h2 id=${id}>${plain(question.title)}</h2>
      <div id=${`${id}-text`} class="confirm-text">${textObject(question.text, viewer)}</div>
      <div class="dialog-actions">
        <button class="button" data-role="deny" onClick=${() => answer(false)}>${plain(question.deny) || "Cancel"}</button>
        <button class=${`button button-${question.style === "danger" ? "danger" : "primary"}`} onClick=${() => answer(true)}>
          ${plain(question.confirm) || "Yes"}
        </button>
      </div>
    </div>
  </div>`;
}
