// A row of small pictures; a click, or Enter on one, tells its number. State lives on the root.
export default function ({ parentElement: root, data, setTriggerValue }) {
  const strip = root.querySelector(".strip");
  const drawn = JSON.stringify([data.pictures, data.large]);
  strip.classList.toggle("large", data.large);
  if (strip.drawn !== drawn) {
    strip.drawn = drawn;
    strip.replaceChildren(...data.pictures.map(({ src, title, mark }, at) => {
      const button = document.createElement("button");
      const picture = document.createElement("img");
      button.type = "button";
      button.title = title;
      button.dataset.mark = mark ?? "";
      button.onclick = () => setTriggerValue("picked", at);
      Object.assign(picture, { src, alt: title, loading: "lazy", decoding: "async" });
      button.append(picture);
      if (data.large) button.append(Object.assign(document.createElement("span"), { textContent: title }));
      return button;
    }));
  }
  [...strip.children].forEach((button, at) => {
    button.setAttribute("aria-current", String(at === data.current));
    // One stop of the Tab key for a whole strip: the arrow keys go through its pictures.
    button.tabIndex = data.large || at === (data.current ?? 0) ? 0 : -1;
  });
  if (data.current !== null && strip.current !== data.current) {
    const chosen = strip.children[data.current];
    // scrollIntoView would move the page as well
    if (chosen) strip.scrollLeft = chosen.offsetLeft - (strip.clientWidth - chosen.clientWidth) / 2;
  }
  strip.current = data.current;
}
