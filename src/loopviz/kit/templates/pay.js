"use strict";
// The same sums in the same order as loopviz.kit.pay, so that both agree to the cent.
const hourly = (reward, seconds, minutes) => (reward * 3600) / (seconds + 60 * minutes);
const rewardFor = (wage, seconds, minutes) => Math.ceil((wage * (seconds + 60 * minutes)) / 36 - 1e-9) / 100;
const usd = (value) => "$" + value.toFixed(2).replace(/\B(?=(\d{3})+(?!\d))(?=[\d,]*\.)/g, ",");

const field = (id) => document.getElementById(id);
// An empty field of search is no search; any other field that is empty or out of its range is no number.
const number = (id) => (field(id).validity.valid ? Number(field(id).value) : NaN);
const show = (id, value) => {
  field(id).textContent = Number.isFinite(value) ? usd(value) : "–";
};

const calculate = () => {
  const [reward, seconds, minutes, wage] = ["reward", "seconds", "minutes", "wage"].map(number);
  show("work", hourly(reward, seconds, 0));
  show("search", hourly(reward, seconds, minutes));
  show("fair-work", rewardFor(wage, seconds, 0));
  show("fair-search", rewardFor(wage, seconds, minutes));
  show("total", reward * Number(field("total").dataset.tasks));
};

document.querySelector("form").addEventListener("input", calculate);
document.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
calculate();
