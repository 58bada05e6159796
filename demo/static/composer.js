/** Where people write: plain messages, and slash commands with a little help. */
import { api } from "./api.js";
import { classes, freshId, html, useEffect, useRef, useState } from "./dom.js";
import { Icon } from "./icons.js";
import { say } from "./notices.js";
import { refresh, state, update } from "./state.js";

const SUBCOMMANDS = [
  ["", "Your sessions, and what waits for you"],
  ["schedule", "Schedule a session"],
  ["circle", "Make a circle"],
  ["circles", "Your circles"],
  ["roles", "Who presents and takes notes next"],
  ["poll", "Find a time that suits most"],
  ["case", "Prepare your case"],
  ["notes", "Write or read notes"],
  ["log", "The coaching log"],
  ["trends", "How the evaluations develop"],
  ["away", "Say when you are away"],
  ["settings", "Your reminders and working days"],
  ["calendar", "Your sessions as calendar files"],
  ["leave", "Leave a circle"],
  ["programme", "Sums over all circles"],
  ["privacy", "What is stored, and who sees it"],
  ["help", "All commands"],
];

const drafts = new Map();
const listeners = new Set();

/** Put words into the composer of a channel, ready to be sent. */
export function prefill(channel, text) {
  drafts.set(`${channel} `, text);
  listeners.forEach((listener) => listener(true));
}

function suggestions(text, command) {
  if (!text.startsWith("/") || text.includes("\n")) return [];
  return SUBCOMMANDS.map(([word, what]) => ({ text: word ? `${command} ${word}` : command, what })).filter(
    (one) => one.text.startsWith(text.trimEnd()) && one.text !== text.trimEnd(),
  );
}

/** `thread` is the ts of the thread that this composer answers in, or empty. */
export function Composer({ viewer, channel, thread = "" }) {
  const key = `${channel.id} ${thread}`;
  const [, draw] = useState(0);
  const [active, setActive] = useState(-1);
  const [folded, setFolded] = useState(false);
  const [sending, setSending] = useState(false);
  const [refusal, setRefusal] = useState("");
  const [listId] = useState(() => freshId("commands"));
  const box = useRef();
  const text = drafts.get(key) ?? "";

  const write = (value) => {
    drafts.set(key, value);
    setActive(-1);
    setFolded(false);
    setRefusal("");
    draw((n) => n + 1);
  };
  useEffect(() => {
    const listener = () => (draw((n) => n + 1), !thread && box.current?.focus());
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, []);
  useEffect(() => setRefusal(""), [key]);
  useEffect(() => {
    box.current.style.height = "auto";
    box.current.style.height = `${Math.min(box.current.scrollHeight, 200)}px`;
  }, [text, key]);

  const { command } = viewer.bot;
  const offers = folded || thread ? [] : suggestions(text, command);
  const complete = (offer) => {
    write(offer.text === command ? command : `${offer.text} `);
    setFolded(offer.text !== command);
    box.current.focus();
  };
  const send = async () => {
    const words = text.trim();
    if (!words || sending) return;
    if (thread && words.startsWith("/")) return setRefusal(`${words.split(/\s/)[0]} is not supported in threads. Sorry! Send it in the channel instead.`);
    setSending(true);
    try {
      if (words.startsWith("/")) await api.command(state.as, channel.id, words);
      else await api.message(state.as, channel.id, words, thread);
      if ((drafts.get(key) ?? "").trim() === words) write("");
    } catch (error) {
      say(error.message);
    } finally {
      setSending(false);
    }
    await refresh();
    update({ sent: state.sent + 1 });
  };
  const onKeyDown = (event) => {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (offers.length && step) {
      event.preventDefault();
      setActive((active + step + offers.length + (active < 0 && step < 0 ? 1 : 0)) % offers.length);
    } else if (offers.length && (event.key === "Tab" || event.key === "Enter") && (active >= 0 || (event.key === "Tab" && !event.shiftKey))) {
      event.preventDefault();
      complete(offers[Math.max(active, 0)]);
    } else if (event.key === "Escape" && offers.length) {
      event.stopPropagation();
      setFolded(true);
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      send();
    }
  };
  const where = thread ? "Reply…" : `Message ${channel.kind === "im" || channel.kind === "mpim" ? "" : "#"}${channel.name}`;
  return html`<div class="composer">
    ${refusal && html`<p class="composer-refusal" role="alert" data-testid="composer-refusal">${refusal}</p>`}
    ${offers.length > 0 && html`<div class="commands" id=${listId} role="listbox" aria-label="Commands">
      ${offers.map((offer, index) => html`<div key=${offer.text} id=${`${listId}-${index}`} role="option" aria-selected=${index === active}
        class=${classes("command", index === active && "active")} onMouseDown=${(event) => event.preventDefault()} onClick=${() => complete(offer)}>
        <b>${offer.text}</b><span class="quiet">${offer.what}</span></div>`)}
    </div>`}
    <div class="composer-box">
      <textarea ref=${box} rows="1" data-testid=${thread ? "thread-composer" : "composer"} aria-label=${thread ? "Your reply" : "Write here"} placeholder=${where}
        aria-controls=${offers.length ? listId : undefined} aria-autocomplete="list"
        aria-activedescendant=${active >= 0 ? `${listId}-${active}` : undefined}
        value=${text} onInput=${(event) => write(event.target.value)} onKeyDown=${onKeyDown} onBlur=${() => setFolded(true)} onFocus=${() => setFolded(false)}></textarea>
      <button type="button" class="send" aria-label="Send" disabled=${!text.trim() || sending} data-testid=${thread ? "thread-send" : "composer-send"} onClick=${send}>
        <${Icon} name="send" /></button>
    </div>
    <p class="composer-help">${thread ? "Commands do not work in threads." : html`Try <b>${command}</b> · Enter sends, Shift+Enter starts a new line`}</p>
  </div>`;
}
