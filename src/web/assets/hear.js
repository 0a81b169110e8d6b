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

function hearLine(index) {
  const line = lines[index];
  if (!line) return;
  cursor = index;
  lines.forEach((l, n) => l.classList.toggle("cursor", n === index));
  line.scrollIntoView({ block: "nearest" });
  if (player && line.dataset.start !== undefined) player.seek(Number(line.dataset.start) / 1000, true);
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
  document.getElementById("found").value = wanted ? found : "";
});


// Evidence leads here: `?at=65000` plays from there, `?lines=3-5` marks them.
const wanted = new URLSearchParams(location.search);
const [first, last] = (wanted.get("lines") ?? "").split("-").map(Number);
if (first) {
  for (const line of lines) {
    const n = Number(line.dataset.line);
    line.classList.toggle("evidence", n >= first && n <= (last || first));
  }
  const line = lines[first - 1];
  line?.scrollIntoView({ block: "center" });
  if (line?.dataset.start !== undefined && !wanted.has("at")) player?.seek(Number(line.dataset.start) / 1000, false);
}
if (wanted.has("at")) player?.seek(Number(wanted.get("at")) / 1000, false);
