// verdicts.js - the outcome of a claim: a sign, a word and a colour; the number of each.

const verdicts = {
  "held": {sign: "✓", kind: "held"},
  "did not hold": {sign: "✗", kind: "failed"},
  "too close to call": {sign: "≈", kind: "close"},
  "stated": {sign: "•", kind: "stated"},
};
function badge(verdict, count) {
  const known = verdicts[verdict] || verdicts.stated;
  return element("span", {class: "badge " + known.kind},
                 `${known.sign} ${count === undefined ? "" : count + " "}${verdict}`);
}
function tally(tasks) {
  const counts = new Map(Object.keys(verdicts).map(name => [name, 0]));
  for (const task of tasks)
    for (const block of list(task.blocks))
      if (block.kind === "findings")
        for (const row of list(block.rows)) counts.set(row.verdict, (counts.get(row.verdict) || 0) + 1);
  return [...counts].filter(([, count]) => count > 0);
}
