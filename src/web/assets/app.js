// What every page has.

// A form that was sent once is not sent twice by a second press.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  setTimeout(() => delete form.dataset.sent, 5000);
});

// The first field at fault gets the focus.
document.querySelector("[aria-invalid=true]")?.focus();

// A table that is wider than its box is moved by keys too.
for (const box of document.querySelectorAll(".scroll")) if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;

// Where one is stands in sight, also where the bar above is longer than the screen; of a trend the last months do.
const centred = (bar, place) => bar.scrollTo({ left: place.offsetLeft - (bar.clientWidth - place.offsetWidth) / 2, behavior: "instant" });
for (const place of document.querySelectorAll(".menu [aria-current], nav.beside [aria-current]")) centred(place.closest("nav"), place);
for (const chart of document.querySelectorAll("[aria-labelledby^=trend-], [aria-labelledby^=months-]")) chart.parentElement.scrollLeft = chart.parentElement.scrollWidth;

// A sheet that only this browser kept was handed in, and this page says that it was taken.
const handedIn = sessionStorage.getItem("assay:handed-in");
if (handedIn && new URLSearchParams(location.search).get("done") === "graded") {
  localStorage.removeItem(handedIn);
  sessionStorage.removeItem("assay:handed-in");
}

/** Asks the service as the person who is logged in. Gives the answer's JSON, or throws an Error with `status` and `problem`. */
export async function ask(method, path, body, headers = {}) {
  const options = { method, headers: { accept: "application/json", "x-csrf-token": document.querySelector("meta[name=csrf]").content, ...headers } };
  if (body !== undefined) {
    options.headers["content-type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  const response = await fetch(path, options);
  const text = await response.text();
  const json = text ? JSON.parse(text) : null;
  if (!response.ok) {
    const error = new Error(json?.detail ?? response.statusText);
    error.status = response.status;
    error.problem = json;
    throw error;
  }
  return json;
}
