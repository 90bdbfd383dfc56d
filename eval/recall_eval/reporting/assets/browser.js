// The list of questions: its data is unpacked when the list comes near, and all text is set as text.
const PAGE = 50;
const browsers = new Map();

async function unpacked(id) {
  const bytes = Uint8Array.from(atob(document.getElementById(id).textContent), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).json();
}

function make(tag, { text, children = [], ...rest } = {}) {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  for (const [name, value] of Object.entries(rest)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

// A text of the data is a string, or its beginning and the number of characters that were left out.
const plain = (value) => (Array.isArray(value) ? value[0] : (value ?? ""));
const words = (value) => {
  const parts = [plain(value)];
  if (Array.isArray(value)) parts.push(make("em", { text: ` … ${value[1].toLocaleString("en")} characters more, cut in this page` }));
  return parts;
};

class Browser {
  constructor(root) {
    this.root = root;
    this.setting = root.dataset.setting;
    this.form = root.querySelector("form");
    this.list = root.querySelector("ol");
    this.more = root.querySelector(".more");
    this.found = [];
    this.contexts = new Map();
    this.loading = null;
    root.hidden = false;
    this.form.addEventListener("input", () => this.filter());
    this.form.addEventListener("submit", (event) => event.preventDefault());
    this.form.addEventListener("reset", () => setTimeout(() => this.filter()));
    this.more.addEventListener("click", () => {
      const first = this.list.children.length;
      this.extend();
      this.list.children[first]?.querySelector("button").focus();
    });
    this.list.addEventListener("keydown", (event) => this.move(event));
  }

  load() {
    this.loading ??= unpacked(`index-${this.setting}`).then((data) => {
      this.data = data;
      this.competing = data.strategies.flatMap((strategy, place) => (strategy.control ? [] : [place]));
      for (const question of data.questions)
        question.words = [question.id, question.conversation, plain(question.text), ...question.gold.map(plain)]
          .join(" ").toLowerCase();
      this.filter();
      performance.mark(`questions-${this.setting}`);
    });
    return this.loading;
  }

  contextsOf(question) {
    const place = this.data.conversations.indexOf(question.conversation);
    if (!this.contexts.has(place)) this.contexts.set(place, unpacked(`contexts-${this.setting}-${place}`));
    return this.contexts.get(place);
  }

  filter() {
    if (!this.data) return void this.load();
    const wanted = Object.fromEntries(new FormData(this.form));
    const text = wanted.text.trim().toLowerCase();
    const fits = (answer) =>
      answer && (!wanted.status || answer.status === wanted.status) && (!wanted.cause || answer.cause === wanted.cause);
    this.found = this.data.questions.filter((question) => {
      if (text && !question.words.includes(text)) return false;
      if (wanted.type && plain(question.type) !== wanted.type) return false;
      if (wanted.disagree && !this.disagree(question)) return false;
      if (wanted.strategy !== "") return fits(question.answers[wanted.strategy]);
      return (!wanted.status && !wanted.cause) || question.answers.some(fits);
    });
    this.root.querySelector("output").textContent =
      `${this.found.length.toLocaleString("en")} of ${this.data.questions.length.toLocaleString("en")} questions`;
    this.list.replaceChildren();
    this.extend();
  }

  disagree(question) {
    const said = this.competing.map((place) => question.answers[place]?.status).filter((s) => s && s !== "unscored");
    return said.includes("right") && said.some((status) => status !== "right");
  }

  extend() {
    const from = this.list.children.length;
    this.list.append(...this.found.slice(from, from + PAGE).map((question) => this.line(question)));
    this.more.hidden = this.list.children.length >= this.found.length;
  }

  line(question) {
    const answers = this.competing.map((place) => question.answers[place]);
    const asked = answers.filter(Boolean);
    const right = asked.filter((answer) => answer.status === "right").length;
    const marks = answers.map((answer) => make("i", { class: answer?.status ?? "none" }));
    const button = make("button", {
      type: "button",
      children: [
        make("span", { class: "text", dir: "auto", text: plain(question.text).slice(0, 300) || "(no text)" }),
        make("span", { class: "muted", text: `${question.id} · ${plain(question.type)}` }),
        make("span", { class: "marks", "aria-hidden": "true", children: marks }),
        make("span", { class: "muted", text: `right in ${right} of ${asked.length}` }),
      ],
    });
    button.addEventListener("click", () => openQuestion(this, question));
    return make("li", { children: [button] });
  }

  move(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const line = event.target.closest("li");
    if (!step || !line) return;
    event.preventDefault();
    if (step > 0 && !line.nextElementSibling) this.extend();
    (step > 0 ? line.nextElementSibling : line.previousElementSibling)?.querySelector("button").focus();
  }

  async find(wanted) {
    await this.load();
    this.form.reset();
    for (const name of ["text", "type", "strategy", "status", "cause"])
      if (wanted.has(name)) this.form.elements[name].value = wanted.get(name);
    this.form.elements.disagree.checked = wanted.has("disagree");
    setTimeout(() => {
      this.filter();
      this.root.closest(".part").scrollIntoView();
    });
  }

  async open(wanted) {
    await this.load();
    const conversation = wanted.get("conversation");
    const question = this.data.questions.find(
      (one) => one.id === wanted.get("q") && (!conversation || one.conversation === conversation),
    );
    if (question) await openQuestion(this, question);
    else this.root.querySelector("output").textContent = `No question ${wanted.get("q")} in this page`;
  }
}

function follow() {
  const wanted = new URLSearchParams(location.hash.slice(1));
  if (wanted.has("q")) browsers.get(wanted.get("setting") ?? "1")?.open(wanted);
  else if (wanted.has("find")) browsers.get(wanted.get("find"))?.find(wanted);
}

const near = new IntersectionObserver(
  (entries) => {
    for (const entry of entries) if (entry.isIntersecting) browsers.get(entry.target.dataset.setting).load();
  },
  { rootMargin: "800px" },
);
for (const root of document.querySelectorAll(".browser")) {
  browsers.set(root.dataset.setting, new Browser(root));
  near.observe(root);
}
addEventListener("hashchange", follow);
