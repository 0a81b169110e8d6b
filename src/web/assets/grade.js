// The grading page: keys for everything, drafts that save themselves, evidence from lines and sound.

import { clockText } from "./player.js";
import { keys, lines, player, takesKeys } from "./hear.js";

const root = document.getElementById("grade");
const form = document.getElementById("sheet");
const state = document.getElementById("state");
const words = root.dataset;
const kept = `assay:draft:${words.sample}`;

// ---- Items

const items = [...form.querySelectorAll(".item")];
let current = 0;

const answered = (item) => item.querySelector("input[type=radio]:checked")?.value;

function choose(index, focus = true) {
  current = Math.min(Math.max(index, 0), items.length - 1);
  items.forEach((item, n) => item.classList.toggle("current", n === current));
  if (focus) {
    items[current].focus({ preventScroll: true });
    items[current].scrollIntoView({ block: "nearest" });
  }
}

function mark(value) {
  const box = items[current].querySelector(`input[value=${value}]`);
  if (!box) return;
  box.checked = true;
  changed();
  if (value === "fail") {
    const comment = items[current].querySelector("textarea");
    if (items[current].dataset.comment === "true" && !comment.value) comment.focus();
  } else if (current < items.length - 1) {
    choose(current + 1);
  }
}

for (const [n, item] of items.entries()) item.addEventListener("focusin", () => choose(n, false));

/** What is marked so far, and what follows from it: errors, fine, escalation. A type is fined once, by its gravest finding. */
function count() {
  const tally = { key: 0, non_key: 0, none: 0 };
  const fines = new Map();
  let open = 0;
  let red = false;
  const found = (code, data, lost) => {
    red ||= data.red === "true" || data.class === "A";
    fines.set(code, Math.max(fines.get(code) ?? 0, Number(lost ? data.lossFine : data.fine)));
  };
  for (const item of items) {
    const outcome = answered(item);
    item.classList.toggle("is-fail", outcome === "fail");
    if (!outcome) open += 1;
    if (outcome !== "fail") continue;
    tally[item.dataset.kind] += 1;
    if (item.dataset.type) found(item.dataset.type, item.dataset, item.querySelector("[name^='lost:']")?.checked);
  }
  const types = new Set();
  for (const select of form.querySelectorAll("[name=v-type]")) {
    const option = select.selectedOptions[0];
    if (!option?.value) continue;
    found(option.value, option.dataset, select.closest(".violation").querySelector("[name=v-lost]").value === "yes");
    if (types.has(option.value)) continue;
    types.add(option.value);
    tally[option.dataset.counts] += 1;
  }
  document.getElementById("key").value = tally.key;
  document.getElementById("non-key").value = tally.non_key;
  document.getElementById("open").value = open;
  const escalates = document.getElementById("red");
  if (escalates) escalates.hidden = !red;
  const fine = document.getElementById("fine");
  if (fine) {
    const minor = [...fines.values()].reduce((sum, one) => sum + one, 0);
    fine.value = `${(minor / 10 ** Number(words.digits)).toFixed(Number(words.digits))} ${words.currency}`;
  }
}

// ---- Saving

let timer = null;
let saving = null;
let dirty = false;
let spent = 0;
let lastTick = Date.now();
let blocked = false;

setInterval(() => {
  const now = Date.now();
  if (document.visibilityState === "visible") spent += Math.min(now - lastTick, 5000) / 1000;
  lastTick = now;
}, 1000);

function fields() {
  const data = new URLSearchParams(new FormData(form));
  data.delete("seconds");
  return data;
}

/** Keeps what is typed in the browser; says whether that could be done. */
function keep() {
  try {
    localStorage.setItem(kept, JSON.stringify({ version: form.elements.version.value, fields: fields().toString() }));
    return true;
  } catch {
    return false;
  }
}

function changed() {
  count();
  dirty = true;
  const here = keep();
  if (words.draft) {
    clearTimeout(timer);
    timer = setTimeout(save, 800);
  } else {
    sayKept(here);
  }
}

