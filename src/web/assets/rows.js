// Rows are added, moved and removed without losing the place: the service answers with the whole page, and the form is taken from it.

document.addEventListener("submit", async (event) => {
  const button = event.submitter, form = event.target;
  if (!button?.hasAttribute("data-rows") || event.defaultPrevented) return;
  event.preventDefault();
  const sent = new URLSearchParams(new FormData(form, button));
  try {
    const answer = await fetch(form.action, { method: "POST", body: sent });
    if (!answer.ok) throw new Error(answer.statusText);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(form.id);
    document.activeElement?.blur();
    form.replaceWith(fresh);
    fresh.querySelector("[autofocus]")?.focus();
  } catch {
    // The way without script shows what is the matter.
    form.insertAdjacentHTML("beforeend", '<input type="hidden" name="do">');
    form.lastElementChild.value = button.value;
    HTMLFormElement.prototype.submit.call(form);
  }
});
