/** Everything in a block that can be pressed or filled in. */
import { confirmed } from "./confirm.js";
import { act, choose, Container, isBusy, tellsAtOnce } from "./container.js";
import { classes, html, useContext, Viewer } from "./dom.js";
import { Icon } from "./icons.js";
import { Checkboxes, DateField, MomentField, RadioButtons, TextField, TimeField } from "./inputs.js";
import { Menu } from "./menu.js";
import { plain } from "./mrkdwn.js";
import { Select } from "./select.js";
import { SLOTS, valueOf } from "./values.js";

const STYLE = { primary: "button-primary", danger: "button-danger" };
const isWebAddress = (url) => /^https?:\/\//i.test(url ?? "");

function Button({ block, element }) {
  const container = useContext(Container);
  const waiting = isBusy(container, block, element);
  const press = async () => {
    if (await confirmed(element.confirm)) await act(container, block, element, { text: element.text, value: element.value ?? null });
  };
  const common = {
    class: classes("button", STYLE[element.style], waiting && "busy"),
    "data-action-id": element.action_id,
    "aria-label": element.accessibility_label,
    onClick: press,
  };
  const words = html`<span>${plain(element.text)}</span>`;
  if (isWebAddress(element.url)) return html`<a ...${common} href=${element.url} target="_blank" rel="noopener noreferrer">${words}</a>`;
  return html`<button type="button" ...${common} aria-busy=${waiting}>${words}</button>`;
}

function Overflow({ block, element }) {
  const container = useContext(Container);
  const items = element.options.map((option) => ({ key: option.value, label: plain(option.text), option }));
  const pick = async ({ option }) => {
    if (isWebAddress(option.url)) open(option.url, "_blank", "noopener");
    if (await confirmed(element.confirm)) await act(container, block, element, { selected_option: option });
  };
  return html`<${Menu} label="More" buttonLabel="More" face=${html`<${Icon} name="more" />`} items=${items} onPick=${pick}
    buttonClass=${classes("button", "button-more", isBusy(container, block, element) && "busy")} buttonProps=${{ "data-action-id": element.action_id }} />`;
}

function Picture({ element, viewer }) {
  return html`<img class="small-image" src=${imageUrl(element, viewer)} alt=${element.alt_text ?? ""} />`;
}

/** Where an image is: a file of the workspace, or the address the bot gave. */
export function imageUrl(image, viewer) {
  const id = image.slack_file?.id ?? image.slack_file?.url?.match(/\b(F0?[A-Z0-9]{3,})\b/)?.[1];
  const url = id ? `/files/${id}/image` : (image.image_url ?? "");
  const path = url.startsWith(location.origin) ? url.slice(location.origin.length) : url;
  return path.startsWith("/files/") ? `${path}?as=${encodeURIComponent(viewer.me.id)}` : url;
}

const INPUTS = {
  plain_text_input: TextField,
  number_input: TextField,
  email_text_input: TextField,
  url_text_input: TextField,
  datepicker: DateField,
  timepicker: TimeField,
  datetimepicker: MomentField,
  checkboxes: Checkboxes,
  radio_buttons: RadioButtons,
};

const drawerOf = (element) => INPUTS[element.type] ?? (SLOTS[element.type] ? Select : null);

/** A field with its value. `field` are the properties that tie it to its label; without a label it gets a name of its own. */
export function Field({ block, element, field = {}, invalid = false }) {
  const container = useContext(Container);
  const viewer = useContext(Viewer);
  const Drawn = drawerOf(element);
  if (!Drawn) return html`<${Unknown} thing=${element} />`;
  const named = field["aria-labelledby"] || field.labelled;
  const { labelled, ...rest } = field;
  const name = named ? {} : { "aria-label": nameOf(block, element) };
  const typed = element.type.endsWith("_input");
  const change = async (value, { tell = !typed && tellsAtOnce(block) } = {}) => {
    if (tell && element.confirm && !(await confirmed(element.confirm))) return;
    choose(container, block, element, value, tell);
  };
  return html`<${Drawn} element=${element} block=${block} value=${valueOf(container.key, block, element)} change=${change}
    field=${{ ...rest, ...name }} invalid=${invalid} tells=${tellsAtOnce(block)} submit=${container.submit} viewer=${viewer}
    optional=${Boolean(block.optional)} groupName=${`${container.key} ${block.block_id}`} />`;
}

/** A field without a label is called by the text beside it, or by what it invites to. */
function nameOf(block, element) {
  const beside = block.type === "section" ? plain(block.text).replace(/[*_~`]/g, "") : "";
  return plain(element.placeholder) || beside || element.action_id;
}

/** Any element of a section or an actions block. */
export function Element({ block, element }) {
  const viewer = useContext(Viewer);
  if (element.type === "button") return html`<${Button} block=${block} element=${element} />`;
  if (element.type === "overflow") return html`<${Overflow} block=${block} element=${element} />`;
  if (element.type === "image") return html`<${Picture} element=${element} viewer=${viewer} />`;
  return html`<${Field} block=${block} element=${element} />`;
}

/** Something this page has no picture of yet, as it came. */
export function Unknown({ thing }) {
  return html`<details class="unknown"><summary>${`The demo does not draw “${thing?.type ?? "this"}”`}</summary>
    <pre>${JSON.stringify(thing, null, 2)}</pre></details>`;
}
