/** Where people write: plain messages, and slash commands with a little help. */
import { api } from "./api.js";
import { CommandList, useCommands } from "./commands.js";
import { html, useEffect, useRef, useState } from "./dom.js";
import { Icon } from "./icons.js";
import { say } from "./notices.js";
import { refresh, state, update } from "./state.js";

const drafts = new Map();
const listeners = new Set();

/** Put words into the composer of a channel, ready to be sent. */
export function prefill(channel, text) {
  drafts.set(`${channel} `, text);
  listeners.forEach((listener) => listener());
}

/** The text of a composer, kept while one looks elsewhere. */
function useDraft(key, onPrefilled) {
  const [, draw] = useState(0);
  const redraw = () => draw((count) => count + 1);
  useEffect(() => {
    const listener = () => {
      redraw();
      onPrefilled();
    };
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, []);
  const write = (text) => {
    drafts.set(key, text);
    redraw();
  };
  return [drafts.get(key) ?? "", write];
}

/** Send words to a channel or thread; says whether they went. */
async function deliver(channel, thread, words) {
  try {
    if (words.startsWith("/")) await api.command(state.as, channel.id, words);
    else await api.message(state.as, channel.id, words, thread);
    return true;
  } catch (error) {
    say(error.message);
    return false;
  }
}

const notInThreads = (words) => `${words.split(/\s/)[0]} is not supported in threads. Sorry! Send it in the channel instead.`;

function useSending(channel, thread, text, clear) {
  const [sending, setSending] = useState(false);
  const [refusal, refuse] = useState("");
  const send = async () => {
    const words = text.trim();
    if (!words || sending) return;
    if (thread && words.startsWith("/")) return refuse(notInThreads(words));
    setSending(true);
    if (await deliver(channel, thread, words)) clear();
    setSending(false);
    await refresh();
    update({ sent: state.sent + 1 });
  };
  return { sending, refusal, refuse, send };
}

/** A text box as high as its text, up to a point. */
function useGrowing(box, text) {
  useEffect(() => {
    box.current.style.height = "auto";
    box.current.style.height = `${Math.min(box.current.scrollHeight, 200)}px`;
  }, [text]);
}

const isPerson = (channel) => channel.kind === "im" || channel.kind === "mpim";

/** `thread` is the ts of the thread that this composer answers in, or empty. */
export function Composer({ viewer, channel, thread = "" }) {
  const box = useRef();
  const focus = () => box.current.focus();
  const [text, write] = useDraft(`${channel.id} ${thread}`, () => !thread && focus());
  const commands = useCommands(thread ? "" : text, viewer.bot.command, write);
  const { sending, refusal, refuse, send } = useSending(channel, thread, text, () => write(""));
  useGrowing(box, text);
  const onInput = (event) => {
    write(event.target.value);
    commands.reset();
    refuse("");
  };
  const onKeyDown = (event) => {
    const isSend = event.key === "Enter" && !event.shiftKey;
    if (event.isComposing) return;
    if (commands.handle(event)) event.stopPropagation();
    else if (isSend) send();
    else return;
    event.preventDefault();
  };
  const where = thread ? "Reply…" : `Message ${isPerson(channel) ? "" : "#"}${channel.name}`;
  const { id, offers, active } = commands;
  return html`<div class="composer">
    ${refusal && html`<p class="composer-refusal" role="alert" data-testid="composer-refusal">${refusal}</p>`}
    ${offers.length > 0 && html`<${CommandList} commands=${commands} after=${focus} />`}
    <div class="composer-box">
      <textarea ref=${box} rows="1" data-testid=${thread ? "thread-composer" : "composer"} aria-label=${thread ? "Your reply" : "Write here"} placeholder=${where}
        aria-controls=${offers.length ? id : undefined} aria-autocomplete="list" aria-activedescendant=${active >= 0 ? `${id}-${active}` : undefined}
        value=${text} onInput=${onInput} onKeyDown=${onKeyDown} onBlur=${() => commands.fold(true)} onFocus=${() => commands.fold(false)}></textarea>
      <button type="button" class="send" aria-label="Send" disabled=${!text.trim() || sending} data-testid=${thread ? "thread-send" : "composer-send"} onClick=${send}>
        <${Icon} name="send" /></button>
    </div>
    <p class="composer-help">${thread ? "Commands do not work in threads." : html`Try <b>${viewer.bot.command}</b> · Enter sends, Shift+Enter starts a new line`}</p>
  </div>`;
}
