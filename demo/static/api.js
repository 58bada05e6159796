/** The page's calls to the demo server. Every failure becomes an Error whose message can be shown as it is. */

async function call(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new Error("The local demo does not answer. Is it still running?");
  }
  const body = await response.json().catch(() => null);
  if (!response.ok) throw failure(response.status, body);
  return body;
}

function failure(status, body) {
  const error = new Error(body?.message || body?.error || `The local demo answered with ${status}.`);
  error.status = status;
  return error;
}

const query = (params) => new URLSearchParams(Object.entries(params).filter(([, value]) => value)).toString();
const get = (path, params = {}) => call(`${path}?${query(params)}`);
const post = (path, body) =>
  call(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

export const api = {
  state: (as) => get("/demo/state", { as }),
  messages: (as, channel, thread) => get("/demo/messages", { as, channel, thread }),
  traffic: (after) => get("/demo/traffic", { after: String(after) }),
  command: (as, channel, text) => post("/demo/command", { as, channel, text }),
  message: (as, channel, text, thread_ts) => post("/demo/message", { as, channel, text, ...(thread_ts && { thread_ts }) }),
  click: (as, click) => post("/demo/click", { as, ...click }),
  shortcut: (as, message, callback_id) => post("/demo/shortcut", { as, channel: message.channel, ts: message.ts, callback_id }),
  submit: (as, view_id, state) => post("/demo/submit", { as, view_id, state }),
  close: (as, view_id, all) => post("/demo/close", { as, view_id, all }),
  options: (as, ask) => post("/demo/options", { as, ...ask }),
  open: (as, channel) => post("/demo/open", { as, channel }),
  clock: (move) => post("/demo/clock", move),
  person: (change) => post("/demo/person", change),
};

/** Listen for changes until the returned function is called; reconnects by itself. */
export function listen(as, onChange, onConnection) {
  let source;
  let retry;
  const connect = () => {
    source = new EventSource(`/demo/events?${query({ as })}`);
    source.onopen = () => onConnection(true);
    source.onmessage = (event) => onChange(JSON.parse(event.data));
    source.onerror = () => {
      onConnection(false);
      if (source.readyState === EventSource.CLOSED) retry = setTimeout(connect, 1500);
    };
  };
  connect();
  return () => {
    clearTimeout(retry);
    source.close();
  };
}

/** The address of something the server keeps for the people who may see it. */
export const fileUrl = (url, as) => `${url}${url.includes("?") ? "&" : "?"}${query({ as })}`;
