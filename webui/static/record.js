// Sound fields: hear a typed text, a file or a recording before it is saved; record by phone or microphone.

const LONGEST = 120_000; // ms
const POLL = 1000;

async function ask(form, path, fields) {
  const body = new FormData();
  body.set("csrf", form.elements.csrf.value);
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  const answer = await fetch(path, { method: "POST", body, headers: { Accept: "application/json" } });
  const answered = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(answered.error ?? "");
  return answered;
}

function field(box) {
  const name = box.dataset.sound;
  const form = box.closest("form");
  const taken = form.elements[`${name}_taken`];
  const text = form.elements[`${name}_text`];
  const file = form.elements[`${name}_file`];
  const says = box.querySelector("[data-says]");
  const take = box.querySelector("[data-take]");
  const audio = take.querySelector("audio");
  let turn = 0;

  const say = (what) => { says.textContent = says.dataset[what] ?? what; };

  function use(id) {
    taken.value = id;
    take.hidden = !id;
    if (id) audio.src = `/sound/takes/${id}/sound`;
    else audio.removeAttribute("src");
    say("");
    form.dispatchEvent(new Event("change", { bubbles: true }));
  }

  // Only what was begun last counts.
  async function make(work, waiting = "working") {
    const mine = ++turn;
    say(waiting);
    try {
      const id = await work(() => mine === turn);
      if (mine !== turn) return;
      use(id);
      audio.play().catch(() => {});
    } catch (error) {
      if (mine === turn) say(error.message || "lost");
    }
  }

  const decoded = async (sound) => (await ask(form, "/sound/decode", { sound })).id;

  box.querySelector("[data-hear]").addEventListener("click", (event) => {
    event.preventDefault();
    const speaks = form.elements.speaks?.value ?? "";
    make(async () => (await ask(form, "/sound/hear", { hear: name, [`${name}_text`]: text.value, speaks })).id);
  });

  box.querySelector("[data-record]")?.addEventListener("click", (event) => {
    event.preventDefault();
    const rings = event.currentTarget.value;
    make(async (counts) => {
      const { id } = await ask(form, "/sound/record", { rings });
      while (counts()) {
        const { state } = await (await fetch(`/sound/takes/${id}/state`, { cache: "no-store" })).json();
        if (state === "ready") break;
        if (state === "failed") throw new Error(says.dataset.failed);
        if (counts()) say(state === "ringing" ? "rings" : "speaking");
        await new Promise((done) => setTimeout(done, POLL));
      }
      return id;
    }, "rings");
  });

  file.addEventListener("change", () => {
    const [chosen] = file.files;
    if (chosen) make(async () => { const id = await decoded(chosen); file.value = ""; return id; });
  });

  text.addEventListener("input", () => { if (taken.value) use(""); });
  box.querySelector("[data-drop]").addEventListener("click", () => { turn++; use(""); });

  microphone(box.querySelector("[data-microphone]"), say, says, (sound) => make(() => decoded(sound)));
}

function microphone(button, say, says, done) {
  if (!isSecureContext || !navigator.mediaDevices || !window.MediaRecorder) {
    if (!isSecureContext) say("insecure");
    return;
  }
  const label = button.querySelector("span");
  const idle = label.textContent;
  let recorder = null;
  button.hidden = false;
  button.addEventListener("click", async () => {
    if (recorder) return recorder.stop();
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch {
      return say("denied");
    }
    const pieces = [];
    recorder = new MediaRecorder(stream);
    const limit = setTimeout(() => recorder?.stop(), LONGEST - 500);
    recorder.addEventListener("dataavailable", (event) => pieces.push(event.data));
    recorder.addEventListener("stop", () => {
      clearTimeout(limit);
      for (const track of stream.getTracks()) track.stop();
      const sound = new Blob(pieces, { type: recorder.mimeType });
      recorder = null;
      label.textContent = idle;
      button.classList.remove("danger");
      done(sound);
    });
    recorder.start();
    label.textContent = says.dataset.stop;
    button.classList.add("danger");
    say("records");
  });
}

for (const box of document.querySelectorAll("[data-sound]")) field(box);
