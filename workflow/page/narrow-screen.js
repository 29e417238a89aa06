// On a narrow screen the panels of a figure stand one below the other: parts of one picture, which is in the page once.
"use strict";

(function () {
  const narrow = window.matchMedia("screen and (max-width: 47.9rem)");

  function stacked(image) {
    const [width, height] = ["width", "height"].map((name) => Number(image.getAttribute(name)) / 2); // in the unit of the boxes
    const stack = document.createElement("div");
    stack.className = "stack";
    stack.setAttribute("role", "img");
    stack.setAttribute("aria-label", image.alt);
    for (const [x, y, w, h] of JSON.parse(image.dataset.panels)) {
      const part = document.createElement("div");
      const copy = new Image();
      copy.src = image.src;
      copy.alt = "";
      part.style.aspectRatio = `${w} / ${h}`;
      if (w > 12 * h) part.style.width = `${Math.round(1.4 * w)}px`; // a legend of all panels: it scrolls before it gets too small
      Object.assign(copy.style, { width: `${(100 * width) / w}%`, marginLeft: `${(-100 * x) / w}%`, marginTop: `${(-100 * y) / w}%` });
      copy.style.aspectRatio = `${width} / ${height}`;
      part.append(copy);
      stack.append(part);
    }
    return stack;
  }

  function arrange() {
    for (const image of document.querySelectorAll("img[data-panels]")) {
      const plate = image.parentElement;
      if (narrow.matches && !plate.querySelector(".stack")) plate.append(stacked(image));
      plate.classList.toggle("stacks", narrow.matches);
    }
  }

  narrow.addEventListener("change", arrange);
  arrange();
})();
