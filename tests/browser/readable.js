// What keeps people from using a page: nameless controls, pictures without words, text too faint to read.
() => {
  const problems = [];
  const visible = (element) => element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });
  const shown = (element) => `<${element.tagName.toLowerCase()}> ${(element.textContent || element.outerHTML).trim().slice(0, 50)}`;

  if (!document.documentElement.lang) problems.push("html without lang");
  if (document.querySelectorAll("h1").length !== 1) problems.push("not one h1");
  for (const image of document.querySelectorAll("img")) if (!image.alt.trim()) problems.push(`img without alt: ${image.src.slice(0, 60)}`);
  for (const svg of document.querySelectorAll('svg[role="img"]:not([aria-hidden="true"], [aria-label])')) {
    // The sign on a button needs no name where the button has one, which is looked at below.
    if (!svg.closest("button, a[href]")) problems.push("svg without label");
  }
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  for (const id of new Set(ids.filter((id, place) => ids.indexOf(id) !== place))) problems.push(`id twice: ${id}`);

  for (const control of document.querySelectorAll("a[href], button, summary, input:not([type=hidden]), select, textarea")) {
    if (!visible(control)) continue;
    const labels = control.labels ? [...control.labels].map((label) => label.textContent).join("") : "";
    const name = control.getAttribute("aria-label") || control.textContent.trim() || control.title || labels;
    if (!name.trim()) problems.push(`control without a name: ${control.outerHTML.slice(0, 80)}`);
  }

  const levels = [...document.querySelectorAll("article :is(h1, h2, h3, h4)")].map((heading) => Number(heading.tagName[1]));
  levels.forEach((level, place) => { if (place && level > levels[place - 1] + 1) problems.push(`heading jumps to h${level}`); });

  const parse = (colour) => {
    const parts = colour.match(/[\d.]+/g).map(Number);
    return colour.startsWith("color(srgb") ? [...parts.slice(0, 3).map((part) => part * 255), parts[3] ?? 1] : [...parts.slice(0, 3), parts[3] ?? 1];
  };
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  const background = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour[3] > 0) layers.push(colour);
      if (colour[3] === 1) break;
    }
    return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255, 1]);
  };
  const luminance = ([r, g, b]) => [r, g, b].map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  const seen = new Set();
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || seen.has(element) || !visible(element) || element.closest("svg, script, style")) continue;
    seen.add(element);
    const below = background(element);
    const [light, dark] = [luminance(over(parse(getComputedStyle(element).color), below)), luminance(below)].sort((a, b) => b - a);
    const ratio = (light + 0.05) / (dark + 0.05);
    if (ratio < 4.5) problems.push(`contrast ${ratio.toFixed(2)}: ${shown(element)}`);
  }
  return problems;
}
