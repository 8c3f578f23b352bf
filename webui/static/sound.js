// Messages as waveforms one can play and seek in; without this file the browser's own player does.

function clock(seconds) {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

function dress(player) {
  if (player.dataset.dressed) return;
  player.dataset.dressed = "1";
  const audio = player.querySelector("audio");
  const picture = player.querySelector("svg");
  const seconds = Number(player.dataset.seconds) || 1;
  const pieces = picture.viewBox.baseVal.width;
  const played = picture.querySelector("[data-played]");

  const button = document.createElement("button");
  button.type = "button";
  button.className = "button round primary play";
  const slider = document.createElement("div");
  slider.className = "seek";
  slider.tabIndex = 0;
  for (const [name, value] of Object.entries({
    role: "slider", "aria-label": player.dataset.where, "aria-valuemin": 0, "aria-valuemax": Math.round(seconds),
  })) slider.setAttribute(name, value);
  const shown = document.createElement("span");
  shown.className = "soft passed";
  audio.removeAttribute("controls");
  picture.setAttribute("aria-hidden", "true");
  player.append(button, slider, shown);
  slider.append(picture);

  function show() {
    const at = Math.min(audio.currentTime, seconds);
    played.setAttribute("width", (pieces * at) / seconds);
    shown.textContent = `${clock(at)} / ${clock(seconds)}`;
    slider.setAttribute("aria-valuenow", Math.round(at));
    slider.setAttribute("aria-valuetext", shown.textContent);
    button.classList.toggle("plays", !audio.paused);
    button.setAttribute("aria-label", audio.paused ? player.dataset.play : player.dataset.pause);
  }

  function follow() {
    show();
    if (!audio.paused) requestAnimationFrame(follow);
  }

  function go(to) {
    const place = Math.max(0, Math.min(seconds - 0.05, to));
    // A place in what was never fetched is gone to once its length is known.
    if (audio.readyState) audio.currentTime = place;
    else {
      audio.addEventListener("loadedmetadata", () => { audio.currentTime = place; }, { once: true });
      audio.preload = "metadata";
      audio.load();
    }
    show();
  }

  function toggle() {
    if (!audio.paused) return audio.pause();
    for (const other of document.querySelectorAll("audio")) if (other !== audio) other.pause();
    audio.play().catch(show);
  }

  const keys = { ArrowLeft: -2, ArrowDown: -2, ArrowRight: 2, ArrowUp: 2, PageDown: -10, PageUp: 10 };
  slider.addEventListener("keydown", (event) => {
    if (event.key in keys) go(audio.currentTime + keys[event.key]);
    else if (event.key === "Home") go(0);
    else if (event.key === "End") go(seconds);
    else if (event.key === " " || event.key === "Enter") toggle();
    else return;
    event.preventDefault();
  });
  const at = (event) => {
    const box = slider.getBoundingClientRect();
    go(((event.clientX - box.left) / box.width) * seconds);
  };
  slider.addEventListener("pointerdown", (event) => {
    slider.setPointerCapture(event.pointerId);
    at(event);
  });
  slider.addEventListener("pointermove", (event) => {
    if (slider.hasPointerCapture(event.pointerId)) at(event);
  });
  button.addEventListener("click", toggle);
  audio.addEventListener("play", () => { heard(player); follow(); });
  for (const name of ["pause", "ended", "seeked", "timeupdate"]) audio.addEventListener(name, show);
  show();
}

// Who plays a message has heard it.
async function heard(player) {
  const item = player.closest("li.new");
  const form = item?.querySelector("form[data-heard]");
  if (!form) return;
  item.classList.remove("new");
  const body = new FormData(form);
  body.set("heard", "1");
  await fetch(form.action, { method: "POST", body, redirect: "manual" }).catch(() => item.classList.add("new"));
}

const all = () => document.querySelectorAll("[data-player]").forEach(dress);
document.addEventListener("swapped", all);
all();
