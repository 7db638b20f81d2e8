// elements.js - elements, numbers and boxes of all pages. All text goes in as textContent: names come from users' folders.
"use strict";

/** An element with attributes and children; a child that is not a node becomes text. */
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value !== undefined) made.setAttribute(key, value);
  made.append(...children.filter(child => child !== undefined && child !== null));
  return made;
}
function svg(name, attributes, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}
const heading = title => title ? element("h3", {}, title) : undefined;
const list = value => Array.isArray(value) ? value : [];
const isNumber = value => typeof value === "number" && Number.isFinite(value);
const percent = value => isNumber(value) ? (100 * value).toFixed(1) + " %" : "–";
const orNaN = value => isNumber(value) ? value : NaN;
function short(value) {
  if (!isNumber(value)) return "–";
  if (value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e5)) return value.toExponential(2);
  return String(Number(value.toPrecision(4)));
}
/** A table that scrolls inside its own box. */
function scrolling(table, label) {
  return element("div", {class: "scroll", tabindex: "0", role: "region", "aria-label": label}, table);
}
/** "2026-11-24T10:00:00Z" -> "2026-11-24 10:00 UTC" */
function generated(text) {
  const when = new Date(text);
  return isNaN(when) ? text : when.toISOString().replace("T", " ").replace(/:\d\d(\.\d+)?Z$/, " UTC");
}
