// Every action in words, for the list of keys, the palette and the settings.
export const WORDS = {
  same: "Same: make them one", distinct: "Distinct: keep them apart", related: "Related: apart, but linked",
  skip: "Skip until something changes", snooze: "Put off until a day", escalate: "Ask somebody else", assign: "Give it to somebody",
  undo: "Undo the last decision (also Ctrl-Z)", comment: "Comment", edit: "Set another value of the row, with a reason",
  next: "Next task or row", previous: "Previous task or row", "row-up": "Row above", "row-down": "Row below",
  "take-a": "Take the value of the first record", "take-b": "Take the value of the second record",
  fold: "Show or fold identical rows", normalised: "Show what matching compares", why: "Why: the evidence as a waterfall",
  decisions: "My last decisions", permalink: "Copy the address of this task", split: "Split this golden record",
  cluster: "The cluster of this golden record", open: "Open the row", claim: "Claim the next task",
  tick: "Tick the row", together: "Decide those ticked together", approve: "Approve", refuse: "Refuse", filter: "Choose what is listed",
  search: "Search golden records", palette: "Every command by name (also Ctrl-K)", settings: "Settings",
  help: "The list of keys", "go home": "Go to home", "go queue": "Go to the queue", "go approvals": "Go to the approvals",
};
export const LABELS = { ArrowUp: "↑", ArrowDown: "↓" };
