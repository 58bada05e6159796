/** Modals: the one on top of a person's stack, with its fields, its errors and its keyboard. */
import { api } from "./api.js";
import { Blocks } from "./blocks.js";
import { ofView } from "./container.js";
import { classes, freshId, html, useEffect, useLayoutEffect, useRef, useState } from "./dom.js";
import { trapTab } from "./focus.js";
import { Icon } from "./icons.js";
import { plain } from "./mrkdwn.js";
import { say, withdraw } from "./notices.js";
import { refresh, state, viewKey } from "./state.js";
import { stateOf } from "./values.js";

/** What the page knows of a view beyond what the server says: {hash, errors, notice, sending}. */
const notes = new Map();
const watchers = new Set();

function noteOf(view) {
  const note = notes.get(view.id);
  return note?.hash === view.hash ? note : { hash: view.hash, errors: null, notice: "", sending: note?.sending ?? false };
}

function setNote(view, patch) {
  notes.set(view.id, { ...noteOf(view), ...patch });
  watchers.forEach((watcher) => watcher());
}

const errorsOf = (view) => noteOf(view).errors ?? view.errors ?? {};

function clearError(view, blockId) {
  const errors = errorsOf(view);
  if (!errors[blockId]) return;
  const { [blockId]: _, ...rest } = errors;
  setNote(view, { errors: rest });
}

async function submit(view) {
  if (noteOf(view).sending) return;
  setNote(view, { sending: true, errors: {}, notice: "" });
  try {
    const reply = await api.submit(state.as, view.id, stateOf(viewKey(view), view.blocks));
    if (reply.notice) withdraw(reply.notice);
    await refresh();
    const now = state.data.modals.find((other) => other.id === view.id) ?? view;
    setNote(now, { sending: false, ...(reply.errors && { errors: reply.errors }), notice: reply.notice ?? "" });
  } catch (error) {
    setNote(view, { sending: false, notice: error.message });
  }
}

async function close(view, all = Boolean(view.clear_on_close)) {
  await api.close(state.as, view.id, all).catch((error) => say(error.message));
  await refresh();
}

const firstWrong = (box) => box.querySelector(".input-wrong :is(input, textarea, select)");

/** Which field the keyboard was in, by its ids, so that it can be found again in a stack. */
const lastFocus = new Map();
const selectorOf = (element) => {
  const block = element.closest("[data-block-id]")?.dataset.blockId;
  const action = element.dataset.actionId;
  return block && action ? `[data-block-id="${CSS.escape(block)}"] [data-action-id="${CSS.escape(action)}"]` : null;
};

function focusFirst(box, view) {
  const wanted = view.blocks.find((block) => block.element?.focus_on_load);
  const load = wanted && box.querySelector(`[data-block-id="${CSS.escape(wanted.block_id)}"] [data-action-id]`);
  const before = lastFocus.has(view.id) && box.querySelector(lastFocus.get(view.id));
  const field = before || load || box.querySelector("[data-testid=field] :is(input, textarea):not([type=hidden])");
  (field || box).focus({ preventScroll: !before });
}

export function Modals({ app }) {
  const [, draw] = useState(0);
  useEffect(() => {
    const watcher = () => draw((count) => count + 1);
    watchers.add(watcher);
    return () => watchers.delete(watcher);
  }, []);
  const stack = app.data.modals;
  const view = stack.at(-1);
  useReturn(Boolean(view));
  return view ? html`<div class="backdrop"><${Modal} key=${view.id} view=${view} depth=${stack.length} /></div>` : null;
}

/** After the last modal the keyboard goes back to where it was before the first. */
function useReturn(open) {
  const opener = useRef(null);
  // Looked up while drawing: once what lies behind is inert, nothing there has the focus any more.
  if (open) opener.current ??= document.activeElement;
  useLayoutEffect(() => {
    if (open) return;
    if (opener.current?.isConnected) opener.current.focus();
    opener.current = null;
  }, [open]);
}

/** The keyboard goes into a new modal, and to the first field that is wrong. */
function useModalFocus(box, view, sending, wrong) {
  useEffect(() => focusFirst(box.current, view), []);
  useLayoutEffect(() => {
    if (document.activeElement === document.body) box.current.focus();
  }, [view.hash]);
  useEffect(() => {
    if (!sending && wrong) firstWrong(box.current)?.focus();
  }, [sending]);
  return (event) => {
    const selector = selectorOf(event.target);
    if (selector) lastFocus.set(view.id, selector);
  };
}

function Modal({ view, depth }) {
  const box = useRef();
  const [id] = useState(() => freshId("modal"));
  const { sending, notice } = noteOf(view);
  const errors = errorsOf(view);
  const waiting = sending || view.busy;
  const send = () => view.submit && !waiting && submit(view);
  const onFocusIn = useModalFocus(box, view, sending, Object.keys(errors).length > 0);
  const container = ofView(view, { errors, submit: view.submit ? send : undefined, onEdit: (block) => clearError(view, block) });
  const onKeyDown = (event) => {
    if (event.key === "Escape") {
      event.preventDefault();
      close(view);
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) send();
    else trapTab(event, box.current);
  };
  return html`<div ref=${box} class="dialog modal" role="dialog" aria-modal="true" aria-labelledby=${id} tabIndex="-1" data-testid="modal"
      data-view-id=${view.id} data-callback-id=${view.callback_id} aria-busy=${waiting} onKeyDown=${onKeyDown} onfocusin=${onFocusIn}>
    <${Head} id=${id} view=${view} depth=${depth} />
    <div class="modal-body" data-testid="modal-body">
      ${[notice, ...errorsElsewhere(view, errors)].filter(Boolean).map((words) =>
        html`<p class="banner banner-wrong" role="alert" data-testid="modal-notice">${plain(words)}</p>`)}
      <${Blocks} container=${container} />
    </div>
    <${Foot} view=${view} waiting=${waiting} send=${send} />
  </div>`;
}

/** Errors for blocks that the view does not have. */
function errorsElsewhere(view, errors) {
  const shown = new Set(view.blocks.map((block) => block.block_id));
  return Object.entries(errors).filter(([block]) => !shown.has(block)).map(([, words]) => words);
}

function Head({ id, view, depth }) {
  return html`<div class="modal-head">
    ${depth > 1 && html`<button type="button" class="icon-button" aria-label="To the window below" onClick=${() => close(view, false)}><${Icon} name="back" /></button>`}
    <h2 id=${id}>${plain(view.title)}</h2>
    <button type="button" class="icon-button" aria-label="Dismiss" onClick=${() => close(view)}><${Icon} name="close" /></button>
  </div>`;
}

function Foot({ view, waiting, send }) {
  const closing = plain(view.close) || (view.submit ? "Cancel" : "Close");
  return html`<div class="modal-foot">
    <button type="button" class="button" data-testid="modal-close" onClick=${() => close(view)}>${closing}</button>
    ${view.submit && html`<button type="button" class=${classes("button", "button-primary", waiting && "busy")} data-testid="modal-submit"
      aria-busy=${waiting} aria-disabled=${waiting} onClick=${send}><span>${plain(view.submit)}</span></button>`}
  </div>`;
}
