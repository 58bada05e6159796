/** Addresses inside the demo: #home, #C0ABC, #C0ABC/1700000000.000100 for a thread. */

/** {channel, thread} of an address' hash; channel is "home" or an id, or empty. */
export function readHash(hash) {
  const [channel = "", thread = ""] = decodeURIComponent(hash.replace(/^#/, "")).split("/");
  return { channel, thread };
}

export const hashOf = (channel, thread) => `#${channel}${thread ? `/${thread}` : ""}`;

/** The hash for a link that Slack would open inside itself, or undefined for any other. */
export function followInside(url, viewer) {
  const message = url.match(/^https:\/\/[^/]+\/archives\/([A-Z0-9]+)(?:\/p(\d+)(\d{6}))?(?:\?.*?thread_ts=([\d.]+))?/);
  if (message && viewer.channels.has(message[1])) return hashOf(message[1], message[4]);
  const deep = url.match(/^slack:\/\/(app|channel|user)\?(.*)$/);
  if (!deep) return undefined;
  const params = new URLSearchParams(deep[2]);
  if (deep[1] === "app") return params.get("tab") === "messages" ? hashOf(viewer.dm) : hashOf("home");
  return hashOf(params.get("id") ?? "");
}
