// A backup may be large: it is sent in pieces, and one sees how far it is.

const PIECE = 4 * 1024 * 1024;
const form = document.querySelector("form[data-pieces]");

async function send(file) {
  const bar = form.querySelector("progress");
  bar.hidden = false;
  let upload = "";
  for (let at = 0; at < file.size; at += PIECE) {
    const last = at + PIECE >= file.size;
    const piece = new FormData();
    for (const [name, value] of Object.entries({ csrf: form.elements.csrf.value, piece: 1, upload, at, last: last ? 1 : 0 })) piece.set(name, value);
    piece.set("file", file.slice(at, at + PIECE), "piece");
    const answer = await fetch(form.action, { method: "POST", body: piece });
    const told = await answer.json();
    if (!answer.ok) throw new Error(told.error);
    upload = told.upload;
    bar.value = Math.min(1, (at + PIECE) / file.size);
    if (last) location.assign(`/backup/${told.name}`);
  }
}

form?.addEventListener("submit", (event) => {
  const file = form.querySelector("input[type=file]").files[0];
  if (!file) return;
  event.preventDefault();
  const button = form.querySelector("button");
  const failed = form.querySelector("[data-failed]");
  failed.hidden = true;
  button.disabled = true;
  send(file).catch((error) => {
    failed.textContent = error.message;
    failed.hidden = false;
  }).finally(() => { button.disabled = false; });
});
