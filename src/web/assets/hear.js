// A conversation to hear and read: a line that is clicked is played, the line that is heard is marked, the search finds lines.

import { Player } from "./player.js";

const playerRoot = document.getElementById("player");
export const player = playerRoot && new Player(playerRoot);
export const lines = [...document.querySelectorAll(".line")];
let cursor = -1;
let lastPicked = null;

/** Goes so many lines on and plays from there. */
export function hear(by) {
  hearLine(cursor + by);
}

/** Marks the line that one is at, or takes the mark away. */
export function markLine() {
  const box = lines[Math.max(cursor, 0)]?.querySelector("input");
  if (box) box.checked = !box.checked;
}

function hearLine(index, andPlay = true) {
  const line = lines[index];
  if (!line) return;
  cursor = index;
  lines.forEach((l, n) => l.classList.toggle("cursor", n === index));
  line.scrollIntoView({ block: "nearest" });
  if (player && line.dataset.start !== undefined) player.seek(Number(line.dataset.start) / 1000, andPlay);
}

document.getElementById("lines").addEventListener("click", (event) => {
  const line = event.target.closest(".line");
  if (!line) return;
  const box = line.querySelector("input");
  if (event.target === box) {
    const n = lines.indexOf(line);
    if (event.shiftKey && lastPicked !== null) {
      for (let i = Math.min(n, lastPicked); i <= Math.max(n, lastPicked); i += 1) lines[i].querySelector("input").checked = box.checked;
    }
    lastPicked = n;
  } else if (!event.target.closest(".pick") && !getSelection().toString()) {
    hearLine(lines.indexOf(line));
  }
});

player?.addEventListener("time", ({ detail }) => {
  const now = detail * 1000;
  for (const [n, line] of lines.entries()) {
    const heard = line.dataset.start !== undefined && now >= Number(line.dataset.start) && now < Number(line.dataset.end ?? Infinity);
    if (heard && !line.classList.contains("heard") && player.playing) {
      cursor = n;
      line.scrollIntoView({ block: "nearest" });
    }
    line.classList.toggle("heard", heard);
  }
});

export const search = document.getElementById("search");
search.addEventListener("input", () => {
  const wanted = search.value.trim().toLowerCase();
  let found = 0;
  for (const line of lines) {
    const text = line.querySelector(".text");
    const plain = text.textContent;
    text.textContent = plain;
    const at = wanted ? plain.toLowerCase().indexOf(wanted) : -1;
    line.classList.toggle("miss", Boolean(wanted) && at < 0);
    if (at >= 0) {
      const hit = document.createElement("mark");
      hit.textContent = plain.slice(at, at + wanted.length);
      text.replaceChildren(plain.slice(0, at), hit, plain.slice(at + wanted.length));
      if ((found += 1) === 1) line.scrollIntoView({ block: "nearest" });
    }
  }
  hits = wanted ? lines.filter((line) => !line.classList.contains("miss")) : [];
  document.getElementById("found").value = wanted ? found : "";
});

// Enter goes from hit to hit, Shift+Enter back.
let hits = [];
search.addEventListener("keydown", (event) => {
  if (event.key === "Escape") search.blur();
  if (event.key !== "Enter" || hits.length === 0) return;
  event.preventDefault();
  const at = hits.indexOf(lines[cursor]);
  const next = event.shiftKey ? (at <= 0 ? hits.length : at) - 1 : (at + 1) % hits.length;
  hearLine(lines.indexOf(hits[next]), false);
  document.getElementById("found").value = `${next + 1} / ${hits.length}`;
});

/** What the keys do while one hears and reads. */
export const keys = {
  " ": () => player?.toggle(),
  ArrowLeft: () => player?.move(-10),
  ArrowRight: () => player?.move(10),
  "[": () => player?.stepSpeed(-1),
  "]": () => player?.stepSpeed(1),
  s: () => player?.toggleSilence(),
  n: () => hear(1),
  p: () => hear(-1),
  x: markLine,
  "/": () => search.focus(),
};

/** Whether a key pressed there is typing, or does what the element does. */
export function takesKeys(target, key) {
  if (target.matches("textarea, select, input:not([type=radio]):not([type=checkbox])")) return true;
  return key === " " && Boolean(target.closest("button, summary, a, [type=checkbox]"));
}
