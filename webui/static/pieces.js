// A file may be large: <form data-pieces> sends it in pieces, and one sees how far it is.

const PIECE = 4 * 1024 * 1024;

async function send(form, file) {
  const bar = form.querySelector("progress");
  bar.hidden = false;
  let upload = "";
  for (let at = 0; at < file.size; at += PIECE) {
    const last = at + PIECE >= file.size;
    const piece = new FormData();
    const about = { csrf: form.elements.csrf.value, piece: 1, upload, at, size: file.size, last: last ? 1 : 0 };
    for (const [name, value] of Object.entries(about)) piece.set(name, value);
    piece.set("file", file.slice(at, at + PIECE), "piece");
    const answer = await fetch(form.action, { method: "POST", body: piece });
    const answered = await answer.json();
    if (!answer.ok) throw new Error(answered.error);
    upload = answered.upload;
    bar.value = Math.min(1, (at + PIECE) / file.size);
    if (last) location.assign(answered.page);
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  const file = form.matches("[data-pieces]") && form.querySelector("input[type=file]").files[0];
  if (!file) return;
  event.preventDefault();
  const button = form.querySelector("button");
  const failed = form.querySelector("[data-failed]");
  failed.hidden = true;
  button.disabled = true;
  form.dataset.keep = ""; // what is on its way is not swapped (live.js)
  send(form, file).catch((error) => {
    failed.textContent = error.message;
    failed.hidden = false;
  }).finally(() => {
    button.disabled = false;
    delete form.dataset.keep;
  });
});
