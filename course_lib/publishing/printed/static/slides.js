// Slides that are larger than the wall get a smaller type, so that nothing is cut off.
"use strict";
{
  const room = 690;
  const tooWide = (each) => each.scrollWidth > each.clientWidth + 1;
  const shrink = (each, tooLarge) => {
    each.style.fontSize = "";
    const usual = parseFloat(getComputedStyle(each).fontSize) / parseFloat(getComputedStyle(each.parentElement).fontSize);
    for (let size = 1; size > 0.5 && tooLarge(); size -= 0.04) each.style.fontSize = `${usual * (size - 0.04)}em`;
  };
  const fit = () => {
    const slide = Reveal.getCurrentSlide();
    if (!slide) return;
    slide.style.fontSize = "";
    for (const each of slide.querySelectorAll(".formula, .shown")) shrink(each, () => tooWide(each));
    shrink(slide, () => slide.scrollHeight > room || tooWide(slide));
  };
  const plugins = typeof RevealNotes === "undefined" ? [] : [RevealNotes];
  Reveal.initialize({
    width: 1280,
    height: 720,
    margin: 0.02,
    hash: true,
    center: false,
    slideNumber: "c/t",
    transition: "none",
    backgroundTransition: "none",
    plugins,
  });
  Reveal.on("ready", fit);
  Reveal.on("slidechanged", fit);
}
