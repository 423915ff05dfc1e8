// A grid of pictures. What is chosen lives on the root, so that drawing anew keeps it.
export default function ({ parentElement: root, data, setStateValue, setTriggerValue }) {
  const grid = root.querySelector(".tiles");
  const drawn = JSON.stringify(data.tiles);
  const chosen = (grid.chosen ??= new Set());
  const items = () => [...grid.children];
  const idOf = (item) => Number(item.dataset.id);

  const show = () => items().forEach((item) => item.setAttribute("aria-selected", chosen.has(idOf(item))));
  const tell = () => { show(); setStateValue("chosen", [...chosen]); };
  const toggle = (item, range) => {
    const all = items(), here = all.indexOf(item), from = all.indexOf(grid.last);
    const on = !chosen.has(idOf(item));
    const [low, high] = range && from >= 0 ? [Math.min(here, from), Math.max(here, from)] : [here, here];
    all.slice(low, high + 1).forEach((one) => (on ? chosen.add(idOf(one)) : chosen.delete(idOf(one))));
    grid.last = item;
    tell();
  };
  const focus = (item) => {
    if (!item) return;
    items().forEach((one) => (one.tabIndex = one === item ? 0 : -1));
    item.focus();
  };
  const columns = () => {
    const top = items()[0]?.offsetTop;
    return Math.max(1, items().filter((item) => item.offsetTop === top).length);
  };
  const act = (what, item) =>
    setTriggerValue("act", { what, on: chosen.size ? [...chosen] : [idOf(item)], at: Date.now() });

  const pressed = (event) => {
    const item = event.target.closest(".tile");
    if (!item || event.ctrlKey || event.metaKey || event.altKey) return;
    const all = items(), at = all.indexOf(item);
    const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns(), ArrowUp: -columns() };
    const key = event.key;
    if (key in steps) {
      const next = all[at + steps[key]];
      if (event.shiftKey && next) { grid.last = item; if (!chosen.has(idOf(item))) toggle(item); toggle(next, false); }
      focus(next);
    } else if (key === "Home" || key === "End") focus(key === "Home" ? all[0] : all.at(-1));
    else if (key === "Enter") setTriggerValue("opened", idOf(item));
    else if (key === " ") toggle(item, event.shiftKey);
    else if (key.toLowerCase() === "a") { all.forEach((one) => chosen.add(idOf(one))); tell(); }
    else if (key === "Escape") { chosen.clear(); tell(); }
    else if (key === "Delete") act("delete", item);
    else if (key.toLowerCase() === "x") act("exclude", item);
    else if (/^[1-9]$/.test(key)) act(`label ${key}`, item);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  if (grid.drawn !== drawn) {
    grid.drawn = drawn;
    const here = new Set(data.tiles.map(({ id }) => id));
    const before = chosen.size;
    chosen.forEach((id) => here.has(id) || chosen.delete(id));
    grid.replaceChildren(...data.tiles.map(({ id, src, title, label, said, wrong, excluded }, at) => {
      const item = document.createElement("div");
      Object.assign(item, { className: "tile", title, tabIndex: at === 0 ? 0 : -1 });
      item.dataset.id = id;
      item.setAttribute("role", "option");
      item.setAttribute("aria-label", `${title}, ${label}`);
      item.classList.toggle("excluded", excluded);
      const picture = Object.assign(document.createElement("img"), { src, alt: "", loading: "lazy", decoding: "async" });
      const mark = Object.assign(document.createElement("button"), { type: "button", className: "mark", tabIndex: -1 });
      mark.setAttribute("aria-label", `Choose ${title}`);
      const words = Object.assign(document.createElement("span"), { className: "label", textContent: label });
      item.append(picture, mark, words);
      if (said) {
        const answer = Object.assign(document.createElement("span"), { className: "said", textContent: said });
        answer.classList.toggle("wrong", wrong);
        item.append(answer);
      }
      mark.onclick = (event) => { event.stopPropagation(); toggle(item, event.shiftKey); };
      item.onclick = (event) => {
        focus(item);
        if (event.ctrlKey || event.metaKey || event.shiftKey) toggle(item, event.shiftKey);
        else setTriggerValue("opened", id);
      };
      return item;
    }));
    if (chosen.size !== before) setStateValue("chosen", [...chosen]);
  }
  grid.onkeydown = pressed;
  show();
}
