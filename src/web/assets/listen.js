// A conversation that evidence leads to: `?at=65000` opens it at that millisecond, `?lines=3-5` at those lines, and plays.

import { keys, lines, player, takesKeys } from "./hear.js";

const wanted = new URLSearchParams(location.search);
const first = lines.find((line) => line.classList.contains("evidence"));
first?.scrollIntoView({ block: "center" });

const at = wanted.has("at") ? Number(wanted.get("at")) : first?.dataset.start;
if (player && at !== undefined && !Number.isNaN(Number(at))) {
  player.seek(Number(at) / 1000, true);
  // Where the browser lets nothing play by itself, the button to press is at hand.
  document.querySelector("[data-do=play]").focus({ preventScroll: true });
}

const help = document.getElementById("keys");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || help.open || takesKeys(event.target, event.key)) return;
  if (event.key === "?") {
    help.showModal();
    return;
  }
  const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (act) {
    event.preventDefault();
    act();
  }
});

const showKeys = document.getElementById("show-keys");
showKeys.hidden = false;
showKeys.addEventListener("click", () => help.showModal());
