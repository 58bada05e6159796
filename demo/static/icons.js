/** Line icons, drawn here so that nothing is fetched. All are decoration: the words stand beside them or in a label. */
import { html } from "./dom.js";

const PATHS = {
  close: "M5 5l10 10M15 5L5 15",
  menu: "M3 5.5h14M3 10h14M3 14.5h14",
  home: "M3.5 9.5L10 4l6.5 5.5M5.5 8.5v7.5h9V8.5",
  hash: "M7.5 3.5l-1.5 13M14 3.5l-1.5 13M4 7.5h13M3.5 12.5h13",
  lock: "M5.5 9h9v7h-9zM7.5 9V6.5a2.5 2.5 0 015 0V9",
  people: "M7.5 9.5a2.5 2.5 0 100-5 2.5 2.5 0 000 5zM3 16c0-2.5 1.8-4.2 4.5-4.2S12 13.5 12 16zM13 9.5a2 2 0 100-4M13.5 12c2 .2 3.5 1.7 3.5 4",
  message: "M3.5 4.5h13v9h-7l-3.5 3v-3h-2.5z",
  clock: "M10 3a7 7 0 100 14 7 7 0 000-14zM10 6v4.2l2.8 1.8",
  down: "M5.5 8l4.5 4.5L14.5 8",
  back: "M11.5 5L6.5 10l5 5M6.5 10h9",
  more: "M4.8 10h.01M10 10h.01M15.2 10h.01",
  file: "M5.5 3h6l3.5 3.5V17h-9.5zM11.5 3v3.5H15",
  download: "M10 3.5v9M6.5 9.5l3.5 3.5 3.5-3.5M4 16.5h12",
  eye: "M2.5 10S5 5.5 10 5.5s7.5 4.5 7.5 4.5-2.5 4.5-7.5 4.5S2.5 10 2.5 10zM10 12a2 2 0 100-4 2 2 0 000 4z",
  send: "M3.5 10L16.5 4l-4 12.5-3-5z",
  swap: "M4 7.5h11M12 4.5l3 3-3 3M16 12.5H5M8 9.5l-3 3 3 3",
  check: "M4.5 10.5l3.5 3.5 7.5-8",
  search: "M9 14.5a5.5 5.5 0 100-11 5.5 5.5 0 000 11zM13 13l4 4",
  pulse: "M2.5 10.5h3.5l2-5 3.5 9.5 2.2-4.5h3.8",
};

export function Icon({ name }) {
  return html`<svg class="icon" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false"><path d=${PATHS[name]} /></svg>`;
}
