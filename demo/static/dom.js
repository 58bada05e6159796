/** The one door to the vendored library, and a few helpers that every module shares. */
export {
  createContext, html, render, useContext, useEffect, useLayoutEffect, useRef, useState,
} from "./vendor/htm-preact.js";
import { Component, createContext, useEffect } from "./vendor/htm-preact.js";

/** Who looks at the page, from where, at what time of the demo: {me, tz, now, today, people, channels, bot, as}. */
export const Viewer = createContext(null);

/** Join class names, leaving out what is falsy. */
export const classes = (...names) => names.filter(Boolean).join(" ");

/** A component drawn again only when one of its properties is another value. */
export function memo(draw) {
  return class extends Component {
    shouldComponentUpdate(next) {
      const keys = new Set([...Object.keys(next), ...Object.keys(this.props)]);
      return [...keys].some((key) => next[key] !== this.props[key]);
    }
    render(props) {
      return draw(props);
    }
  };
}

/** Call `onLeave` when a press or the focus lands outside the element. */
export function useOutside(ref, active, onLeave) {
  useEffect(() => {
    if (!active) return undefined;
    const check = (event) => ref.current && !ref.current.contains(event.target) && onLeave();
    document.addEventListener("pointerdown", check);
    document.addEventListener("focusin", check);
    return () => {
      document.removeEventListener("pointerdown", check);
      document.removeEventListener("focusin", check);
    };
  }, [active]);
}

let counter = 0;
/** An id that no other element of the page has. */
export const freshId = (prefix) => `${prefix}-${(counter += 1)}`;

/** Something remembered in this browser, as far as it lets us. */
export const memory = {
  get(key) {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  },
  set(key, value) {
    try {
      localStorage.setItem(key, value);
    } catch {
      // Private windows may refuse; the page then asks again next time.
    }
  },
};
