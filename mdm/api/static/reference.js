"use strict";

// Builds the list with text nodes only: nothing in openapi.json is ever taken as markup.
function element(name, text, className) {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  if (className) made.className = className;
  return made;
}

function example(title, content) {
  const parts = document.createDocumentFragment();
  for (const [type, described] of Object.entries(content || {})) {
    const schema = described.schema || {};
    const shown = described.example !== undefined ? described.example : (schema.examples || [])[0];
    if (shown === undefined) continue;
    parts.append(element("h4", `${title} (${type})`));
    parts.append(element("pre", typeof shown === "string" ? shown : JSON.stringify(shown, null, 2)));
  }
  return parts;
}

function parameters(operation) {
  if (!operation.parameters) return document.createDocumentFragment();
  const table = element("table");
  for (const one of operation.parameters) {
    const row = element("tr");
    row.append(element("th", one.name), element("td", one.in), element("td", one.description || ""));
    table.append(row);
  }
  return table;
}

function resolved(content, document_) {
  const shown = {};
  for (const [type, described] of Object.entries(content || {})) {
    const name = described.schema && described.schema.$ref ? described.schema.$ref.split("/").pop() : null;
    shown[type] = name ? { ...described, schema: document_.components.schemas[name] } : described;
  }
  return shown;
}

function operationBox(path, method, operation, document_) {
  const box = element("details");
  const summary = element("summary");
  summary.append(element("span", method.toUpperCase(), "method"), element("code", path), ` ${operation.summary || ""}`);
  const inner = element("div");
  inner.append(element("p", operation.description || ""), parameters(operation));
  if (operation.requestBody) inner.append(example("Send", resolved(operation.requestBody.content, document_)));
  for (const [status, response] of Object.entries(operation.responses)) {
    inner.append(element("p", `${status}: ${response.description}`));
    if (status < "300") inner.append(example("Answer", response.content));
  }
  box.append(summary, inner);
  return box;
}

async function show() {
  const document_ = await (await fetch("/openapi.json")).json();
  const place = document.getElementById("operations");
  place.replaceChildren();
  const sections = new Map();
  for (const [path, operations] of Object.entries(document_.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const tag = (operation.tags || ["other"])[0];
      if (!sections.has(tag)) sections.set(tag, element("section"));
      sections.get(tag).append(operationBox(path, method, operation, document_));
    }
  }
  for (const [tag, section] of sections) {
    section.prepend(element("h2", tag));
    place.append(section);
  }
}

show();
