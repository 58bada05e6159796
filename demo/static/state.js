/** What the page knows, who it shows it to, and how it stays fresh. One per tab; the address keeps the place. */
import { api, listen } from "./api.js";
import { memory, useEffect, useState } from "./dom.js";
import { hashOf, readHash } from "./links.js";
import { forgetValues, keepValues } from "./values.js";
import { receiveNotices, say } from "./notices.js";

const FIRST_PERSON = "U0ANATORRES";

export const state = {
  as: "",
  place: { channel: "", thread: "" },
  data: null,
  messages: { of: "", list: [] },
  thread: { of: "", list: [], parent: null },
  traffic: [],
  connected: true,
  /** The clock as it was last heard of: its time, when that was, and whether it goes on by itself. */
  clock: { now: 0, at: 0, ticking: false, moving: false },
  /** Counts what was sent from here; the list of messages goes to its end with it. */
  sent: 0,
  inspecting: false,
  sidebarOpen: false,
  trouble: "",
};

const watchers = new Set();
/** Draw everything anew that uses the state. */
export const changed = () => watchers.forEach((watcher) => watcher());

export function update(patch) {
  Object.assign(state, patch);
  changed();
}

/** The state, drawn anew with every change. */
export function useApp() {
  const [, draw] = useState(0);
  useEffect(() => {
    const watcher = () => draw((count) => count + 1);
    watchers.add(watcher);
    return () => watchers.delete(watcher);
  }, []);
  return state;
}

// The clock

function hearClock(now, moving) {
  const { clock } = state;
  const at = performance.now() / 1000;
  const elapsed = at - clock.at;
  const heard = clock.at && elapsed > 0.8 && !moving && !clock.moving;
  const ticking = heard ? Math.abs(now - clock.now - elapsed) < 1.5 && now > clock.now : clock.ticking;
  state.clock = { now, at, ticking, moving };
}

/** The demo's now in epoch seconds. */
export function demoNow() {
  const { clock } = state;
  return clock.ticking && !clock.moving ? clock.now + performance.now() / 1000 - clock.at : clock.now;
}

// Where we are

export const channelOf = (id) => state.data?.channels.find((channel) => channel.id === id);
export const dmChannel = () => state.data?.channels.find((channel) => channel.kind === "im");

function writeAddress(replace) {
  const url = `${location.pathname}?${new URLSearchParams({ as: state.as })}${hashOf(state.place.channel, state.place.thread)}`;
  if (url === location.pathname + location.search + location.hash) return;
  history[replace ? "replaceState" : "pushState"](null, "", url);
}

/** The wanted place if this person can be there, else their DM with the bot, else whatever they have. */
function settle({ channel, thread }) {
  if (channel === "home") return { channel, thread: "" };
  if (channelOf(channel)) return { channel, thread };
  return { channel: dmChannel()?.id ?? state.data.channels[0]?.id ?? "home", thread: "" };
}

/** Show a channel, "home", or a thread of a channel. */
export function go(channel, thread = "") {
  const moved = channel !== state.place.channel;
  update({ place: { channel, thread }, sidebarOpen: false });
  writeAddress(false);
  if (moved) markOpen();
  return refresh();
}

const quietly = (promise) => promise.catch((error) => say(error.message));

/** Tell the server that this person looks at the place: marks it read, and the bot hears of Home and DM. */
function markOpen() {
  const { as, place } = state;
  if (place.channel) quietly(api.open(as, place.channel));
}

/** Act as somebody else, in the same place if they can see it. */
export async function actAs(person) {
  stopListening();
  update({ as: person, sidebarOpen: false });
  memory.set("demo-person", person);
  await refresh();
  writeAddress(false);
  startListening();
  markOpen();
  changed();
}

// Staying fresh

let running = null;
let again = false;

/** Fetch what is shown; calls that come while one is under way end in one more. */
export function refresh() {
  if (running) {
    again = true;
    return running;
  }
  running = load().finally(() => {
    running = null;
  });
  return running;
}

async function load() {
  do {
    again = false;
    try {
      await loadOnce();
    } catch (error) {
      update({ trouble: error.message });
    }
  } while (again);
}

