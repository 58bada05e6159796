/** Menus to choose from: one or several of given options, of the bot's, of people or of channels. All are comboboxes that filter as you type. */
import { api } from "./api.js";
import { classes, freshId, html, useContext, useEffect, useRef, useState } from "./dom.js";
import { Container } from "./container.js";
import { useFloating } from "./floating.js";
import { Icon } from "./icons.js";
import { plain } from "./mrkdwn.js";
import { Avatar } from "./people.js";
import { say } from "./notices.js";
import { state } from "./state.js";

/* Inside, a choice is {key, text, note, raw, face}: `raw` is what Slack's state holds. */

const ofOption = (option) => ({ key: option.value, text: plain(option.text), note: plain(option.description), raw: option });

const KIND_NOTE = { guest: "guest", bot: "app" };
const ofPerson = (person) => ({
  key: person.id, text: person.real_name, note: KIND_NOTE[person.kind] ?? "", raw: person.id, face: html`<${Avatar} person=${person} small />`,
});

const CHANNEL_FACE = { public: "hash", private: "lock", mpim: "people", im: "message" };
const ofChannel = (channel) => ({
  key: channel.id, text: channel.name, note: "", raw: channel.id, face: html`<${Icon} name=${CHANNEL_FACE[channel.kind]} />`,
});

const optionGroups = ({ options, option_groups: groups }) =>
  groups?.length
    ? groups.map((group) => ({ label: plain(group.label), choices: group.options.map(ofOption) }))
    : [{ label: "", choices: (options ?? []).map(ofOption) }];

const peopleGroups = (viewer) => {
  const people = [...viewer.people.values()].filter((person) => !person.deleted);
  return [{ label: "", choices: people.map(ofPerson) }];
};

function channelGroups(viewer, kinds, noBots) {
  const channels = [...viewer.channels.values()].filter((channel) => !channel.archived && kinds.includes(channel.kind) && !(noBots && channel.kind === "im"));
  return [{ label: "", choices: channels.map(ofChannel) }];
}

const CONVERSATIONS = ["public", "private", "mpim", "im"];

/** Groups of choices for an element, and what a value of it looks like. */
function sourceOf(element, viewer) {
  const kind = element.type.replace("multi_", "");
  const { include = CONVERSATIONS, exclude_bot_users: noBots } = element.filter ?? {};
  return {
    static_select: () => ({ groups: optionGroups(element), show: ofOption }),
    external_select: () => ({ groups: null, show: ofOption }),
    users_select: () => ({ groups: peopleGroups(viewer), show: (id) => ofPerson(viewer.people.get(id) ?? { id, real_name: id, initials: "?" }) }),
    channels_select: () => ({ groups: channelGroups(viewer, ["public"]), show: (id) => ofChannel(viewer.channels.get(id) ?? { id, name: id, kind: "public" }) }),
    conversations_select: () => ({
      groups: channelGroups(viewer, include, noBots), show: (id) => ofChannel(viewer.channels.get(id) ?? { id, name: id, kind: "private" }),
    }),
  }[kind]();
}

const matching = (groups, query) => {
  const words = query.trim().toLowerCase();
  return groups
    .map((group) => ({ ...group, choices: group.choices.filter((choice) => choice.text.toLowerCase().includes(words)) }))
    .filter((group) => group.choices.length);
};

const QUERY_CALM = 150;
const LEAST_QUERY = 3;

