/** Block Kit: the blocks of messages, modals and Home tabs. */
import { Container } from "./container.js";
import { classes, freshId, html, useContext, useState, Viewer } from "./dom.js";
import { Element, Field, imageUrl, Unknown } from "./elements.js";
import { counterOf } from "./inputs.js";
import { plain, textObject } from "./mrkdwn.js";
import { richText } from "./richtext.js";
import { valueOf } from "./values.js";

function Section({ block, viewer }) {
  return html`<div class=${classes("section", block.accessory && "with-accessory")}>
    <div class="section-text">
      ${block.text && textObject(block.text, viewer)}
      ${block.fields && html`<div class="section-fields">${block.fields.map((field) => html`<div>${textObject(field, viewer)}</div>`)}</div>`}
    </div>
    ${block.accessory && html`<div class="accessory"><${Element} block=${block} element=${block.accessory} /></div>`}
  </div>`;
}

const Actions = ({ block }) =>
  html`<div class="actions">${block.elements.map((element) => html`<${Element} key=${element.action_id} block=${block} element=${element} />`)}</div>`;

function ContextBlock({ block, viewer }) {
  return html`<div class="context">${block.elements.map((element) =>
    element.type === "image" ? html`<${Element} block=${block} element=${element} />` : html`<div>${textObject(element, viewer)}</div>`,
  )}</div>`;
}

function Image({ block, viewer }) {
  const [broken, setBroken] = useState(false);
  const src = imageUrl(block, viewer);
  return html`<figure class="image">
    ${block.title && html`<figcaption>${plain(block.title)}</figcaption>`}
    ${broken || !src
      ? html`<p class="image-missing">${block.alt_text || "A picture"}</p>`
      : html`<img src=${src} alt=${block.alt_text ?? ""} onError=${() => setBroken(true)} />`}
  </figure>`;
}

const GROUPS = ["checkboxes", "radio_buttons"];

function Input({ block }) {
  const container = useContext(Container);
  const [id] = useState(() => freshId("field"));
  const { element } = block;
  const error = container.errors?.[block.block_id];
  const counter = counterOf(element, element.type === "plain_text_input" ? valueOf(container.key, block, element) : "");
  const isGroup = GROUPS.includes(element.type);
  const described = [block.optional && `${id}-optional`, error && `${id}-error`, block.hint && `${id}-hint`, counter && `${id}-left`].filter(Boolean).join(" ");
  const field = {
    id,
    "aria-describedby": described || undefined,
    "aria-invalid": error ? "true" : undefined,
    "aria-required": block.optional || (isGroup && element.type === "checkboxes") ? undefined : "true",
    ...(isGroup ? { "aria-labelledby": `${id}-label` } : { labelled: true }),
  };
  const words = plain(block.label);
  return html`<div class=${classes("input", error && "input-wrong")}>
    <div class="label">${isGroup ? html`<span id=${`${id}-label`}>${words}</span>` : html`<label for=${id}>${words}</label>`}
      ${block.optional && html`<span class="optional" id=${`${id}-optional`}> (optional)</span>`}</div>
    <${Field} block=${block} element=${element} field=${field} invalid=${Boolean(error)} />
    ${counter && html`<p class=${classes("counter", counter.over && "counter-over")} id=${`${id}-left`}>${counter.text}</p>`}
    ${error && html`<p class="error" id=${`${id}-error`} data-testid="field-error">${plain(error)}</p>`}
    ${block.hint && html`<p class="hint" id=${`${id}-hint`}>${plain(block.hint)}</p>`}
  </div>`;
}

const BLOCKS = {
  section: Section,
  actions: Actions,
  context: ContextBlock,
  divider: () => html`<hr />`,
  header: ({ block, viewer }) => html`<h3 class="block-header">${textObject(block.text, viewer)}</h3>`,
  image: Image,
  input: Input,
  rich_text: ({ block, viewer }) => richText(block, viewer),
};

/** All blocks of a container. */
export function Blocks({ container }) {
  const viewer = useContext(Viewer);
  return html`<${Container.Provider} value=${container}>
    <div class="blocks">${container.blocks.map((block, index) => {
      const Drawn = BLOCKS[block.type];
      return html`<div key=${block.block_id ?? index} class=${`block block-${block.type}`} data-testid=${block.type === "input" ? "field" : undefined}
        data-block-id=${block.block_id}>
        ${Drawn ? html`<${Drawn} block=${block} viewer=${viewer} />` : html`<${Unknown} thing=${block} />`}
      </div>`;
    })}</div>
  <//>`;
}
