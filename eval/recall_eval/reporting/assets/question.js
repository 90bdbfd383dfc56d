// One question in a dialog: gold, evidence, and what each strategy showed, answered and lost.
const dialog = document.getElementById("question");
let current = null;

async function openQuestion(browser, question) {
  current = { browser, question, back: current?.back ?? document.activeElement };
  const address = new URLSearchParams({ q: question.id, conversation: question.conversation, setting: browser.setting });
  history.replaceState(null, "", `#${address}`);
  const place = browser.found.indexOf(question);
  dialog.querySelector("#question-place").textContent =
    place < 0 ? question.id : `${(place + 1).toLocaleString("en")} of ${browser.found.length.toLocaleString("en")}`;
  dialog.querySelector("[name=previous]").disabled = place <= 0;
  dialog.querySelector("[name=next]").disabled = place < 0 || place + 1 >= browser.found.length;
  const contexts = await browser.contextsOf(question);
  if (current.question !== question) return;
  const content = dialog.querySelector(".content");
  content.replaceChildren(...told(browser, question, contexts));
  content.scrollTop = 0;
  if (!dialog.open) dialog.showModal();
  content.focus();
}

function told(browser, question, contexts) {
  const evidence = new Set(question.evidence.flat());
  const gold = question.answerable ? question.gold.flatMap((answer, n) => [n ? " · " : "", ...words(answer)]) : ["(none: the right answer is to abstain)"];
  const facts = [
    ["gold", gold],
    ["type", words(question.type)],
    ["question", [question.id]],
    ["conversation", [question.conversation]],
    ["asked at", [question.asked.replace("T", " ")]],
  ];
  const shown = [...browser.competing, ...browser.data.strategies.keys()].filter((p, n, all) => all.indexOf(p) === n);
  return [
    make("h2", { id: "question-text", dir: "auto", children: words(question.text) }),
    make("dl", { children: facts.flatMap(([name, value]) => [make("dt", { text: name }), make("dd", { dir: "auto", children: value })]) }),
    ...evidenceOf(question, contexts),
    make("div", {
      class: "strategies-of-question", tabindex: "0", role: "region", "aria-label": "Strategies side by side",
      children: shown.map((place) => card(browser.data, question, contexts, place, evidence)),
    }),
  ];
}

function evidenceOf(question, contexts) {
  if (!question.evidence.length) return [make("p", { class: "muted", text: "The dataset names no evidence." })];
  const several = question.evidence.length > 1;
  return [
    make("h3", { text: several ? `Evidence: any of ${question.evidence.length} sets` : "Evidence" }),
    ...question.evidence.map((turns) => make("ul", { class: "evidence", children: turns.map((turn) => turnLine(turn, contexts)) })),
  ];
}

function turnLine(turn, contexts) {
  const place = contexts.turns[turn];
  const text = place === undefined ? [make("em", { text: "in no strategy's context, so its text is not in this page" })] : words(contexts.pieces[place][0]);
  return make("li", { children: [make("code", { text: turn }), " ", make("span", { dir: "auto", children: text })] });
}

function card(data, question, contexts, place, evidence) {
  const { label, control } = data.strategies[place];
  const answer = question.answers[place];
  const title = make("h3", { text: control ? `${label} †` : label });
  if (!answer) return make("section", { children: [title, make("p", { class: "muted", text: "not asked" })] });
  const at = contexts.of[question.id]?.[place];
  const items = at === undefined ? null : contexts.contexts[at];
  const said = answer.error ? ["(failed) ", ...words(answer.error)] : answer.answer === undefined ? [make("em", { text: "abstained" })] : words(answer.answer);
  const parts = [
    title,
    make("p", { children: [make("span", { class: `status ${answer.status}`, text: answer.status }), " ", make(answer.answer === undefined ? "span" : "b", { dir: "auto", children: said })] }),
  ];
  if (answer.cause)
    parts.push(make("p", { class: "cause", children: [make("b", { text: plain(answer.cause).replaceAll("_", " ") }), `: ${data.causes[answer.cause] ?? "lost"}`] }));
  const cut = answer.cut ? `, ${answer.cut.toLocaleString("en")} items cut` : "";
  parts.push(make("p", { class: "muted", text: `${(answer.tokens ?? 0).toLocaleString("en")} tokens in ${answer.items ?? 0} items${cut}` }));
  parts.push(...ranksOf(question, answer, items, contexts));
  if (items) parts.push(shownItems(items, contexts, evidence));
  else parts.push(make("p", { class: "muted", text: "Its context was not recorded." }));
  return make("section", { children: parts });
}

function ranksOf(question, answer, items, contexts) {
  if (!question.evidence.length) return [];
  const there = new Set((items ?? []).flatMap(([, ...pieces]) => pieces.flatMap((piece) => contexts.pieces[piece][1].map(plain))));
  const lines = question.evidence.flatMap((turns, set) => turns.map((turn, n) => {
    const rank = answer.ranks?.[set]?.[n];
    const where = there.has(turn) ? "in the context" : "missing from the context";
    return make("li", { class: there.has(turn) ? "there" : "missing", text: `${turn}: ${where}, ${rank ? `rank ${rank}` : "not ranked"}` });
  }));
  return [make("ul", { class: "ranks", children: lines })];
}

function shownItems(items, contexts, evidence) {
  const lines = items.map(([rank, ...pieces]) => {
    const found = pieces.some((piece) => contexts.pieces[piece][1].some((turn) => evidence.has(plain(turn))));
    const texts = pieces.flatMap((piece, n) => [n ? "\n" : "", ...words(contexts.pieces[piece][0])]);
    const notes = [rank ? `score rank ${rank}` : "", found ? "evidence" : ""].filter(Boolean).join(" · ");
    return make("li", { class: found ? "found" : "", children: [...(notes ? [make("small", { text: notes }), " "] : []), make("span", { dir: "auto", children: texts })] });
  });
  const body = items.length ? make("ol", { children: lines }) : make("p", { class: "muted", text: "empty" });
  return make("details", { open: "", children: [make("summary", { text: `Context, ${items.length} ${items.length === 1 ? "item" : "items"}` }), body] });
}

function turnPage(step) {
  const { browser, question } = current;
  const next = browser.found[browser.found.indexOf(question) + step];
  if (next) openQuestion(browser, next);
}

if (dialog) {
  dialog.querySelector("[name=previous]").addEventListener("click", () => turnPage(-1));
  dialog.querySelector("[name=next]").addEventListener("click", () => turnPage(1));
  dialog.querySelector("[name=close]").addEventListener("click", () => dialog.close());
  dialog.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step || event.target.closest(".strategies-of-question")) return;
    event.preventDefault();
    turnPage(step);
  });
  dialog.addEventListener("close", () => {
    history.replaceState(null, "", `#questions-${current.browser.setting}`);
    current.back?.focus?.();
    current = null;
  });
}
follow();
performance.mark("interactive");