/** Where the service keeps no draft, what is typed is in the browser only. */
function sayKept(here) {
  state.value = here ? words.here : words.lost;
  state.classList.toggle("fault", !here);
}

async function save() {
  if (!words.draft) {
    sayKept(keep());
    return true;
  }
  if (blocked) return false;
  if (saving) {
    await saving;
    if (!dirty) return true;
  }
  clearTimeout(timer);
  saving = saveNow();
  const done = await saving;
  saving = null;
  return done;
}

async function saveNow() {
  const data = fields();
  const seconds = Math.floor(spent);
  data.set("seconds", String(seconds));
  dirty = false;
  state.value = words.saving;
  state.classList.remove("fault");
  try {
    const response = await fetch(words.draft, { method: "POST", body: data });
    const answer = await response.json();
    if (response.status === 412 || response.status === 409) {
      blocked = true;
      state.value = response.status === 412 ? words.elsewhere : answer.detail;
      state.classList.add("fault");
      return false;
    }
    if (!response.ok) {
      state.value = answer.detail;
      state.classList.add("fault");
      return false;
    }
    spent -= seconds;
    form.elements.version.value = answer.version;
    if (!dirty) localStorage.removeItem(kept);
    state.value = `${words.saved} ${new Date().toLocaleTimeString()}`;
    return true;
  } catch {
    dirty = true;
    state.value = words.unsaved;
    state.classList.add("fault");
    timer = setTimeout(save, 4000);
    return false;
  }
}

form.addEventListener("input", changed);
form.addEventListener("change", changed);
if (words.draft) {
  addEventListener("online", save);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && dirty) save();
  });
}
form.addEventListener("submit", (event) => {
  // The post carries the whole sheet, so nothing has to be saved before it.
  if (event.submitter?.value === "submit") {
    clearTimeout(timer);
    form.elements.seconds.value = String(Math.floor(spent));
    // Where the browser's copy is the only one, it goes when the answer says that the sheet was taken (app.js).
    if (words.draft) localStorage.removeItem(kept);
    else sessionStorage.setItem("assay:handed-in", kept);
    blocked = true;
  } else {
    event.preventDefault();
    delete form.dataset.sent;
    save();
  }
});

function restore() {
  const text = localStorage.getItem(kept);
  if (!text) return;
  const { version, fields: old } = JSON.parse(text);
  if (version !== form.elements.version.value) {
    localStorage.removeItem(kept);
    return;
  }
  const data = new URLSearchParams(old);
  while (form.querySelectorAll(".violation").length < data.getAll("v-type").length) another();
  const seen = {};
  for (const [name, value] of data) {
    if (name === "csrf" || name === "version") continue;
    const boxes = [...form.querySelectorAll(`[name="${CSS.escape(name)}"]`)];
    if (boxes[0]?.type === "radio") {
      for (const box of boxes) box.checked = box.value === value;
    } else {
      const at = (seen[name] = (seen[name] ?? -1) + 1);
      if (boxes[at]?.type === "checkbox") boxes[at].checked = true;
      else if (boxes[at]) boxes[at].value = value;
    }
  }
  changed();
  state.value = words.restored;
}

// ---- Violations

const addButton = document.getElementById("another");
addButton.hidden = false;
addButton.addEventListener("click", () => another().querySelector(".find input").focus());
for (const find of form.querySelectorAll(".find")) find.hidden = false;

// Typing narrows the choice; Enter takes the first that fits and goes on to the comment.
function narrow(row, text) {
  const wanted = text.trim().toLowerCase();
  const select = row.querySelector("select[name=v-type]");
  const fits = [];
  for (const option of select.options) {
    option.hidden = Boolean(wanted) && Boolean(option.value) && !option.textContent.toLowerCase().includes(wanted);
    if (option.value && !option.hidden) fits.push(option);
  }
  for (const group of select.querySelectorAll("optgroup")) group.hidden = [...group.children].every((option) => option.hidden);
  if (wanted && fits.length > 0) select.value = fits[0].value;
  return fits;
}

form.addEventListener("input", (event) => {
  const find = event.target.closest(".find");
  if (find) narrow(find.closest(".violation"), event.target.value);
}, { capture: true });

