/** Faces, and the switch that says as whom you act. */
import { api } from "./api.js";
import { classes, html } from "./dom.js";
import { Icon } from "./icons.js";
import { Menu } from "./menu.js";
import { say } from "./notices.js";
import { actAs, demoNow, refresh } from "./state.js";
import { city, hhmm, shortDay } from "./time.js";

const hex = (color) => (color ? (color.startsWith("#") ? color : `#${color}`) : "#5a6570");

/** A person's initials on their colour. */
export function Avatar({ person, small = false }) {
  return html`<span class=${classes("avatar", small && "avatar-small", person.kind === "bot" && "avatar-bot")} aria-hidden="true"
    style=${{ backgroundColor: hex(person.color) }}>${person.initials || person.real_name?.[0] || "?"}</span>`;
}

const KIND = { guest: "Guest", bot: "App" };

/** Guest, app, deactivated: what stands behind a name. */
export function Badge({ person }) {
  const text = person.deleted ? "Deactivated" : KIND[person.kind];
  return text ? html`<span class="badge">${text}</span>` : null;
}

function Choice({ person }) {
  const now = demoNow();
  return html`<span class="person-choice">
    <${Avatar} person=${person} />
    <span class="person-words">
      <span><b>${person.real_name}</b> <${Badge} person=${person} /></span>
      <span class="quiet">${city(person.tz)}, ${shortDay(now, person.tz)} ${hhmm(now, person.tz)}</span>
      ${person.note && html`<span class="quiet">${person.note}</span>`}
    </span>
  </span>`;
}

export function PersonSwitcher({ viewer }) {
  const people = [...viewer.people.values()].filter((person) => person.kind !== "bot");
  const items = people.map((person) => ({
    key: person.id,
    label: html`<${Choice} person=${person} />`,
    checked: person.id === viewer.me.id,
    props: { "data-testid": "person-option", "data-user-id": person.id },
  }));
  const { me } = viewer;
  const where = `${city(me.tz)}, ${hhmm(demoNow(), me.tz)}`;
  const face = html`<${Avatar} person=${me} />
    <span class="switcher-words"><span class="switcher-as">Acting as <b>${me.real_name}</b></span><span class="sr-only"> — </span><span class="switcher-where">${where}</span></span>
    <${Icon} name="down" />`;
  return html`<${Menu} label="Act as" face=${face} items=${items} onPick=${({ key }) => actAs(key)}
    buttonClass="switcher" buttonProps=${{ "data-testid": "person-switcher" }} menuClass="person-menu"
    header=${html`<p class="menu-title">Act as</p>`}
    footer=${(close) => html`<${ChangeMe} me=${me} close=${close} />`} />`;
}

/** Move the acting person to another zone, or let them leave. */
function ChangeMe({ me, close }) {
  const change = async (what) => {
    close();
    await api.person({ id: me.id, ...what }).catch((error) => say(error.message));
    await refresh();
  };
  const zones = Intl.supportedValuesOf("timeZone");
  return html`<details class="change-me">
    <summary>Change ${me.real_name.split(" ")[0]}…</summary>
    <label>Time zone
      <select value=${me.tz} onChange=${(event) => change({ tz: event.target.value })}>
        ${(zones.includes(me.tz) ? zones : [me.tz, ...zones]).map((zone) => html`<option value=${zone}>${zone.replaceAll("_", " ")}</option>`)}
      </select>
    </label>
    ${!me.deleted && html`<button type="button" class="button" onClick=${() => change({ deleted: true })}>Deactivate the account</button>`}
    <p class="quiet">The bot is told, as Slack would tell it.</p>
  </details>`;
}
