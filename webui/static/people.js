// While an extension is typed: whether it can be had, and a free one to take. Without it the same is said after saving.

const WAIT = 350; // ms after the last key

for (const form of document.querySelectorAll("form[data-free]")) {
  const field = form.querySelector("#f-extension");
  if (!field) continue;
  const hint = document.createElement("p");
  hint.className = "hint";
  hint.setAttribute("role", "status");
  field.after(hint);
  let timer = 0;
  let asked = 0;
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, WAIT);
  });

  async function look() {
    const number = ++asked;
    const query = new URLSearchParams({ extension: field.value.trim(), person: form.dataset.free });
    let found = { wrong: "", free: "" };
    if (field.value.trim()) {
      try {
        const answer = await fetch(`/people/free?${query}`);
        if (answer.ok) found = await answer.json();
      } catch { /* it is said after saving */ }
    }
    if (number === asked) hint.textContent = found.wrong;
    hint.classList.toggle("error", Boolean(found.wrong));
  }
}
