"use strict";
const session = "s" + crypto.getRandomValues(new Uint32Array(2)).join("-");
const talk = document.getElementById("talk");
const said = document.getElementById("said");

// textContent, never innerHTML: what looks like a tag is shown, and does nothing.
function show(who, words) {
  const line = document.createElement("li");
  line.className = who;
  line.textContent = words;
  talk.append(line);
}

document.getElementById("chat").addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = said.value.trim();
  if (!text) return;
  show("reader", text);
  said.value = "";
  try {
    const answer = await fetch("/chat", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ session, text }),
    });
    const told = await answer.json();
    show("bot", answer.ok ? told.say : told.message);
  } catch (problem) {
    show("bot", String(problem));
  }
});
