"""Small pictures, drawn for this page: strokes on a grid of 24 by 24."""

ICONS = {
    "brand": "".join(
        f'<circle class="{"lit" if (x, y) == (18, 12) else "key"}" cx="{x}" cy="{y}" r="2.2"/>'
        for y in (6, 12, 18)
        for x in (6, 12, 18)
    ),
    "lock": '<path d="M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3"/>',
    "now": '<path d="M3 12h4l2.5-7 5 14 2.5-7h4"/>',
    "mine": '<circle cx="12" cy="8" r="4"/><path d="M4 20.5c1.2-4 4.2-6 8-6s6.8 2 8 6"/>',
    "tasks": '<path d="M4 6.5l1.5 1.5L8.5 5M4 15.5l1.5 1.5 3-3M12 7h8M12 16h8"/>',
    "messages": '<circle cx="6.5" cy="13" r="3.5"/><circle cx="17.5" cy="13" r="3.5"/><path d="M6.5 16.5h11"/>',
    "people": '<circle cx="9" cy="8.5" r="3.5"/><path d="M2.5 19.5c.8-3.5 3.2-5.3 6.5-5.3s5.7 1.8 6.5 5.3'
    'M15.5 5.3a3.5 3.5 0 0 1 0 6.4M18 14.8c2 .7 3.2 2.3 3.7 4.7"/>',
    "groups": '<circle cx="12" cy="6" r="2.5"/><circle cx="5.5" cy="16" r="2.5"/><circle cx="18.5" cy="16" r="2.5"/>'
    '<path d="M10.5 8.2l-3.6 5.6M13.5 8.2l3.6 5.6M8.3 16h7.4"/>',
    "phones": '<path d="M4.5 9.5C6 6.5 18 6.5 19.5 9.5v2.5h-4v-2h-7v2h-4zM6.5 12.5 5 19.5h14l-1.5-7"/>'
    '<circle cx="12" cy="15" r="1.8"/>',
    "numbers": '<path d="M9.5 4 7.5 20M16.5 4l-2 16M4.5 9h16M3.5 15h16"/>',
    "greetings": '<path d="M4 5h16v11h-8l-4.5 4v-4H4z"/><path d="M9 9v3M12 8v5M15 9v3"/>',
    "trunks": '<path d="M12 13v8M8 21h8"/><circle cx="12" cy="10" r="2"/><path d="M7.5 14.5a6.4 6.4 0 0 1 0-9M16.5 5.5'
    'a6.4 6.4 0 0 1 0 9M4.7 17.3a10.3 10.3 0 0 1 0-14.6M19.3 2.7a10.3 10.3 0 0 1 0 14.6"/>',
    "contacts": '<path d="M6 3.5h13v17H6zM3.5 8H6M3.5 12H6M3.5 16H6"/><circle cx="12.5" cy="9.5" r="2.2"/>'
    '<path d="M8.8 16.5c.6-2 1.9-3 3.7-3s3.1 1 3.7 3"/>',
    "history": '<path d="M4 12a8 8 0 1 0 2.6-5.9L4 8.5M4 4v4.5h4.5M12 7.5V12l3 2"/>',
    "doctor": '<path d="M9.5 4h5v5.5H20v5h-5.5V20h-5v-5.5H4v-5h5.5z"/>',
    "changes": '<path d="M8 7 4 11l4 4M4.5 11H15a5 5 0 0 1 0 10h-4"/>',
    "backup": '<path d="M4 7.5 12 3.5l8 4v9l-8 4-8-4zM4 7.5l8 4 8-4M12 11.5v9"/>',
    "update": '<path d="M19 12a7 7 0 0 1-12.3 4.6M5 12a7 7 0 0 1 12.3-4.6M17.8 3v4.6h-4.6M6.2 21v-4.6h4.6"/>',
    "office": '<path d="M4 21V4h10v17M14 9.5h6V21M2.5 21h19M7.5 8h3M7.5 12h3M7.5 16h3M17 13.5v0M17 17v0"/>',
    "access": '<circle cx="8" cy="12" r="4"/><path d="M12 12h9M18 12v4M21 12v3"/>',
    "privacy": '<path d="M12 3.5 5 6v6c0 4.3 2.8 7.3 7 8.5 4.2-1.2 7-4.2 7-8.5V6z"/><path d="m9 12 2.2 2.2L15.2 10"/>',
    "menu": '<path d="M4 7h16M4 12h16M4 17h16"/>',
    "close": '<path d="M6 6l12 12M18 6 6 18"/>',
    "add": '<path d="M12 5v14M5 12h14"/>',
    "edit": '<path d="m5 19 1-4L16 5l3 3L9 18z"/>',
    "remove": '<path d="M5 7h14M10 7V4.5h4V7M7 7l.8 13h8.4L17 7M10.5 11v5.5M13.5 11v5.5"/>',
    "ok": '<path d="m5 12.5 4.5 4.5L19 7.5"/>',
    "warn": '<path d="M12 4 2.8 19.5h18.4zM12 10v4.5M12 17.2v0"/>',
    "fail": '<circle cx="12" cy="12" r="8.5"/><path d="m9 9 6 6M15 9l-6 6"/>',
    "info": '<circle cx="12" cy="12" r="8.5"/><path d="M12 11v5.5M12 7.8v0"/>',
    "call": '<path d="M6.2 4h3.3l1.5 4-2 1.5c1 2.3 2.7 4 5 5l1.5-2 4 1.5v3.3c0 1-.8 1.7-1.8 1.7C10.8 19 5 13.2 4.5 5.8'
    'c0-1 .7-1.8 1.7-1.8z"/>',
    "incoming": '<path d="M19 5 6 18M6 9v9h9"/>',
    "outgoing": '<path d="M5 19 18 6M9 6h9v9"/>',
    "missed": '<path d="m5 7 6.5 6.5L19 6M5 12V7h5"/>',
    "play": '<path d="M8 5v14l11-7z"/>',
    "record": '<circle cx="12" cy="12" r="6"/>',
    "upload": '<path d="M12 16V4.5M7 9l5-5 5 5M4.5 19.5h15"/>',
    "download": '<path d="M12 4v11.5M7 11l5 5 5-5M4.5 19.5h15"/>',
    "search": '<circle cx="10.5" cy="10.5" r="6"/><path d="m15 15 5.5 5.5"/>',
    "next": '<path d="m9 5 7 7-7 7"/>',
    "back": '<path d="m15 5-7 7 7 7"/>',
    "out": '<path d="M10 4H4.5v16H10M15 8l4 4-4 4M19 12H9.5"/>',
    "phone-out": '<path d="M13 4h7v7M20 4l-9 9"/><path d="M10 5H4.5v14.5H19V14"/>',
    "clock": '<circle cx="12" cy="12" r="8.5"/><path d="M12 7v5l3.5 2"/>',
    "code": '<path d="M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2v2h-2zM18 18h2v2h-2zM18 14v0M14 20v0"/>',
}
