// Comfort on the keyboard. The page is whole without it.
//   /  search box     j k  next, previous person     Escape  leave the search box
const typing = (element) => element.matches("input, select, textarea");
const people = () => [...document.querySelectorAll("a.open")];

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const box = document.getElementById("q");
  if (typing(event.target)) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (event.key === "/" && box) {
    event.preventDefault();
    box.focus();
    box.select();
  }
  if (event.key === "j" || event.key === "k") {
    const links = people();
    if (!links.length) return;
    const at = links.indexOf(document.activeElement);
    const next = event.key === "j" ? Math.min(at + 1, links.length - 1) : Math.max(at - 1, 0);
    links[next].focus();
    links[next].closest("li").scrollIntoView({ block: "nearest" });
  }
});

// Empty filters would only lengthen the address.
document.getElementById("search")?.addEventListener("formdata", (event) => {
  for (const [name, value] of [...event.formData]) if (!value) event.formData.delete(name);
});
