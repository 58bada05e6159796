/** The help while one types a slash command: what can follow, and the keyboard in that list. */
import { classes, freshId, html, useState } from "./dom.js";

const SUBCOMMANDS = [
  ["", "Your sessions, and what waits for you"],
  ["schedule", "Schedule a session"],
  ["poll", "Find a time for a session"],
  ["circle", "Make a circle"],
  ["circles", "Your circles"],
  ["roles", "Who presents and takes notes next"],
  ["case", "Prepare the case you bring"],
  ["notes", "Write a session's notes"],
  ["log", "The coaching log, and your hours"],
  ["trends", "How your evaluations go on"],
  ["programme", "What leadership sees"],
  ["calendar", "Your sessions in your own calendar"],
  ["away", "Days on which you are away"],
  ["settings", "Your reminders and working days"],
  ["leave", "Leave a circle"],
  ["privacy", "What is stored about you"],
  ["help", "All commands"],
];

function offersFor(text, command) {
  const typed = text.trimEnd();
  if (!text.startsWith("/") || text.includes("\n")) return [];
  return SUBCOMMANDS.map(([word, what]) => ({ text: word ? `${command} ${word}` : command, what })).filter(
    (offer) => offer.text.startsWith(typed) && offer.text !== typed,
  );
}

/** Offers for the text of a composer. Nothing is chosen until an arrow key says so: Enter sends what was typed. */
export function useCommands(text, command, write) {
  const [active, setActive] = useState(-1);
  const [folded, fold] = useState(false);
  const [id] = useState(() => freshId("commands"));
  const offers = folded ? [] : offersFor(text, command);
  const reset = () => {
    setActive(-1);
    fold(false);
  };
  const take = (offer) => {
    const whole = offer.text === command;
    write(whole ? command : `${offer.text} `);
    setActive(-1);
    fold(!whole);
  };
  /** True when the key was for the list. */
  const handle = ({ key, shiftKey }) => {
    if (!offers.length) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[key];
    if (step) setActive(active < 0 && step < 0 ? offers.length - 1 : (active + step + offers.length) % offers.length);
    else if (key === "Escape") fold(true);
    else if ((key === "Enter" && active >= 0) || (key === "Tab" && !shiftKey)) take(offers[Math.max(active, 0)]);
    else return false;
    return true;
  };
  return { id, offers, active, reset, take, handle, fold };
}

export function CommandList({ commands, after }) {
  const { id, offers, active, take } = commands;
  const pick = (offer) => {
    take(offer);
    after();
  };
  return html`<div class="commands" id=${id} role="listbox" aria-label="Commands">
    ${offers.map((offer, index) => html`<div key=${offer.text} id=${`${id}-${index}`} role="option" aria-selected=${index === active}
      class=${classes("command", index === active && "active")} onMouseDown=${(event) => event.preventDefault()} onClick=${() => pick(offer)}>
      <b>${offer.text}</b><span class="quiet">${offer.what}</span></div>`)}
  </div>`;
}
