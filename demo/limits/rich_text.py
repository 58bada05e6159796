"""The rich_text block: paragraphs, lists, quotes, and what stands in them."""

from demo.limits.checks import Check, anything, by_type, flag, listed, number, one_of, shape, string
from demo.limits.texts import TYPE

MANY = 1000
STYLE = shape({}, dict.fromkeys(("bold", "italic", "strike", "code", "underline", "highlight"), flag))
STYLED = {"style": STYLE}

INLINE: dict[str, Check] = {
    "text": shape({"type": TYPE, "text": string(12_000)}, STYLED),
    "link": shape({"type": TYPE, "url": string(3000)}, {"text": string(3000), "unsafe": flag, **STYLED}),
    "emoji": shape(
        {"type": TYPE, "name": string(100)}, {"unicode": string(100), "skin_tone": anything, **STYLED}
    ),
    "user": shape({"type": TYPE, "user_id": string(255)}, STYLED),
    "usergroup": shape({"type": TYPE, "usergroup_id": string(255)}, STYLED),
    "channel": shape({"type": TYPE, "channel_id": string(255)}, STYLED),
    "broadcast": shape({"type": TYPE, "range": one_of("here", "channel", "everyone")}, STYLED),
    "color": shape({"type": TYPE, "value": string(20)}, STYLED),
    "date": shape(
        {"type": TYPE, "timestamp": number(0, 9_999_999_999), "format": string(255)},
        {"url": string(3000), "fallback": string(255), **STYLED},
    ),
}
LINE = listed(by_type(INLINE), MANY)
SECTION = shape({"type": TYPE, "elements": LINE}, {})
BORDER = {"border": number(0, 1)}

PARTS: dict[str, Check] = {
    "rich_text_section": SECTION,
    "rich_text_list": shape(
        {
            "type": TYPE,
            "style": one_of("bullet", "ordered"),
            "elements": listed(by_type({"rich_text_section": SECTION}), MANY),
        },
        {"indent": number(0, 8), "offset": number(0, MANY), **BORDER},
    ),
    "rich_text_quote": shape({"type": TYPE, "elements": LINE}, BORDER),
    "rich_text_preformatted": shape({"type": TYPE, "elements": LINE}, {"language": string(50), **BORDER}),
}

RICH_TEXT = shape({"type": TYPE, "elements": listed(by_type(PARTS), MANY)}, {"block_id": string(255)})