async function loadOnce() {
  const { as } = state;
  const data = await api.state(as);
  if (as !== state.as) return void (again = true);
  state.data = data;
  state.trouble = "";
  hearClock(data.clock.now, data.clock.moving);
  const settled = settle(state.place);
  if (settled.channel !== state.place.channel) {
    state.place = settled;
    writeAddress(true);
  }
  const { channel, thread } = state.place;
  const [messages, replies, traffic] = await Promise.all([
    channel === "home" ? { messages: [] } : api.messages(as, channel),
    thread ? api.messages(as, channel, thread) : { messages: [], parent: null },
    state.inspecting ? api.traffic(state.traffic.at(-1)?.n ?? 0) : { entries: [] },
  ]);
  if (as !== state.as || channel !== state.place.channel || thread !== state.place.thread) return void (again = true);
  state.messages = { of: `${as} ${channel}`, list: messages.messages };
  state.thread = { of: `${as} ${channel} ${thread}`, list: replies.messages, parent: replies.parent };
  takeTraffic(traffic.entries);
  takeValues();
  receiveNotices(data.notices);
  readWhileOpen();
  changed();
}

const MOST_TRAFFIC = 300;
function takeTraffic(entries) {
  if (!entries.length) return;
  const last = state.traffic.at(-1)?.n ?? 0;
  state.traffic = [...state.traffic, ...entries.filter((entry) => entry.n > last)].slice(-MOST_TRAFFIC);
}

export const messageKey = (message) => `message ${state.as} ${state.place.channel} ${message.ts}`;
export const viewKey = (view) => `view ${state.as} ${view.id}`;

function takeValues() {
  const shown = new Set();
  const keep = (key, blocks, inModal) => {
    shown.add(key);
    keepValues(key, blocks, inModal, fromPlace);
  };
  for (const view of state.data.modals) keep(viewKey(view), view.blocks, true);
  if (state.data.home) keep(viewKey(state.data.home), state.data.home.blocks, false);
  const messages = [...state.messages.list, ...state.thread.list, state.thread.parent];
  for (const message of messages) if (message?.blocks) keep(messageKey(message), message.blocks, false);
  forgetValues((key) => shown.has(key) || !key.includes(` ${state.as} `));
}

/** "default_to_current_conversation": the channel that is open now, if the menu offers it. */
function fromPlace(element) {
  const channel = channelOf(state.place.channel);
  if (!element.default_to_current_conversation || !channel) return undefined;
  if (element.filter?.include && !element.filter.include.includes(channel.kind)) return undefined;
  return element.type.startsWith("multi_") ? [channel.id] : channel.id;
}

function readWhileOpen() {
  const channel = channelOf(state.place.channel);
  if (channel?.unread && document.visibilityState === "visible") markOpen();
}

// Live updates

const CALM = 90;
const CALM_WHILE_MOVING = 400;
let timer = null;

function soon() {
  timer ??= setTimeout(() => {
    timer = null;
    refresh();
  }, state.clock.moving ? CALM_WHILE_MOVING : CALM);
}

let stop = () => {};
const stopListening = () => stop();

function startListening() {
  stop = listen(
    state.as,
    (beat) => {
      hearClock(beat.clock, beat.moving);
      changed();
      soon();
    },
    (connected) => connected !== state.connected && update({ connected }),
  );
}

const TICK = 5000;

/** Begin: find out who we are, load, listen. */
export async function start() {
  state.place = readHash(location.hash);
  state.as = await firstPerson();
  await refresh();
  writeAddress(true);
  startListening();
  markOpen();
  setInterval(changed, TICK);
  addEventListener("popstate", follow);
  addEventListener("hashchange", follow);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && soon());
}

/** Who the address names, or who was here last, or the first of the sample workspace, or whom the server takes. */
async function firstPerson() {
  const wanted = [new URLSearchParams(location.search).get("as"), memory.get("demo-person"), FIRST_PERSON, ""];
  for (const person of wanted.filter((name) => name !== null)) {
    const data = await api.state(person).catch((error) => (error.status ? null : { me: FIRST_PERSON }));
    if (data) return data.me;
  }
  return FIRST_PERSON;
}

async function follow() {
  const as = new URLSearchParams(location.search).get("as") ?? state.as;
  const place = readHash(location.hash);
  if (as !== state.as) {
    state.place = place;
    return actAs(as);
  }
  if (place.channel === state.place.channel && place.thread === state.place.thread) return undefined;
  const moved = place.channel !== state.place.channel;
  update({ place, sidebarOpen: false });
  if (moved) markOpen();
  return refresh();
}
