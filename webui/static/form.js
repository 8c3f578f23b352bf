// The bar "Save changes" of <form data-changes> is there only when something differs; it warns of nothing.

function state(form) {
  return [...new FormData(form)].filter(([name]) => name !== "csrf")
    .map(([name, value]) => `${name}=${value instanceof File ? `${value.name}/${value.size}` : value}`).join("&");
}

function watch(form) {
  const bar = form.querySelector("[data-save]");
  if (!bar || form.dataset.watched) return;
  form.dataset.watched = "1";
  // What came back with an error is not what is saved.
  const first = form.querySelector("[aria-invalid], .error.summary, .theirs") ? null : state(form);
  const look = () => {
    const differs = state(form) !== first;
    form.classList.toggle("differs", differs);
    bar.classList.toggle("floats", differs);
    bar.classList.toggle("rests", !differs);
  };
  form.addEventListener("input", look);
  form.addEventListener("change", look);
  form.addEventListener("reset", () => setTimeout(look));
  bar.querySelector("[data-discard]")?.addEventListener("click", (event) => {
    if (first === null) return;
    event.preventDefault();
    form.reset();
    look();
  });
  look();
}

function all() {
  for (const form of document.querySelectorAll("form[data-changes]")) watch(form);
}

// One press sends once.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "1";
  setTimeout(() => { delete form.dataset.sent; }, 3000);
});

// What takes long shows that it is at work, and on how much: <form data-works> with an element [data-working] in it.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  const sign = form.matches("[data-works]") && !event.defaultPrevented && form.querySelector("[data-working]");
  if (!sign) return;
  sign.hidden = false;
  const file = form.querySelector("input[type=file]")?.files[0];
  const lines = sign.querySelector("[data-lines]");
  if (!file || !lines) return;
  const count = ((await file.text()).match(/\n/g) ?? []).length;
  lines.textContent = lines.dataset.lines.replace("{number}", count.toLocaleString(document.documentElement.lang));
});
addEventListener("pageshow", () => {
  for (const sign of document.querySelectorAll("[data-working]")) sign.hidden = true;
});

// A choice that needs no button: <select data-submits>; without a script there is one.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
});

// Copy what stands in an element: <button data-copy="id" hidden>
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
    button.classList.add("done");
  });
}

addEventListener("pageshow", all);
document.addEventListener("swapped", all);
all();
document.querySelector(".error.summary")?.focus();
