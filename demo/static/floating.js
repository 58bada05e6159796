/** Lists that float under (or over) what opened them, out of the clip of scrolling boxes. */
import { useLayoutEffect } from "./dom.js";

const GAP = 4;
const EDGE = 8;

/** While open, keep `floating` beside `anchor`; `matchWidth` makes it as wide, `alignEnd` lines up the right edges. */
export function useFloating(open, anchor, floating, { matchWidth = false, alignEnd = false } = {}) {
  useLayoutEffect(() => {
    if (!open || !floating.current) return undefined;
    const place = () => floating.current && put(anchor.current.getBoundingClientRect(), floating.current, matchWidth, alignEnd);
    place();
    addEventListener("scroll", place, true);
    addEventListener("resize", place);
    return () => {
      removeEventListener("scroll", place, true);
      removeEventListener("resize", place);
    };
  });
}

function put(anchor, floating, matchWidth, alignEnd) {
  const { style } = floating;
  if (matchWidth) style.width = `${anchor.width}px`;
  style.maxHeight = "";
  const height = floating.offsetHeight;
  const below = innerHeight - anchor.bottom - GAP - EDGE;
  const above = anchor.top - GAP - EDGE;
  const up = height > below && above > below;
  const shown = Math.min(height, up ? above : below);
  style.maxHeight = `${Math.max(shown, 96)}px`;
  style.top = `${up ? anchor.top - GAP - shown : anchor.bottom + GAP}px`;
  const left = alignEnd ? anchor.right - floating.offsetWidth : anchor.left;
  style.left = `${Math.max(EDGE, Math.min(left, innerWidth - floating.offsetWidth - EDGE))}px`;
}
