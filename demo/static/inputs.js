/** Fields that are typed or ticked: text, numbers, addresses, dates, times, checkboxes, radio buttons. */
import { html, useEffect, useRef } from "./dom.js";
import { plain, textObject } from "./mrkdwn.js";
import { city, epochOf, hhmm, isoDate, weekday, zoneName } from "./time.js";

/*
 * Every field gets: element, value, change(value, {tell}), field ({id, "aria-…"} for the input), invalid, viewer, single (a text field
 * in which Enter is special), submit().
 */

const TEXT_TYPES = { url_text_input: "url", email_text_input: "email", number_input: "text", plain_text_input: "text" };
const LONGEST = 3000;

/** What a typed field tells the bot at once: on Enter unless it says otherwise. */
const tellsOn = (element) => element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];

export function TextField(props) {
  const { element, value, change, field, tells, submit } = props;
  const onInput = (event) => change(event.target.value, { tell: tells && tellsOn(element).includes("on_character_entered") });
  const onKeyDown = (event) => {
    if (event.key !== "Enter" || event.isComposing || event.ctrlKey || event.metaKey) return;
    if (element.multiline && (!tells || event.shiftKey)) return;
    event.preventDefault();
    if (tells && tellsOn(element).includes("on_enter_pressed")) change(event.target.value, { tell: true });
    else submit?.();
  };
  const common = {
    ...field,
    value: value ?? "",
    placeholder: plain(element.placeholder),
    onInput,
    onKeyDown,
    "data-action-id": element.action_id,
    class: "text-field",
  };
  if (element.multiline) return html`<${Growing} ...${common} />`;
  const inputmode = element.type === "number_input" ? (element.is_decimal_allowed ? "decimal" : "numeric") : undefined;
  return html`<input ...${common} type=${TEXT_TYPES[element.type]} inputmode=${inputmode} autocomplete="off" spellcheck=${element.type === "plain_text_input"} />`;
}

/** A text box that grows with its text. */
function Growing(props) {
  const box = useRef();
  useEffect(() => {
    const { current } = box;
    current.style.height = "auto";
    current.style.height = `${Math.min(current.scrollHeight + 2, 320)}px`;
  }, [props.value]);
  return html`<textarea ref=${box} rows="3" ...${props}></textarea>`;
}

/** How many characters are left, from the last fifth on, or still needed. */
export function counterOf(element, value) {
  if (element.type !== "plain_text_input") return null;
  const length = (value ?? "").length;
  const most = element.max_length ?? LONGEST;
  if (element.min_length && length && length < element.min_length) return { text: `${element.min_length - length} more needed`, over: false };
  if (length < most * 0.8) return null;
  return { text: String(most - length), over: length > most };
}

const DATE_CALM = 500;

/**
 * Native date and time fields give a value with every key. The bot is told when the hand rests or leaves the field,
 * so that a half-typed year never reaches it.
 */
function useCalm(tells, change) {
  const waiting = useRef(null);
  const tell = () => {
    if (!waiting.current) return;
    clearTimeout(waiting.current.timer);
    const { value } = waiting.current;
    waiting.current = null;
    change(value, { tell: true });
  };
  useEffect(() => () => clearTimeout(waiting.current?.timer), []);
  const take = (value) => {
    change(value, { tell: false });
    clearTimeout(waiting.current?.timer);
    waiting.current = tells && value ? { value, timer: setTimeout(() => latest.current(), DATE_CALM) } : null;
  };
  const latest = useRef(tell);
  latest.current = tell;
  return { take, tell };
}

const onEnter = (action) => (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  action?.();
};

export function DateField({ element, value, change, field, tells, submit }) {
  const calm = useCalm(tells, change);
  return html`<span class="with-note">
    <input ...${field} type="date" class="text-field short-field" value=${value ?? ""} data-action-id=${element.action_id} max="9999-12-31"
      onInput=${(event) => calm.take(event.target.value || null)} onBlur=${calm.tell} onKeyDown=${onEnter(tells ? calm.tell : submit)} />
    ${value && html`<span class="field-note">${weekday(value)}</span>`}
  </span>`;
}

export function TimeField({ element, value, change, field, tells, submit, viewer }) {
  const calm = useCalm(tells, change);
  const zone = element.timezone;
  return html`<span class="with-note">
    <input ...${field} type="time" class="text-field short-field" value=${value ?? ""} data-action-id=${element.action_id}
      onInput=${(event) => calm.take(event.target.value || null)} onBlur=${calm.tell} onKeyDown=${onEnter(tells ? calm.tell : submit)} />
    ${zone && html`<span class="field-note">${city(zone)} time (${zoneName(viewer.now, zone)})</span>`}
  </span>`;
}

/** A moment in the acting person's own zone. */
export function MomentField({ element, value, change, field, tells, submit, viewer }) {
  const calm = useCalm(tells, change);
  const shown = value ? `${isoDate(value, viewer.tz)}T${hhmm(value, viewer.tz)}` : "";
  const take = (text) => calm.take(text ? epochOf(text.slice(0, 10), text.slice(11, 16), viewer.tz) : null);
  return html`<span class="with-note">
    <input ...${field} type="datetime-local" class="text-field moment-field" value=${shown} data-action-id=${element.action_id}
      onInput=${(event) => take(event.target.value)} onBlur=${calm.tell} onKeyDown=${onEnter(tells ? calm.tell : submit)} />
    <span class="field-note">${city(viewer.tz)} time</span>
  </span>`;
}

const sameOption = (a) => (b) => a?.value === b?.value;

function Choice({ type, name, option, checked, onChange, viewer, element }) {
  return html`<label class="choice">
    <input type=${type} name=${name} checked=${checked} onChange=${onChange} data-action-id=${element.action_id} value=${option.value} />
    <span><span class="choice-text">${textObject(option.text, viewer)}</span>
      ${option.description && html`<span class="choice-note">${textObject(option.description, viewer)}</span>`}</span>
  </label>`;
}

export function Checkboxes({ element, value, change, field, viewer, groupName }) {
  const toggle = (option) => {
    const rest = value.filter((other) => other.value !== option.value);
    const chosen = rest.length < value.length ? rest : [...value, option];
    change(element.options.filter((o) => chosen.some(sameOption(o))));
  };
  return html`<div role="group" class="choices" ...${field} tabIndex=${undefined}>
    ${element.options.map(
      (option) => html`<${Choice} key=${option.value} type="checkbox" name=${groupName} option=${option} element=${element} viewer=${viewer}
        checked=${value.some(sameOption(option))} onChange=${() => toggle(option)} />`,
    )}
  </div>`;
}

export function RadioButtons({ element, value, change, field, viewer, groupName }) {
  return html`<div role="radiogroup" class="choices" ...${field} tabIndex=${undefined}>
    ${element.options.map(
      (option) => html`<${Choice} key=${option.value} type="radio" name=${groupName} option=${option} element=${element} viewer=${viewer}
        checked=${sameOption(option)(value)} onChange=${() => change(option)} />`,
    )}
  </div>`;
}
