/** Where the keyboard is inside a dialog. */

const FOCUSABLE = "a[href], button:not([disabled]), input:not([disabled]), textarea:not([disabled]), select:not([disabled]), [tabindex='0']";

const visible = (element) => element.getClientRects().length > 0;

export const focusable = (box) => [...box.querySelectorAll(FOCUSABLE)].filter((e) => visible(e) && e.tabIndex >= 0);

/** Keep Tab inside the box. */
export function trapTab(event, box) {
  if (event.key !== "Tab") return;
  const all = focusable(box);
  const [first, last] = [all[0], all.at(-1)];
  if (event.shiftKey && (document.activeElement === first || document.activeElement === box)) {
    event.preventDefault();
    last?.focus();
  } else if (!event.shiftKey && document.activeElement === last) {
    event.preventDefault();
    first?.focus();
  }
}
