/** A button that opens a small menu: the overflow of a message, the person switcher. */
import { classes, freshId, html, useLayoutEffect, useOutside, useRef, useState } from "./dom.js";
import { useFloating } from "./floating.js";

/**
 * `items` are {key, label (string or element), disabled?, checked?, props?}; `onPick` gets one of them.
 * The button shows `face`; a `face` without words needs a `buttonLabel`.
 */
export function Menu({ label, buttonLabel, face, items, onPick, buttonClass, buttonProps = {}, menuClass = "", header = null, footer = null }) {
  const [open, setOpen] = useState(false);
  const [id] = useState(() => freshId("menu"));
  const root = useRef();
  const button = useRef();
  const list = useRef();
  useOutside(root, open, () => setOpen(false));
  useFloating(open, button, list, { alignEnd: true });
  useLayoutEffect(() => {
    if (open) (list.current.querySelector("[aria-checked=true]") ?? list.current.querySelector("[role^=menuitem]"))?.focus();
  }, [open]);
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  const pick = (item) => {
    close();
    onPick(item);
  };
  const onKeyDown = (event) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      close();
    } else moveFocus(event, list.current);
  };
  return html`<div class="menu-root" ref=${root}>
    <button ref=${button} type="button" class=${buttonClass} aria-haspopup="menu" aria-expanded=${open} aria-controls=${open ? id : undefined}
      aria-label=${buttonLabel} ...${buttonProps} onClick=${() => setOpen(!open)}
      onKeyDown=${(event) => event.key === "ArrowDown" && !open && (event.preventDefault(), setOpen(true))}>${face}</button>
    ${open &&
    html`<div ref=${list} class=${classes("popup", "menu", menuClass)} onKeyDown=${onKeyDown}>
      ${header}
      <div id=${id} role="menu" aria-label=${label}>
        ${items.map((item) => html`<${Item} key=${item.key} item=${item} pick=${pick} />`)}
      </div>
      ${footer && footer(close)}
    </div>`}
  </div>`;
}

function Item({ item, pick }) {
  const role = item.checked === undefined ? "menuitem" : "menuitemradio";
  return html`<button type="button" role=${role} aria-checked=${item.checked} class="menu-item" tabIndex="-1" disabled=${item.disabled}
    ...${item.props} onClick=${() => pick(item)}>${item.label}</button>`;
}

/** Arrow keys, Home and End walk the items; a letter jumps to the next that begins with it. */
function moveFocus(event, list) {
  const items = [...list.querySelectorAll("[role^=menuitem]:not([disabled])")];
  const here = items.indexOf(document.activeElement);
  const steps = { ArrowDown: here + 1, ArrowUp: here - 1 + items.length, Home: 0, End: items.length - 1 };
  if (event.key in steps && (here >= 0 || document.activeElement === list)) {
    event.preventDefault();
    items[steps[event.key] % items.length]?.focus();
  } else if (event.key.length === 1 && here >= 0) {
    const order = [...items.slice(here + 1), ...items.slice(0, here)];
    order.find((item) => item.textContent.trim().toLowerCase().startsWith(event.key.toLowerCase()))?.focus();
  }
}
