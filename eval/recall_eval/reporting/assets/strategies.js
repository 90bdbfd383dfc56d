// One filter a setting: it hides lines of strategies in all of the setting's tables.
for (const tools of document.querySelectorAll(".strategies")) {
  const rows = [...tools.closest("section").querySelectorAll("tr[data-strategy]")];
  const [words, controls] = tools.querySelectorAll("input");
  const apply = () => {
    const wanted = words.value.toLowerCase().split(",").map((word) => word.trim()).filter(Boolean);
    const shown = (row) =>
      (controls.checked || !row.classList.contains("control")) &&
      (!wanted.length || wanted.some((word) => row.dataset.strategy.toLowerCase().includes(word)));
    for (const row of rows) row.hidden = !shown(row);
    const first = rows.filter((row) => row.closest("table") === rows[0].closest("table"));
    tools.querySelector("output").textContent = `${first.filter((row) => !row.hidden).length} of ${first.length} shown`;
  };
  tools.hidden = false;
  words.addEventListener("input", apply);
  controls.addEventListener("change", apply);
  apply();
}
