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
  const below = innerHeight - anchor.bottom - GAP - EDGE;
  const above = anchor.top - GAP - EDGE;
  style.maxHeight = "var(--most)";
  const up = floating.offsetHeight > below && above > below;
  style.maxHeight = `min(${Math.max(up ? above : below, 96)}px, var(--most))`;
  style.top = up ? "auto" : `${anchor.bottom + GAP}px`;
  style.bottom = up ? `${innerHeight - anchor.top + GAP}px` : "auto";
  const left = alignEnd ? anchor.right - floating.offsetWidth : anchor.left;
  style.left = `${Math.max(EDGE, Math.min(left, innerWidth - floating.offsetWidth - EDGE))}px`;
}
