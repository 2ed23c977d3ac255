"use strict";
// Finds what has all the words that are typed; the lists below stay as they are for whoever reads on.
(function () {
  var LIMIT = 50;
  var entries = JSON.parse(document.getElementById("search-data").textContent);
  var box = document.getElementById("search");
  var input = document.getElementById("words");
  var status = document.getElementById("found");
  var results = document.getElementById("results");
  box.hidden = false;

  function show() {
    var words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    results.textContent = "";
    if (words.length === 0) {
      status.textContent = "";
      return;
    }
    var found = entries.filter(function (entry) {
      return words.every(function (word) { return entry[3].indexOf(word) >= 0; });
    });
    status.textContent = found.length === 0
      ? "Nothing has all of these words. Try fewer, or part of a word."
      : found.length + " found" + (found.length > LIMIT ? ", the first " + LIMIT + " are shown" : "") + ".";
    found.slice(0, LIMIT).forEach(function (entry) {
      var item = document.createElement("li");
      var link = document.createElement("a");
      link.href = entry[0];
      link.textContent = entry[1];
      var meta = document.createElement("span");
      meta.className = "meta";
      meta.textContent = entry[2];
      item.appendChild(link);
      item.appendChild(meta);
      results.appendChild(item);
    });
  }
  // index.html#q=botox is a search that can be sent to somebody.
  if (location.hash.indexOf("#q=") === 0) {
    try { input.value = decodeURIComponent(location.hash.slice(3)); } catch (_) { input.value = ""; }
  }
  input.addEventListener("input", show);
  show();
})();
