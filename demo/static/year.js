/** A year in about two minutes: the clock goes on week by week, and everybody says that they come. */
import { api } from "./api.js";

const WEEK = 7 * 24 * 3600; // seconds; shorter than any session is asked about before it begins
const WEEKS = 52;
const LOOK = 250; // milliseconds, to see what came of the last week
const COMING = "I'll be there";
const RECENT = 12; // messages: older ones ask nothing any more

/** Goes on as long as `goesOn()`; `move` says whether the clock went on. */
export async function playYear(people, move, goesOn) {
  for (let week = 0; week < WEEKS && goesOn(); week += 1) {
    await Promise.all(people.map(saysYes));
    if (!(await move({ by_seconds: WEEK }))) return;
    await new Promise((seen) => setTimeout(seen, LOOK));
  }
}

/** One person presses the button in their messages wherever it still stands out, as an open question does. */
async function saysYes({ id }) {
  const { channels } = await api.state(id);
  const dm = channels.find((channel) => channel.kind === "im");
  if (!dm) return;
  const { messages } = await api.messages(id, dm.id);
  for (const message of messages.slice(-RECENT)) {
    const found = question(message.blocks ?? []);
    if (found) await press(id, dm.id, message.ts, ...found);
  }
}

function question(blocks) {
  for (const block of blocks) {
    const element = block.elements?.find((one) => one.text?.text === COMING && one.style === "primary");
    if (element) return [block, element];
  }
  return undefined;
}

function press(as, channel, ts, { block_id }, { type, action_id, value }) {
  return api.click(as, {
    container: { type: "message", channel, ts },
    block_id,
    action_id,
    element: { type, block_id, action_id, value },
    state: {},
  });
}
