// Work that goes on while one looks: the part of the page marked `data-live` is fetched again until it no longer says `data-running`.

const live = document.querySelector("[data-live]");

async function look() {
  try {
    const response = await fetch(location.href, { headers: { accept: "text/html" } });
    if (response.ok && !response.redirected) {
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const fresh = page.querySelector("[data-live]");
      if (!fresh?.hasAttribute("data-running")) {
        location.reload();
        return;
      }
      live.replaceChildren(...fresh.childNodes);
    }
  } catch {
    // No connection at the moment: the next look may find one.
  }
  setTimeout(look, 1500);
}

if (live?.hasAttribute("data-running")) setTimeout(look, 1000);
