"use strict";
// Shows what a task would send back. Nothing leaves the page.
document.querySelector("form").addEventListener("submit", (event) => {
  event.preventDefault();
  const columns = new Map();
  for (const [name, value] of new FormData(event.target)) {
    if (value) columns.set(name, columns.has(name) ? columns.get(name) + ", " + value : value);
  }
  const list = document.querySelector(".answers");
  list.replaceChildren();
  for (const [name, value] of columns) {
    const term = document.createElement("dt");
    const answer = document.createElement("dd");
    term.textContent = "Answer." + name;
    answer.textContent = value;
    answer.dir = "auto";
    list.append(term, answer);
  }
  const sent = document.querySelector("#sent");
  sent.hidden = false;
  sent.focus();
});