form.addEventListener("keydown", (event) => {
  const find = event.target.closest(".find");
  if (!find || event.ctrlKey || event.metaKey) return;
  const row = find.closest(".violation");
  if (event.key === "Enter") {
    event.preventDefault();
    narrow(row, event.target.value);
    row.querySelector("textarea").focus();
    changed();
  } else if (event.key === "ArrowDown") {
    event.preventDefault();
    row.querySelector("select").focus();
  }
});

function another() {
  const all = form.querySelectorAll(".violation");
  const copy = all[all.length - 1].cloneNode(true);
  narrow(copy, "");
  for (const box of copy.querySelectorAll("select, input, textarea")) box.value = box.name === "v-lost" ? "no" : "";
  addButton.before(copy);
  return copy;
}

// ---- Evidence

for (const button of form.querySelectorAll("[data-do=attach]")) button.hidden = false;

form.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do=attach]");
  if (button) attach(button.previousElementSibling);
});

function attach(box) {
  const picked = lines.filter((line) => line.querySelector("input").checked).map((line) => Number(line.dataset.line));
  const parts = [];
  for (let i = 0; i < picked.length; i += 1) {
    let last = picked[i];
    const first = last;
    while (picked[i + 1] === last + 1) last = picked[(i += 1)];
    parts.push(first === last ? `#${first}` : `#${first}-${last}`);
  }
  if (player?.span) parts.push(`${clockText(player.span[0])}-${clockText(Math.ceil(player.span[1]))}`);
  if (parts.length === 0 && player && player.now > 0) parts.push(`${clockText(Math.max(player.now - 5, 0))}-${clockText(Math.min(player.now + 5, player.duration))}`);
  if (parts.length === 0) return;
  box.value = [box.value.trim(), ...parts].filter(Boolean).join(", ");
  for (const line of lines) line.querySelector("input").checked = false;
  if (player) {
    player.span = null;
    player.draw();
  }
  changed();
}

// ---- Keys

const help = document.getElementById("keys");
const showKeys = document.getElementById("show-keys");
showKeys.hidden = false;
showKeys.addEventListener("click", () => help.showModal());

const plain = {
  ...keys,
  j: () => choose(current + 1),
  ArrowDown: () => choose(current + 1),
  k: () => choose(current - 1),
  ArrowUp: () => choose(current - 1),
  1: () => mark("pass"),
  2: () => mark("fail"),
  3: () => mark("na"),
  c: () => items[current].querySelector("textarea").focus(),
  g: () => {
    const guidance = items[current].querySelector("details");
    if (guidance) guidance.open = !guidance.open;
  },
  e: () => attach(items[current].querySelector("[name^=evidence]")),
  v: () => {
    const empty = [...form.querySelectorAll(".violation")].find((row) => !row.querySelector("select").value);
    (empty ?? another()).querySelector(".find input").focus();
  },
  r: () => {
    const replace = document.getElementById("replace");
    if (!replace) return;
    replace.open = true;
    replace.querySelector("select").focus();
  },
  "?": () => help.showModal(),
};

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
    event.preventDefault();
    form.requestSubmit(form.querySelector("[value=submit]"));
    return;
  }
  if ((event.ctrlKey || event.metaKey) && event.key === "s") {
    event.preventDefault();
    save();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
  const target = event.target;
  const typing = target.matches("textarea, select, input:not([type=radio]):not([type=checkbox])");
  if (event.key === "Escape" && (typing || target.matches("input"))) {
    choose(current);
    return;
  }
  if (takesKeys(target, event.key)) return;
  const act = plain[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (act) {
    event.preventDefault();
    act();
  }
});

restore();
count();
const wrong = items.findIndex((item) => item.querySelector(".fault"));
choose(wrong >= 0 ? wrong : Math.max(items.findIndex((item) => !answered(item)), 0));
// Where the scorecard stands below the conversation, one begins with the conversation.
if (wrong < 0 && matchMedia("(max-width: 64rem)").matches) scrollTo(0, 0);
