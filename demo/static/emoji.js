/** Common emoji by their short names; others stand as :name:. */

const TABLE = `
+1 👍 -1 👎 thumbsup 👍 thumbsdown 👎 wave 👋 clap 👏 raised_hands 🙌 raised_hand ✋ hand ✋ pray 🙏 handshake 🤝 muscle 💪 ok_hand 👌
point_right 👉 point_left 👈 point_up ☝️ point_down 👇 writing_hand ✍️ speaking_head_in_silhouette 🗣️ busts_in_silhouette 👥
bust_in_silhouette 👤 couple 👫 people_holding_hands 🧑‍🤝‍🧑
smile 😄 smiley 😃 slightly_smiling_face 🙂 grinning 😀 blush 😊 wink 😉 joy 😂 thinking_face 🤔 sweat_smile 😅 neutral_face 😐
disappointed 😞 cry 😢 heart_eyes 😍 sunglasses 😎 hugging_face 🤗 relieved 😌 upside_down_face 🙃 slightly_frowning_face 🙁
heart ❤️ green_heart 💚 blue_heart 💙 sparkles ✨ star ⭐ star2 🌟 fire 🔥 tada 🎉 rocket 🚀 boom 💥 zap ⚡ bulb 💡 seedling 🌱
herb 🌿 four_leaf_clover 🍀 deciduous_tree 🌳 sunflower 🌻 sunny ☀️ sunrise 🌅 partly_sunny ⛅ cloud ☁️ rainbow 🌈 crescent_moon 🌙
coffee ☕ tea 🍵 cake 🍰 apple 🍎 pizza 🍕
white_check_mark ✅ heavy_check_mark ✔️ ballot_box_with_check ☑️ x ❌ negative_squared_cross_mark ❎ no_entry ⛔ no_entry_sign 🚫
warning ⚠️ exclamation ❗ question ❓ grey_question ❔ information_source ℹ️ bangbang ‼️ sos 🆘 new 🆕 ok 🆗
red_circle 🔴 large_blue_circle 🔵 large_green_circle 🟢 large_yellow_circle 🟡 large_orange_circle 🟠 white_circle ⚪ black_circle ⚫
large_green_square 🟩 large_yellow_square 🟨 white_large_square ⬜ white_small_square ▫️ black_small_square ▪️
small_blue_diamond 🔹 small_orange_diamond 🔸 arrow_right ➡️ arrow_left ⬅️ arrow_up ⬆️ arrow_down ⬇️
arrows_counterclockwise 🔄 repeat 🔁 leftwards_arrow_with_hook ↩️ twisted_rightwards_arrows 🔀 fast_forward ⏩ black_right_pointing_double_triangle_with_vertical_bar ⏭️
one 1️⃣ two 2️⃣ three 3️⃣ four 4️⃣ five 5️⃣ six 6️⃣
calendar 📆 date 📅 spiral_calendar_pad 🗓️ alarm_clock ⏰ clock1 🕐 clock9 🕘 clock10 🕙 hourglass ⌛ hourglass_flowing_sand ⏳ stopwatch ⏱️ watch ⌚
bell 🔔 no_bell 🔕 zzz 💤 mega 📣 loudspeaker 📢 speech_balloon 💬 left_speech_bubble 🗨️ thought_balloon 💭
memo 📝 pencil 📝 pencil2 ✏️ notebook 📓 book 📖 books 📚 clipboard 📋 page_facing_up 📄 bookmark 🔖 bookmark_tabs 📑 file_folder 📁
card_index_dividers 🗂️ bar_chart 📊 chart_with_upwards_trend 📈 chart_with_downwards_trend 📉 pushpin 📌 round_pushpin 📍 paperclip 📎 link 🔗
lock 🔒 unlock 🔓 key 🔑 mag 🔍 gear ⚙️ wrench 🔧 wastebasket 🗑️ inbox_tray 📥 outbox_tray 📤 envelope ✉️ email 📧 package 📦 ticket 🎫
telephone_receiver 📞 phone ☎️ iphone 📱 computer 💻 desktop_computer 🖥️ video_camera 📹 movie_camera 🎥 camera 📷 studio_microphone 🎙️ ear 👂 eyes 👀
house 🏠 office 🏢 school 🏫 airplane ✈️ train 🚆 bus 🚌 car 🚗 world_map 🗺️ earth_africa 🌍 globe_with_meridians 🌐 compass 🧭
trophy 🏆 medal 🏅 dart 🎯 game_die 🎲 jigsaw 🧩 art 🎨 gift 🎁 balloon 🎈 mortar_board 🎓 brain 🧠 palm_tree 🌴 beach_with_umbrella 🏖️
robot_face 🤖 wheelchair ♿ infinity ♾️ heavy_plus_sign ➕ heavy_minus_sign ➖ point_up_2 👆 v ✌️ crossed_fingers 🤞
`;

const words = TABLE.trim().split(/\s+/);
const EMOJI = new Map();
for (let i = 0; i < words.length; i += 2) EMOJI.set(words[i], words[i + 1]);

/** The character for a short name, or undefined. */
export const emoji = (name) => EMOJI.get(name);

/** The character for a code such as "1f389" or "1f468-200d-1f469". */
export const emojiOfCode = (code) => String.fromCodePoint(...code.split("-").map((part) => parseInt(part, 16)));
