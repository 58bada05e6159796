/**
 * What stands in the fields of messages and views, kept outside the page's elements so that a live update loses nothing.
 * In a modal a value lives as long as its block id, action id and type; elsewhere as long as the element stays word for word the same.
 */

const single = (key, initial) => ({ key, initial, empty: null });
const several = (key, initial) => ({ key, initial, empty: [] });
const text = single("value", "initial_value");
const option = single("selected_option", "initial_option");
const options = several("selected_options", "initial_options");

/** By type: the name of the value in Slack's `state.values`, of its beginning, and what stands for nothing. */
export const SLOTS = {
  plain_text_input: text,
  number_input: text,
  email_text_input: text,
  url_text_input: text,
  static_select: option,
  external_select: option,
  radio_buttons: option,
  users_select: single("selected_user", "initial_user"),
  conversations_select: single("selected_conversation", "initial_conversation"),
  channels_select: single("selected_channel", "initial_channel"),
  datepicker: single("selected_date", "initial_date"),
  timepicker: single("selected_time", "initial_time"),
  datetimepicker: single("selected_date_time", "initial_date_time"),
  checkboxes: options,
  multi_static_select: options,
  multi_external_select: options,
  multi_users_select: several("selected_users", "initial_users"),
  multi_conversations_select: several("selected_conversations", "initial_conversations"),
  multi_channels_select: several("selected_channels", "initial_channels"),
};

const containers = new Map();

const elementsIn = (block) =>
  [block.accessory, block.element, ...(block.type === "actions" ? (block.elements ?? []) : [])].filter((e) => SLOTS[e?.type]);

const keyOf = (block, element) => JSON.stringify([block.block_id, element.action_id]);

const fields = (blocks) => blocks.flatMap((block) => elementsIn(block).map((element) => [block, element]));

function beginning(element, fallback) {
  const { initial, empty } = SLOTS[element.type];
  return element[initial] ?? fallback(element) ?? empty;
}

/**
 * Take over a container's blocks as they are now: new fields get their beginning, fields that are gone are forgotten.
 * `inModal` says by what a field is known again; `fallback` gives a beginning that depends on the page.
 */
export function keepValues(container, blocks, inModal, fallback = () => undefined) {
  const before = containers.get(container) ?? new Map();
  const after = new Map();
  for (const [block, element] of fields(blocks)) {
    const key = keyOf(block, element);
    const sign = inModal ? element.type : JSON.stringify(element);
    const old = before.get(key);
    after.set(key, old?.sign === sign ? old : { sign, value: beginning(element, fallback) });
  }
  containers.set(container, after);
}

/** Forget every container of which `keeps` says no. */
export function forgetValues(keeps) {
  for (const container of containers.keys()) if (!keeps(container)) containers.delete(container);
}

export const valueOf = (container, block, element) =>
  containers.get(container)?.get(keyOf(block, element))?.value ?? SLOTS[element.type].empty;

export function setValue(container, block, element, value) {
  const field = containers.get(container)?.get(keyOf(block, element));
  if (field) field.value = value;
}

/** An element's value as Slack writes it: {type, selected_option: …}. */
export const entryOf = (element, value) => ({ type: element.type, [SLOTS[element.type].key]: value === "" ? null : value });

/** All values of a container in the shape of Slack's `state.values`. */
export function stateOf(container, blocks) {
  const state = {};
  for (const [block, element] of fields(blocks)) {
    state[block.block_id] ??= {};
    state[block.block_id][element.action_id] = entryOf(element, valueOf(container, block, element));
  }
  return state;
}
