/** For the first minutes: three things to try. */
import { api } from "./api.js";
import { prefill } from "./composer.js";
import { classes, html, memory, useState } from "./dom.js";
import { Icon } from "./icons.js";
import { say } from "./notices.js";
import { actAs, changed, dmChannel, go, refresh, state } from "./state.js";

const KEY = "demo-hints-dismissed";
const done = new Set();

const called = (viewer, name) => [...viewer.people.values()].find((person) => person.real_name.startsWith(name) && !person.deleted);

async function scheduleAs(person, command) {
  if (state.as !== person.id) await actAs(person.id);
  const { channels, bot } = state.data;
  const circle = channels.find((channel) => channel.kind === "private" && channel.members.includes(bot.user_id)) ?? dmChannel();
  if (state.place.channel !== circle.id) await go(circle.id);
  prefill(state.place.channel, `${command} schedule`);
}

async function nextMorning(tz) {
  await api.clock({ next_morning: { tz } }).catch((error) => say(error.message));
  await refresh();
}

async function readAs(person) {
  if (state.as !== person.id) await actAs(person.id);
  await go(dmChannel().id);
}

function steps(viewer) {
  const [ana, bo] = [called(viewer, "Ana"), called(viewer, "Bo")];
  const { command } = viewer.bot;
  return [
    ana && { words: html`Act as Ana and type <b>${command} schedule</b>`, run: () => scheduleAs(ana, command) },
    state.data.clock.movable && { words: "Move the clock to the next morning", run: () => nextMorning(viewer.tz) },
    bo && { words: "Switch to Bo and read the reminder", run: () => readAs(bo) },
  ].filter(Boolean);
}

export function HintCard({ viewer }) {
  const [gone, setGone] = useState(() => memory.get(KEY) === "yes");
  if (gone) return null;
  const dismiss = () => {
    memory.set(KEY, "yes");
    setGone(true);
  };
  const run = (step, index) => {
    done.add(index);
    step.run();
    changed();
  };
  return html`<section class="hint-card" aria-label="Three things to try" data-testid="hint-card">
    <h2>Three things to try</h2>
    <ol>${steps(viewer).map((step, index) => html`<li key=${index}><button type="button" class=${classes("hint-step", done.has(index) && "done")}
      onClick=${() => run(step, index)}><span class="hint-number">${done.has(index) ? html`<${Icon} name="check" />` : index + 1}</span><span>${step.words}</span></button></li>`)}</ol>
    <button type="button" class="icon-button" aria-label="Dismiss these hints" data-testid="hint-dismiss" onClick=${dismiss}><${Icon} name="close" /></button>
  </section>`;
}
