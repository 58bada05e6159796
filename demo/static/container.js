/** A message or view as the place of its blocks: what its buttons and fields do. */
import { api } from "./api.js";
import { createContext } from "./dom.js";
import { say } from "./notices.js";
import { changed, messageKey, refresh, state, viewKey } from "./state.js";
import { entryOf, setValue, stateOf } from "./values.js";

/** The container of the blocks that are being drawn. */
export const Container = createContext(null);

const busy = new Set();

export const ofMessage = (message) => ({
  key: messageKey(message),
  payload: { type: "message", channel: state.place.channel, ts: message.ts },
  blocks: message.blocks ?? [],
});

export const ofView = (view, extra = {}) => ({
  key: viewKey(view),
  payload: { type: "view", view_id: view.id },
  blocks: view.blocks,
  ...extra,
});

const busyKey = (container, block, element) => JSON.stringify([container.key, block.block_id, element.action_id]);

/** Whether the bot has yet to answer to this element. */
export const isBusy = (container, block, element) => busy.has(busyKey(container, block, element));

/** Tell the bot that an element was used. `payload` is what Slack adds to its type: value, selected_option, … */
export async function act(container, block, element, payload) {
  const key = busyKey(container, block, element);
  if (busy.has(key) && element.type === "button") return;
  busy.add(key);
  changed();
  try {
    await api.click(state.as, {
      container: container.payload,
      block_id: block.block_id,
      action_id: element.action_id,
      element: { type: element.type, block_id: block.block_id, action_id: element.action_id, ...payload },
      state: stateOf(container.key, container.blocks),
    });
  } catch (error) {
    say(error.message);
  } finally {
    busy.delete(key);
  }
  await refresh();
}

/** Whether Slack tells the bot at once when this element's value changes. */
export const tellsAtOnce = (block) => block.type !== "input" || Boolean(block.dispatch_action);

/** Take a new value; `tell` also sends it to the bot. */
export function choose(container, block, element, value, tell = tellsAtOnce(block)) {
  setValue(container.key, block, element, value);
  container.onEdit?.(block.block_id);
  changed();
  if (tell) act(container, block, element, entryOf(element, value));
}
