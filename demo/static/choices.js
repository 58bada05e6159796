/**
 * What a menu offers: its own options, the bot's, people, channels. A choice is {key, text, note, raw, face};
 * `raw` is what stands for it in Slack's state, an option or an id.
 */
import { api } from "./api.js";
import { Container } from "./container.js";
import { html, useContext, useEffect, useState } from "./dom.js";
import { Icon } from "./icons.js";
import { plain } from "./mrkdwn.js";
import { say } from "./notices.js";
import { Avatar } from "./people.js";
import { state } from "./state.js";

const ofOption = (option) => ({ key: option.value, text: plain(option.text), note: plain(option.description), raw: option });

const KIND_NOTE = { guest: "guest", bot: "app" };
const ofPerson = (person) => ({
  key: person.id,
  text: person.real_name,
  note: KIND_NOTE[person.kind] ?? "",
  raw: person.id,
  face: html`<${Avatar} person=${person} small />`,
});

const CHANNEL_FACE = { public: "hash", private: "lock", mpim: "people", im: "message" };
const ofChannel = (channel) => ({
  key: channel.id,
  text: channel.name,
  note: "",
  raw: channel.id,
  face: html`<${Icon} name=${CHANNEL_FACE[channel.kind]} />`,
});

const optionGroups = ({ options, option_groups: groups }) =>
  groups?.length
    ? groups.map((group) => ({ label: plain(group.label), choices: group.options.map(ofOption) }))
    : [{ label: "", choices: (options ?? []).map(ofOption) }];

function peopleGroups(viewer) {
  const people = [...viewer.people.values()].filter((person) => !person.deleted);
  return [{ label: "", choices: people.map(ofPerson) }];
}

const CONVERSATIONS = ["public", "private", "mpim", "im"];

function channelGroups(viewer, { include = CONVERSATIONS, exclude_bot_users: noBots } = {}) {
  const fits = (channel) => !channel.archived && include.includes(channel.kind) && !(noBots && channel.kind === "im");
  return [{ label: "", choices: [...viewer.channels.values()].filter(fits).map(ofChannel) }];
}

const showPerson = (viewer) => (id) => ofPerson(viewer.people.get(id) ?? { id, real_name: id, initials: "?" });
const showChannel = (viewer) => (id) => ofChannel(viewer.channels.get(id) ?? { id, name: id, kind: "private" });

const SOURCES = {
  static_select: (element) => ({ groups: optionGroups(element), show: ofOption }),
  external_select: () => ({ groups: null, show: ofOption }),
  users_select: (element, viewer) => ({ groups: peopleGroups(viewer), show: showPerson(viewer) }),
  channels_select: (element, viewer) => ({ groups: channelGroups(viewer, { include: ["public"] }), show: showChannel(viewer) }),
  conversations_select: (element, viewer) => ({ groups: channelGroups(viewer, element.filter), show: showChannel(viewer) }),
};

/** {groups, show}: the groups of choices of an element (null when the bot is asked), and how to show a value of it. */
export const sourceOf = (element, viewer) => SOURCES[element.type.replace("multi_", "")](element, viewer);

function matching(groups, query) {
  const words = query.trim().toLowerCase();
  return groups
    .map((group) => ({ ...group, choices: group.choices.filter((choice) => choice.text.toLowerCase().includes(words)) }))
    .filter((group) => group.choices.length);
}

const QUERY_CALM = 150;
const LEAST_QUERY = 3;

/** The bot's options for what is typed; undefined while they are on the way, or nothing is asked. */
function useAsked(element, block, asks, query) {
  const container = useContext(Container);
  const [groups, set] = useState(undefined);
  useEffect(() => {
    set(undefined);
    if (!asks) return undefined;
    let current = true;
    const ask = { container: container.payload, block_id: block.block_id, action_id: element.action_id, query };
    const timer = setTimeout(async () => {
      const reply = await api.options(state.as, ask).catch((error) => (say(error.message), { options: [] }));
      if (current) set(optionGroups(reply).filter((group) => group.choices.length));
    }, query ? QUERY_CALM : 0);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [asks, query]);
  return groups;
}

/** The groups that fit what is typed, and a sentence when there are none. */
export function useGroups(element, block, source, open, query) {
  const outside = source.groups === null;
  const least = element.min_query_length ?? LEAST_QUERY;
  const asked = useAsked(element, block, outside && open && query.length >= least, query);
  const groups = outside ? (asked ?? []) : matching(source.groups, query);
  if (groups.length) return { groups, empty: "" };
  if (!outside || asked) return { groups, empty: "Nothing found" };
  return { groups, empty: query.length < least ? `Type ${least} or more letters` : "Looking…" };
}
