"""Whether a press of mouse or finger reaches what it aims at: nothing lies over a link, a button or a field."""

from __future__ import annotations

from playwright.sync_api import Page

_MISSED = """within => {
  const controls = ['a[href]', 'button', 'input:not([type=hidden])', 'select', 'textarea', 'summary', 'audio',
    '[role=slider]', '[role=button]'].map(each => `${within} ${each}`);
  for (const each of document.querySelectorAll('details:not(.menu)')) each.open = true;
  // Something was typed: then the bar with the button to save floats over the page.
  for (const typed of document.querySelectorAll('form[data-changes]')) {
    const field = typed.querySelector('input:is([type=text], [type=number], :not([type])), textarea');
    if (field) field.value += '1', field.dispatchEvent(new Event('input', { bubbles: true }));
  }
  const shown = each => each.checkVisibility({ visibilityProperty: true }) && each.getBoundingClientRect().width > 1;
  const named = each => [each.tagName.toLowerCase(), each.className.baseVal ?? each.className, each.id, each.name ?? '',
    (each.getAttribute('href') ?? each.textContent ?? '').trim().slice(0, 50)].filter(Boolean).join(' ');
  // What a press there would operate: the control under it, or the one whose label is there.
  const reached = (hit, control) => hit !== null && (control.contains(hit)
    || hit.closest('label')?.control === control || hit.closest('label')?.contains(control));
  const missed = [];
  const aim = (place, control) => {
    // As little as brings it into sight: what stays at an edge must not lie over it.
    place.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    for (const { left, top, width, height } of place.getClientRects()) {
      if (width < 2 || height < 2) continue;
      const hit = document.elementFromPoint(left + width / 2, top + height / 2);
      if (!reached(hit, control)) return missed.push(`${named(control)} is under ${hit ? named(hit) : 'nothing'}`);
    }
  };
  for (const control of document.querySelectorAll(controls)) {
    // Those that are there for the keys alone: the way to the content, the button that Enter presses.
    if (control.matches('.skip, .only-read[tabindex="-1"]')) continue;
    if (shown(control)) aim(control, control);
    for (const label of control.labels ?? []) if (shown(label)) aim(label, control);
  }
  return missed;
}"""


def missed(page: Page) -> list[str]:
    """What cannot be pressed on the page, with every fold open and something typed: "LINK is under WHAT"."""
    found: list[str] = page.evaluate(_MISSED, "body")
    menu = page.locator("details.menu > summary")
    if menu.is_visible():
        menu.click()
        found += page.evaluate(_MISSED, ".bar")
        menu.click()
    return found