/** The bot's options for what is typed; undefined while they are on the way. */
function useExternal(element, block, open, query) {
  const container = useContext(Container);
  const [groups, set] = useState(undefined);
  const least = element.min_query_length ?? LEAST_QUERY;
  const asks = element.type.endsWith("external_select") && open && query.length >= least;
  useEffect(() => {
    set(undefined);
    if (!asks) return undefined;
    let current = true;
    const timer = setTimeout(async () => {
      try {
        const reply = await api.options(state.as, { container: container.payload, block_id: block.block_id, action_id: element.action_id, query });
        if (current) set(optionGroups({ options: reply.options, option_groups: reply.option_groups }));
      } catch (error) {
        say(error.message);
      }
    }, query ? QUERY_CALM : 0);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [asks, query]);
  return { groups, hint: query.length < least ? `Type ${least} or more letters` : "" };
}

/** One or several of many. `value` and `change` are in Slack's own shape: an option or id, or a list of them. */
export function Select({ element, block, value, change, field, invalid, optional, viewer }) {
  const multiple = element.type.startsWith("multi_");
  const source = sourceOf(element, viewer);
  const chosen = (multiple ? value : value ? [value] : []).map(source.show);
  const [open, setOpen] = useState(false);
  const [query, setQuery] = useState("");
  const [active, setActive] = useState("");
  const [listId] = useState(() => freshId("list"));
  const root = useRef();
  const input = useRef();
  const list = useRef();
  useFloating(open, root, list, { matchWidth: true });

  const external = useExternal(element, block, open, query);
  const outside = element.type.endsWith("external_select");
  const groups = outside ? (external.groups ?? []) : matching(source.groups, query);
  const choices = groups.flatMap((group) => group.choices);
  const isChosen = (choice) => chosen.some((other) => other.key === choice.key);
  const full = multiple && element.max_selected_items && chosen.length >= element.max_selected_items;

  const close = () => {
    setOpen(false);
    setQuery("");
    setActive("");
  };
  const show = () => {
    if (!open) setActive(multiple ? "" : (chosen[0]?.key ?? ""));
    setOpen(true);
  };
  const pick = (choice) => {
    if (!multiple) {
      close();
      return change(choice.raw);
    }
    setQuery("");
    if (isChosen(choice)) return change(value.filter((raw) => source.show(raw).key !== choice.key));
    return full ? undefined : change([...value, choice.raw]);
  };
  const remove = (choice) => {
    change(value.filter((raw) => source.show(raw).key !== choice.key));
    input.current.focus();
  };
  const step = (by) => {
    if (!open) return show();
    const here = choices.findIndex((choice) => choice.key === active);
    const next = here < 0 ? (by > 0 ? 0 : choices.length - 1) : (here + by + choices.length) % choices.length;
    return setActive(choices[next]?.key ?? "");
  };
  const onKeyDown = (event) => {
    const keys = {
      ArrowDown: () => step(1),
      ArrowUp: () => step(-1),
      Enter: () => {
        const choice = choices.find((c) => c.key === active) ?? (query && choices.length === 1 ? choices[0] : null);
        if (open && choice) pick(choice);
        else show();
      },
      Escape: () => close(),
    };
    if (event.key === "Backspace" && multiple && !query && chosen.length) remove(chosen.at(-1));
    if (!keys[event.key] || event.ctrlKey || event.metaKey || event.isComposing) return;
    if (event.key === "Escape" && !open) return;
    event.preventDefault();
    event.stopPropagation();
    keys[event.key]();
  };
  useEffect(() => {
    list.current?.querySelector(".active")?.scrollIntoView({ block: "nearest" });
  }, [active, open]);
  useEffect(() => {
    if (open && query && choices.length && !choices.some((choice) => choice.key === active)) setActive(choices[0].key);
  }, [query, choices.length]);

  const single = multiple ? null : chosen[0];
  const shownText = open ? query : (single?.text ?? "");
  const placeholder = (!multiple || !chosen.length) && (single?.text ?? plain(element.placeholder)) || (multiple ? "" : "Choose");
  const status = emptyText(outside, external, choices);
  return html`<div class=${classes("select", multiple && "select-multi", invalid && "select-invalid")} ref=${root}
      onMouseDown=${(event) => event.target !== input.current && !event.target.closest("button, .popup") && (event.preventDefault(), input.current.focus(), show())}>
    ${multiple && html`<ul class="chips" aria-label="Chosen">
      ${chosen.map((choice) => html`<li class="chip" key=${choice.key}>${choice.face}<span>${choice.text}</span>
        <button type="button" aria-label=${`Remove ${choice.text}`} onClick=${() => remove(choice)}><${Icon} name="close" /></button></li>`)}
    </ul>`}
    ${single?.face && !open && html`<span class="select-face">${single.face}</span>`}
    <input ...${field} ref=${input} type="text" role="combobox" class="select-input" autocomplete="off" spellcheck=${false}
      aria-expanded=${open} aria-controls=${listId} aria-autocomplete="list" aria-activedescendant=${open && active ? `${listId}-${active}` : undefined}
      data-action-id=${element.action_id} value=${shownText} placeholder=${placeholder}
      onInput=${(event) => (setQuery(event.target.value), show())} onClick=${show} onBlur=${close} onKeyDown=${onKeyDown} />
    ${single && optional && html`<button type="button" class="icon-button select-clear" aria-label="Clear" onClick=${() => change(null)}><${Icon} name="close" /></button>`}
    <${Icon} name="down" />
    ${open && html`<div ref=${list} class="popup options" id=${listId} role="listbox" aria-label="Options" aria-multiselectable=${multiple || undefined}
        onMouseDown=${(event) => event.preventDefault()}>
      ${status && html`<p class="options-empty">${status}</p>`}
      ${full && html`<p class="options-empty">${`No more than ${element.max_selected_items} can be chosen.`}</p>`}
      ${groups.map((group) => html`<${Group} group=${group} listId=${listId} active=${active} isChosen=${isChosen} full=${full} pick=${pick} over=${setActive} />`)}
    </div>`}
  </div>`;
}

function emptyText(outside, external, choices) {
  if (choices.length) return "";
  if (!outside) return "Nothing found";
  return external.hint || (external.groups ? "Nothing found" : "Looking…");
}

function Group({ group, listId, active, isChosen, full, pick, over }) {
  const options = group.choices.map((choice) => {
    const chosen = isChosen(choice);
    return html`<div key=${choice.key} id=${`${listId}-${choice.key}`} role="option" aria-selected=${chosen} aria-disabled=${(full && !chosen) || undefined}
      class=${classes("option", choice.key === active && "active", full && !chosen && "option-off")}
      onClick=${() => pick(choice)} onMouseMove=${() => over(choice.key)}>
      ${choice.face}<span class="option-text">${choice.text}${choice.note && html`<span class="option-note"> ${choice.note}</span>`}</span>
      ${chosen && html`<${Icon} name="check" />`}
    </div>`;
  });
  if (!group.label) return options;
  return html`<div role="group" aria-label=${group.label}><div class="option-group" aria-hidden="true">${group.label}</div>${options}</div>`;
}
