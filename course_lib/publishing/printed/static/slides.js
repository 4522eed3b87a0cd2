// Slides that are larger than the wall get a smaller type, so that nothing is cut off.
"use strict";
{
  const room = 690;
  const fit = () => {
    const slide = Reveal.getCurrentSlide();
    if (!slide) return;
    let size = 1;
    slide.style.fontSize = "";
    while ((slide.scrollHeight > room || slide.scrollWidth > slide.clientWidth) && size > 0.5) {
      size -= 0.04;
      slide.style.fontSize = `${size}em`;
    }
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
