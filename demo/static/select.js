/** Menus to choose one or several from: comboboxes that filter as you type. */
import { sourceOf, useGroups } from "./choices.js";
import { classes, freshId, html, useEffect, useRef, useState } from "./dom.js";
import { useFloating } from "./floating.js";
import { Icon } from "./icons.js";
import { plain } from "./mrkdwn.js";

/** The list of a combobox: whether it is open, what is typed, and which choice the keyboard is on. */
function useList() {
  const [list, set] = useState({ open: false, query: "", active: "" });
  return {
    ...list,
    show: (active = "") => set((old) => ({ ...old, open: true, active: old.open ? old.active : active })),
    type: (query) => set((old) => ({ ...old, open: true, query })),
    move: (active) => set((old) => ({ ...old, active })),
    close: () => set({ open: false, query: "", active: "" }),
  };
}

/** What stands in the field and how it changes. `value` is in Slack's own shape: an option or id, or a list of them. */
function chosenOf({ element, value, change, source, list }) {
  const multiple = element.type.startsWith("multi_");
  const chosen = (multiple ? value : value ? [value] : []).map(source.show);
  const full = multiple && element.max_selected_items > 0 && chosen.length >= element.max_selected_items;
  const has = (choice) => chosen.some((other) => other.key === choice.key);
  const remove = (choice) => change(value.filter((raw) => source.show(raw).key !== choice.key));
  const pickSeveral = (choice) => {
    list.type("");
    if (has(choice)) remove(choice);
    else if (!full) change([...value, choice.raw]);
  };
  const pickOne = (choice) => {
    list.close();
    change(choice.raw);
  };
  return { multiple, chosen, full, has, remove, pick: multiple ? pickSeveral : pickOne };
}

/** The keyboard of a combobox: arrows walk, Enter takes, Escape closes, Backspace takes the last one back. */
function keysOf({ list, choices, selection }) {
  const here = choices.findIndex((choice) => choice.key === list.active);
  const show = () => list.show(selection.multiple ? "" : selection.chosen[0]?.key);
  const step = (by) => {
    if (!list.open) return show();
    const next = here < 0 && by < 0 ? choices.length - 1 : (here + by + choices.length) % choices.length;
    return list.move(choices[next]?.key ?? "");
  };
  const take = () => {
    const choice = choices[here] ?? (list.query && choices[0]);
    return list.open && choice ? selection.pick(choice) : show();
  };
  const actions = { ArrowDown: () => step(1), ArrowUp: () => step(-1), Enter: take, ...(list.open && { Escape: list.close }) };
  const onKeyDown = (event) => {
    const { key, ctrlKey, metaKey, isComposing } = event;
    if (key === "Backspace" && selection.multiple && !list.query && selection.chosen.length) selection.remove(selection.chosen.at(-1));
    if (!actions[key] || ctrlKey || metaKey || isComposing) return;
    event.preventDefault();
    event.stopPropagation();
    actions[key]();
  };
  return { show, onKeyDown };
}

/** Typing puts the keyboard on the first choice that fits; the choice it is on stays in sight. */
function useFollowing(list, choices, popup) {
  useEffect(() => {
    if (list.open && list.query && choices.length && !choices.some((choice) => choice.key === list.active)) list.move(choices[0].key);
  });
  useEffect(() => {
    popup.current?.querySelector(".active")?.scrollIntoView({ block: "nearest" });
  }, [list.active, list.open]);
}

export function Select({ element, block, value, change, field, invalid, optional, viewer }) {
  const [id] = useState(() => freshId("list"));
  const [root, input, popup] = [useRef(), useRef(), useRef()];
  const list = useList();
  const source = sourceOf(element, viewer);
  const { groups, empty } = useGroups(element, block, source, list.open, list.query);
  const choices = groups.flatMap((group) => group.choices);
  const selection = chosenOf({ element, value, change, source, list });
  const { show, onKeyDown } = keysOf({ list, choices, selection });
  useFloating(list.open, root, popup, { matchWidth: true });
  useFollowing(list, choices, popup);
  const onMouseDown = (event) => {
    if (event.target === input.current || event.target.closest("button, .popup")) return;
    event.preventDefault();
    input.current.focus();
    show();
  };
  const single = selection.multiple ? null : selection.chosen[0];
  return html`<div class=${classes("select", selection.multiple && "select-multi", invalid && "select-invalid")} ref=${root} onMouseDown=${onMouseDown}>
    ${selection.multiple && html`<${Chips} selection=${selection} after=${() => input.current.focus()} />`}
    ${single?.face && !list.open && html`<span class="select-face">${single.face}</span>`}
    <input ...${field} ref=${input} type="text" role="combobox" class="select-input" autocomplete="off" spellcheck=${false}
      aria-expanded=${list.open} aria-controls=${id} aria-autocomplete="list" aria-activedescendant=${list.open && list.active ? `${id}-${list.active}` : undefined}
      data-action-id=${element.action_id} value=${list.open ? list.query : (single?.text ?? "")} placeholder=${placeholderOf(element, selection)}
      onInput=${(event) => list.type(event.target.value)} onClick=${show} onBlur=${list.close} onKeyDown=${onKeyDown} />
    ${single && optional && html`<button type="button" class="icon-button select-clear" aria-label="Clear" onClick=${() => change(null)}><${Icon} name="close" /></button>`}
    <${Icon} name="down" />
    ${list.open && html`<${Popup} popup=${popup} id=${id} groups=${groups} empty=${empty} list=${list} selection=${selection} most=${element.max_selected_items} />`}
  </div>`;
}

/** What invites to choose; while one looks for another, the present choice. */
function placeholderOf(element, { multiple, chosen }) {
  if (multiple && chosen.length) return "";
  return chosen[0]?.text ?? (plain(element.placeholder) || "Choose");
}

function Chips({ selection, after }) {
  const remove = (choice) => {
    selection.remove(choice);
    after();
  };
  return html`<ul class="chips" aria-label="Chosen">
    ${selection.chosen.map((choice) => html`<li class="chip" key=${choice.key}>${choice.face}<span>${choice.text}</span>
      <button type="button" aria-label=${`Remove ${choice.text}`} onClick=${() => remove(choice)}><${Icon} name="close" /></button></li>`)}
  </ul>`;
}

function Popup({ popup, id, groups, empty, list, selection, most }) {
  const option = (choice) => {
    const chosen = selection.has(choice);
    const off = selection.full && !chosen;
    return html`<div key=${choice.key} id=${`${id}-${choice.key}`} role="option" aria-selected=${chosen} aria-disabled=${off || undefined}
      class=${classes("option", choice.key === list.active && "active", off && "option-off")}
      onClick=${() => selection.pick(choice)} onMouseMove=${() => choice.key !== list.active && list.move(choice.key)}>
      ${choice.face}<span class="option-text">${choice.text}${choice.note && html`<span class="option-note"> ${choice.note}</span>`}</span>
      ${chosen && html`<${Icon} name="check" />`}
    </div>`;
  };
  const group = ({ label, choices }) =>
    label ? html`<div role="group" aria-label=${label}><div class="option-group" aria-hidden="true">${label}</div>${choices.map(option)}</div>` : choices.map(option);
  return html`<div ref=${popup} class="popup options" id=${id} role="listbox" aria-label="Options" aria-multiselectable=${selection.multiple || undefined}
      onMouseDown=${(event) => event.preventDefault()}>
    ${empty && html`<p class="options-empty">${empty}</p>`}
    ${selection.full && html`<p class="options-empty">${`No more than ${most} can be chosen.`}</p>`}
    ${groups.map(group)}
  </div>`;
}
