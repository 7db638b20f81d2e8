// outcomes.js - the outcome of a claim: a sign, a word and a colour; the number of each.

const outcomes = {
  "held": {sign: "✓", kind: "held"},
  "did not hold": {sign: "✗", kind: "failed"},
  "too close to call": {sign: "≈", kind: "close"},
  "stated": {sign: "•", kind: "stated"},
};
function badge(outcome, count) {
  const known = outcomes[outcome] || outcomes.stated;
  return element("span", {class: "badge " + known.kind},
                 `${known.sign} ${count === undefined ? "" : count + " "}${outcome}`);
}
function tally(tasks) {
  const counts = new Map(Object.keys(outcomes).map(name => [name, 0]));
  for (const task of tasks)
    for (const block of list(task.blocks))
      if (block.kind === "findings")
        for (const row of list(block.rows)) counts.set(row.outcome, (counts.get(row.outcome) || 0) + 1);
  return [...counts].filter(([, count]) => count > 0);
}
